"""The Luhn check of card numbers (ISO/IEC 7812-1, annex B): modulus 10, every second digit doubled from the right."""

from __future__ import annotations

_DOUBLED = bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)[(code - 48) % 10] for code in range(256))


def remainder(digits: str) -> int:
    """The Luhn sum modulo 10 of ASCII digits; zero is right."""
    data = digits.encode()
    plain = data[::-2]
    return (sum(plain) - 48 * len(plain) + sum(data[-2::-2].translate(_DOUBLED))) % 10


def problem(value: str) -> str:
    """Say what is wrong with a number that ends in a Luhn digit."""
    if not (value.isascii() and value.isdigit()):
        return "form"
    return "check digit" if remainder(value) else ""
