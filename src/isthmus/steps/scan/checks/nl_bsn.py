"""Dutch citizen service numbers: nine digits, the eleven test."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number, weighted

_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 9):
        return "form"
    return "check digit" if weighted(value, _WEIGHTS) % 11 else ""
