"""Finnish personal codes: birth date, a sign for the century, serial, a character modulus 31."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_day

_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def canonical(surface: str) -> str:
    """Upper case; the sign of the century stays."""
    return surface.upper()


def problem(value: str) -> str:
    """Say what is wrong with a code in upper case."""
    digits = value[:6] + value[7:10]
    if len(value) != 11 or not digits.isdigit() or value[6] not in "+-ABCDEFUVWXY":
        return "form"
    if not is_day(value[2:4] + value[:2]):
        return "date"
    return "" if _CHARACTERS[int(digits) % 31] == value[10] else "check digit"
