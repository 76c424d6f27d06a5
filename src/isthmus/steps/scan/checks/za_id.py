"""South African identity numbers: birth date, serial, citizenship, Luhn."""

from __future__ import annotations

from isthmus.steps.scan.checks.luhn import remainder
from isthmus.steps.scan.checks.weights import is_day, is_number


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 13) or value[10] not in "012":
        return "form"
    return "date" if not is_day(value[2:6]) else "check digit" if remainder(value) else ""
