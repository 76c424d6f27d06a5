"""French social security numbers: sex, birth year and month, place, serial, key modulus 97."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number


def problem(value: str) -> str:
    """Say what is wrong with a number; Corsica's 2A and 2B stand for 19 and 18."""
    plain = value.replace("2A", "19", 1).replace("2B", "18", 1) if value[5:7] in {"2A", "2B"} else value
    if not is_number(plain, 15) or plain[0] not in "123478":
        return "form"
    month = int(plain[3:5])
    if not (1 <= month <= 12 or 20 <= month <= 42 or 50 <= month <= 99):
        return "date"
    return "" if 97 - int(plain[:13]) % 97 == int(plain[13:]) else "check digit"
