"""Indonesian NIK: province and district, birth date (day plus 40 for women), serial; no check digit."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_day, is_number


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 16) or value[12:] == "0000":
        return "form"
    if not 11 <= int(value[:2]) <= 97:
        return "region"
    day = int(value[6:8])
    day -= 40 if day > 40 else 0
    return "" if is_day(value[8:10] + f"{day:02}") else "date"
