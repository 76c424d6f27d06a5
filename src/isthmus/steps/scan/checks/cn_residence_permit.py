"""Permanent residence cards of foreigners.

Since 2023 eighteen characters that begin with 9 and end in a MOD 11-2 character; before, three letters of the country
and twelve digits.
"""

from __future__ import annotations

from isthmus.steps.scan.checks.cn_resident_id import check_character
from isthmus.steps.scan.checks.weights import is_day


def problem(value: str) -> str:
    """Say what is wrong with a number in upper case."""
    if len(value) == 15:
        well_formed = value[:3].isalpha() and value[3:].isdigit() and is_day(value[9:13])
        return "" if well_formed else "form"
    if len(value) != 18 or value[0] != "9" or not value[:17].isdigit():
        return "form"
    if not ("1900" <= value[6:10] <= "2099" and is_day(value[10:14])):
        return "date"
    return "" if check_character(value[:17]) == value[17] else "check digit"
