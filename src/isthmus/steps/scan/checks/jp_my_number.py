"""Japanese individual numbers: twelve digits, modulus 11."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number, weighted

_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 12):
        return "form"
    rest = weighted(value[:11], _WEIGHTS) % 11
    return "" if (0 if rest <= 1 else 11 - rest) == int(value[11]) else "check digit"
