"""Indian permanent account numbers: five letters of which the fourth is the holder's kind, four digits, a letter."""

from __future__ import annotations


def problem(value: str) -> str:
    """Say what is wrong with a number in upper case."""
    well_formed = len(value) == 10 and value[:5].isalpha() and value[5:9].isdigit() and value[9].isalpha()
    return "" if well_formed and value[3] in "PCHFATBLJGE" and value[5:9] != "0000" else "form"
