"""Australian Medicare numbers: eight digits, a check digit, issue and person."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number, weighted

_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9)


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not (is_number(value, 10) or is_number(value, 11)) or value[0] not in "23456":
        return "form"
    return "" if weighted(value[:8], _WEIGHTS) % 10 == int(value[8]) else "check digit"
