"""Brazilian CPF: nine digits and two check digits modulus 11."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number, weighted


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 11):
        return "form"
    for length in (9, 10):
        if weighted(value[:length], range(length + 1, 1, -1)) * 10 % 11 % 10 != int(value[length]):
            return "check digit"
    return ""
