"""Malaysian identity card numbers: birth date, place of birth, serial; no check digit."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_day, is_number


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 12):
        return "form"
    if not is_day(value[2:6]):
        return "date"
    return (
        "region"
        if value[6:8] in {"00", "17", "18", "19", "20", "69", "70", "73", "80", "81", "94", "95", "96", "97"}
        else ""
    )
