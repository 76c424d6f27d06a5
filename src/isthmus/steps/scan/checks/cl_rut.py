"""Chilean RUT: seven or eight digits and a check character modulus 11."""

from __future__ import annotations


def problem(value: str) -> str:
    """Say what is wrong with a number in upper case."""
    if not (8 <= len(value) <= 9 and value[:-1].isdigit()):
        return "form"
    total = sum(int(c) * (2 + place % 6) for place, c in enumerate(reversed(value[:-1])))
    return "" if value[-1] == "0123456789K"[-total % 11] else "check digit"
