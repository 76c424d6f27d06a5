"""Turkish identity numbers: eleven digits, two check digits."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 11) or value[0] == "0":
        return "form"
    digits = [int(c) for c in value]
    tenth = (sum(digits[0:9:2]) * 7 - sum(digits[1:8:2])) % 10
    return "" if tenth == digits[9] and sum(digits[:10]) % 10 == digits[10] else "check digit"
