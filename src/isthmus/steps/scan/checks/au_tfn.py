"""Australian tax file numbers: nine digits, modulus 11."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number, weighted

_WEIGHTS = (1, 4, 3, 7, 5, 8, 6, 9, 10)


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 9):
        return "form"
    return "check digit" if weighted(value, _WEIGHTS) % 11 else ""
