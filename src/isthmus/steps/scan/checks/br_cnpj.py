"""Brazilian CNPJ: twelve letters or digits (letters since July 2026) and two check digits modulus 11."""

from __future__ import annotations

_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


def problem(value: str) -> str:
    """Say what is wrong with a number in upper case."""
    if len(value) != 14 or not (value.isascii() and value.isalnum() and value[12:].isdigit()) or len(set(value)) == 1:
        return "form"
    for length in (12, 13):
        weights = _WEIGHTS[13 - length :]
        total = sum((ord(c) - 48) * weight for c, weight in zip(value[:length], weights, strict=True))
        if (0 if total % 11 < 2 else 11 - total % 11) != int(value[length]):
            return "check digit"
    return ""
