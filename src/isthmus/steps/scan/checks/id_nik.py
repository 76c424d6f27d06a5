"""Indonesian NIK: province and district, birth date (day plus 40 for women), serial; no check digit."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_day, is_number

_WEST = "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53"
_EAST = "61 62 63 64 65 71 72 73 74 75 76 81 82 91 92 93 94 95 96 97"
_PROVINCES = frozenset(f"{_WEST} {_EAST}".split())


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 16) or value[12:] == "0000":
        return "form"
    if value[:2] not in _PROVINCES:
        return "region"
    day = int(value[6:8])
    day -= 40 if day > 40 else 0
    return "" if is_day(value[8:10] + f"{day:02}") else "date"
