"""United States social security numbers: area, group, serial; none of them all zeros, never 666 or 9."""

from __future__ import annotations

from isthmus.steps.scan.checks.weights import is_number

_NEVER_ISSUED = frozenset({"078051120", "219099999", "123456789"})


def problem(value: str) -> str:
    """Say what is wrong with a number."""
    if not is_number(value, 9) or value in _NEVER_ISSUED:
        return "form"
    return (
        "range" if value[0] == "9" or value[:3] in {"000", "666"} or value[3:5] == "00" or value[5:] == "0000" else ""
    )
