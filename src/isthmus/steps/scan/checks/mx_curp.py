"""Mexican CURP: initials, birth date, sex, state, consonants, a distinguishing character, modulus 10."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_day

_LISTED = "AS BC BS CC CH CL CM CS DF DG GR GT HG JC MC MN MS NE NL NT OC PL QR QT SL SP SR TC TL TS VZ YN ZS"
_STATES = frozenset(_LISTED.split())
_ALPHABET = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"


def problem(value: str) -> str:
    """Say what is wrong with a number in upper case."""
    if len(value) != 18 or not value[:4].isalpha() or not value[4:10].isdigit() or value[10] not in "HMX":
        return "form"
    if value[11:13] not in _STATES:
        return "region"
    if not is_day(value[6:10]):
        return "date"
    total = sum(_ALPHABET.index(c) * (18 - place) for place, c in enumerate(value[:17]) if c in _ALPHABET)
    return "" if str(-total % 10) == value[17] else "check digit"
