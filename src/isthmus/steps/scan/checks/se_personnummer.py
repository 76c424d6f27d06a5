"""Swedish personal numbers: birth date, serial, Luhn."""

from __future__ import annotations

from isthmus.steps.scan.checks.luhn import remainder
from isthmus.steps.scan.checks.weights import is_day, is_number


def problem(value: str) -> str:
    """Say what is wrong with a number, with or without the century."""
    if not (is_number(value, 10) or is_number(value, 12)):
        return "form"
    short = value[-10:]
    day = int(short[4:6])
    day -= 60 if day > 60 else 0
    if not is_day(short[2:4] + f"{day:02}"):
        return "date"
    return "check digit" if remainder(short) else ""
