"""Check algorithms of published numbers: one module each, found by name.

A module has `problem(value) -> str`: empty where the value is right, else the first thing that is wrong, one of
`PROBLEMS`. The value is canonical: upper case, without separators. Only `check digit` leaves a number that may still be
one with a typing error; after any other problem it is no such number at all.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

Check = Callable[[str], str]
PROBLEMS = ("form", "length", "region", "date", "range", "check digit")
CHECK_DIGIT = "check digit"


def find_check(name: str) -> Check:
    """The check called `name`; raises `LookupError` where no module has that name."""
    if not name.isidentifier():
        raise LookupError(name)
    try:
        found: Check = importlib.import_module(f"{__name__}.{name}").problem
    except (ModuleNotFoundError, AttributeError):
        raise LookupError(name) from None
    return found


def find_canonical(name: str) -> Callable[[str], str] | None:
    """The check's own way to a canonical value, where it has one."""
    find_check(name)
    found: Callable[[str], str] | None = getattr(importlib.import_module(f"{__name__}.{name}"), "canonical", None)
    return found
