"""Korean resident (1 to 4, 9, 0) and foreigner (5 to 8) numbers: birth date, kind, serial, modulus 11 until 2020."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_day, is_number, weighted

_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def problem(value: str) -> str:
    """Say what is wrong with a number. Those given since October 2020 have no check digit."""
    if not is_number(value, 13) or value[6] not in "1234567890":
        return "form"
    if not is_day(value[2:6]):
        return "date"
    rest = weighted(value[:12], _WEIGHTS) % 11
    last = (13 - rest) % 10 if value[6] in "5678" else (11 - rest) % 10
    return "" if last == int(value[12]) else "check digit"
