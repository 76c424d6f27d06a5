"""Telephone numbers (ITU-T E.164): seven to fifteen digits."""

from __future__ import annotations

import re

_NO_DIGIT = re.compile("[^0-9]+")


def canonical(surface: str) -> str:
    """The digits, with the plus sign where there was one."""
    return ("+" if "+" in surface else "") + _NO_DIGIT.sub("", surface)


def problem(value: str) -> str:
    """Say what is wrong with a number in canonical form."""
    digits = value.removeprefix("+")
    if not 7 <= len(digits) <= 15:
        return "length"
    return "form" if len(set(digits[-7:])) == 1 else ""
