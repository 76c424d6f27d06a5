"""Singapore identity (S, T) and foreign (F, G, M) numbers: a letter, seven digits, a check letter modulus 11."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import weighted

_WEIGHTS = (2, 7, 6, 5, 4, 3, 2)
_LETTERS = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK", "M": "XWUTRQPNJLK"}
_OFFSETS = {"S": 0, "T": 4, "F": 0, "G": 4, "M": 3}


def problem(value: str) -> str:
    """Say what is wrong with a number in upper case."""
    if len(value) != 9 or value[0] not in _LETTERS or not value[1:8].isdigit():
        return "form"
    rest = (weighted(value[1:8], _WEIGHTS) + _OFFSETS[value[0]]) % 11
    if value[0] == "M":
        rest = 10 - rest
        return "" if "KLJNPQRTUWX"[rest] == value[8] else "check digit"
    return "" if _LETTERS[value[0]][rest] == value[8] else "check digit"
