"""Saudi national (1) and resident (2) numbers: ten digits, Luhn."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 10) or value[0] not in "12":
        return "form"
    total = sum(sum(divmod(int(c) * (2 - place % 2), 10)) for place, c in enumerate(value))
    return "check digit" if total % 10 else ""
