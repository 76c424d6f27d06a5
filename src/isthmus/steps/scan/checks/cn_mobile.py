"""Mainland mobile numbers: eleven digits in the ranges that the ministry (MIIT) assigned, with or without +86."""

from __future__ import annotations

import re

_NO_DIGIT = re.compile("[^0-9]+")
_UNASSIGNED = frozenset({"154"})


def canonical(surface: str) -> str:
    """The eleven digits."""
    return (surface if surface.isdigit() else _NO_DIGIT.sub("", surface))[-11:]


def problem(value: str) -> str:
    """Say what is wrong with a mobile number in canonical form."""
    if len(value) != 11:
        return "length"
    if value[0] != "1" or value[1] < "3" or value[:3] in _UNASSIGNED:
        return "range"
    return "form" if value.count(value[1], 1) == 10 else ""
