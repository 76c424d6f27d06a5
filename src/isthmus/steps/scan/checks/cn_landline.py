"""Mainland landline numbers: an area code of the numbering plan and seven or eight digits, perhaps an extension."""

from __future__ import annotations

from isthmus.steps.scan.checks.phone import canonical

__all__ = ["canonical", "problem"]
_SHORT_AREAS = frozenset(["010", "020", "021", "022", "023", "024", "025", "027", "028", "029"])


def problem(value: str) -> str:
    """Say what is wrong with a number in canonical form."""
    digits = value.removeprefix("+86").removeprefix("0086")
    digits = digits if digits.startswith("0") else f"0{digits}"
    area = digits[:3] if digits[:3] in _SHORT_AREAS else digits[:4]
    if area[1] == "0" or (area[1] in "12" and len(area) == 4):
        return "range" if len(area) == 4 else _subscriber(digits[len(area) :])
    return _subscriber(digits[len(area) :])


def _subscriber(number: str) -> str:
    return "" if len(number) >= 7 and number[0] in "2345678" and len(set(number[:7])) > 1 else "form"
