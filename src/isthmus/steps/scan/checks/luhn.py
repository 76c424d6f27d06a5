"""The Luhn check of card numbers (ISO/IEC 7812-1, annex B): modulus 10, every second digit doubled from the right."""

from __future__ import annotations

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def remainder(digits: str) -> int:
    """The Luhn sum modulo 10; zero is right."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = ord(digit) - 48
        total += _DOUBLED[number] if place & 1 else number
    return total % 10


def problem(value: str) -> str:
    """Say what is wrong with a number that ends in a Luhn digit."""
    if not (value.isascii() and value.isdigit()):
        return "form"
    return "check digit" if remainder(value) else ""
