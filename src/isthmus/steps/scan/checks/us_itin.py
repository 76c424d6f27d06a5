"""United States individual taxpayer numbers: 9, and a group from 50 to 65, 70 to 88, 90 to 92 or 94 to 99."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 9) or value[0] != "9":
        return "form"
    group = int(value[3:5])
    return "" if 50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99 else "range"
