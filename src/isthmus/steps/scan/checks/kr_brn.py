"""Korean business registration numbers: ten digits, modulus 10."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number, weighted

_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3)


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 10):
        return "form"
    total = weighted(value[:8], _WEIGHTS) + int(value[8]) * 5 // 10 + int(value[8]) * 5
    return "" if -total % 10 == int(value[9]) else "check digit"
