"""Emirates identity numbers: 784, year of birth, serial, Luhn."""

from __future__ import annotations

from isthmus.steps.scan.checks.luhn import remainder
from isthmus.steps.scan.checks.weights import is_number


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 15) or value[:3] != "784":
        return "form"
    return "date" if not "1900" <= value[3:7] <= "2099" else "check digit" if remainder(value) else ""
