"""Macau resident identity card numbers: 1, 5 or 7, six digits and a digit in brackets whose rule is not published."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number


def problem(value: str) -> str:
    """Say what is wrong with a number without its brackets."""
    return "" if is_number(value, 8) and value[0] in "157" else "form"
