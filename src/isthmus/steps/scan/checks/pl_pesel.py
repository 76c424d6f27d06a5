"""Polish PESEL: birth date with the century in the month, serial, modulus 10."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number, weighted

_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 11):
        return "form"
    if not (1 <= int(value[2:4]) % 20 <= 12 and 1 <= int(value[4:6]) <= 31):
        return "date"
    return "check digit" if weighted(value, _WEIGHTS) % 10 else ""
