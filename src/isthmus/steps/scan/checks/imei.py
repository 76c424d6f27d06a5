"""Device numbers of mobile equipment (3GPP TS 23.003): fifteen digits, Luhn."""

from __future__ import annotations

from isthmus.steps.scan.checks.luhn import remainder
from isthmus.steps.scan.checks.weights import is_number


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 15):
        return "form"
    return "check digit" if remainder(value) else ""
