"""Kazakh individual numbers: birth date, century and sex, serial, modulus 11 with a second round."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_day, is_number, weighted

_FIRST, _SECOND = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 12) or value[6] not in "0123456":
        return "form"
    if not is_day(value[2:6]):
        return "date"
    last = weighted(value[:11], _FIRST) % 11
    if last == 10:
        last = weighted(value[:11], _SECOND) % 11
    return "" if last == int(value[11]) else "check digit"
