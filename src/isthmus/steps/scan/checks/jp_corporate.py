"""Japanese corporate numbers: a check digit modulus 9 before twelve digits."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number, weighted

_WEIGHTS = (2, 1) * 6


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 13):
        return "form"
    return "" if 9 - weighted(value[1:], _WEIGHTS) % 9 == int(value[0]) else "check digit"
