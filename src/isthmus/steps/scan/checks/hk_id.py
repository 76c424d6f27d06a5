"""Hong Kong identity card numbers: one or two letters, six digits, a check character modulus 11."""

from __future__ import annotations


def problem(value: str) -> str:
    """Say what is wrong with a number without its brackets."""
    if len(value) not in {8, 9} or not value[-7:-1].isdigit() or not value[:-7].isalpha():
        return "form"
    padded = value[:-1].rjust(8)
    total = sum((36 if c == " " else int(c, 36)) * weight for c, weight in zip(padded, range(9, 1, -1), strict=True))
    last = -total % 11
    return "" if value[-1] == ("A" if last == 10 else str(last)) else "check digit"
