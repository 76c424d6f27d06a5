"""Pakistani identity numbers: province, district, family, a digit for the sex; no check digit."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    return "" if is_number(value, 13) and value[0] in "1234567" else "form"
