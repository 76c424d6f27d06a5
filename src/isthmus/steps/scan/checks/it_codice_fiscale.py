"""Italian tax codes: consonants of the names, birth date, municipality, a letter modulus 26."""

from __future__ import annotations

_MONTHS = "ABCDEHLMPRST"
_DIGITS = str.maketrans("LMNPQRSTUV", "0123456789")
_ODD_VALUES = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


def problem(value: str) -> str:
    """Say what is wrong with a code in upper case."""
    digits = (value[6:8] + value[9:11] + value[12:15]).translate(_DIGITS)
    if len(value) != 16 or not value[:6].isalpha() or not digits.isdigit() or value[8] not in _MONTHS:
        return "form"
    if not 1 <= int(digits[2:4]) % 40 <= 31:
        return "date"
    total = 0
    for place, character in enumerate(value[:15]):
        number = int(character) if character.isdigit() else ord(character) - 65
        total += number if place % 2 else _ODD_VALUES[number]
    return "" if chr(65 + total % 26) == value[15] else "check digit"
