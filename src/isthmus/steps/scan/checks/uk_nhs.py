"""National Health Service numbers of England: ten digits, modulus 11."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number, weighted


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 10):
        return "form"
    last = -weighted(value[:9], range(10, 1, -1)) % 11
    return "" if last == int(value[9]) else "check digit"
