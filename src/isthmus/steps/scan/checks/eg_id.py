"""Egyptian national numbers: century, birth date, governorate, serial; the rule of the last digit is not published."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_day, is_number


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 14) or value[0] not in "23":
        return "form"
    if not is_day(value[3:7]):
        return "date"
    return "" if 1 <= int(value[7:9]) <= 35 or value[7:9] == "88" else "region"
