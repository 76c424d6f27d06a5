"""Taiwan national and resident numbers: a letter, a digit or letter, eight digits, modulus 10."""

from __future__ import annotations

_LETTERS = {letter: 10 + place for place, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO")}


def problem(value: str) -> str:
    """Say what is wrong with a number in upper case."""
    if len(value) != 10 or value[0] not in _LETTERS or not value[2:].isdigit():
        return "form"
    if value[1] in "12" + "89":
        second = int(value[1])
    elif value[1] in "ABCD":
        second = _LETTERS[value[1]] % 10
    else:
        return "form"
    tens, ones = divmod(_LETTERS[value[0]], 10)
    total = tens + ones * 9 + second * 8 + sum(int(c) * w for c, w in zip(value[2:9], range(7, 0, -1), strict=True))
    return "" if (total + int(value[9])) % 10 == 0 else "check digit"
