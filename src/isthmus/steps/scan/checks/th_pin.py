"""Thai personal identification numbers: thirteen digits, modulus 11."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number, weighted


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 13) or value[0] == "9":
        return "form"
    return "" if (11 - weighted(value[:12], range(13, 1, -1)) % 11) % 10 == int(value[12]) else "check digit"
