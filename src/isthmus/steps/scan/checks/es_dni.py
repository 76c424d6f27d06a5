"""Spanish DNI and NIE: eight digits, or X, Y, Z and seven, and a letter modulus 23."""

from __future__ import annotations


def problem(value: str) -> str:
    """Say what is wrong with a number in upper case."""
    digits = value[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    if len(value) != 9 or not digits.isdigit() or not value[1:8].isdigit():
        return "form"
    return "" if "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == value[8] else "check digit"
