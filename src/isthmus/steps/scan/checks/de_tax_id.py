"""German tax identification numbers: of ten digits one stands twice or three times, no other does; MOD 11,10."""

from __future__ import annotations

from collections import Counter

from isthmus.steps.scan.checks.weights import is_number, mod_11_10


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 11) or value[0] == "0" or sorted(Counter(value[:10]).values())[-2:] not in ([1, 2], [1, 3]):
        return "form"
    return "" if mod_11_10(value[:10]) == int(value[10]) else "check digit"
