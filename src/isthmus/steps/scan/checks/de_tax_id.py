"""German tax identification numbers: eleven digits of which one is doubled, ISO 7064 MOD 11,10."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number, mod_11_10


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 11) or value[0] == "0" or not 8 <= len(set(value[:10])) <= 9:
        return "form"
    return "" if mod_11_10(value[:10]) == int(value[10]) else "check digit"
