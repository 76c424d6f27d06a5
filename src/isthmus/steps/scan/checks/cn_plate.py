"""Mainland vehicle plates (GA 36-2018): province, authority, then 5 characters, or 6 on new-energy vehicles."""

from __future__ import annotations

_PLAIN = str.maketrans("", "", " ·•.-")


def canonical(surface: str) -> str:
    """Without the dot, in upper case."""
    return surface.translate(_PLAIN).upper()


def problem(value: str) -> str:
    """Say what is wrong with a plate."""
    serial = value[2:]
    digits = sum(map(str.isdigit, serial))
    letters = sum(map(str.isalpha, serial if serial.isascii() else filter(str.isascii, serial)))
    if len(serial) == 6:
        return "" if digits >= 4 or (digits >= 3 and letters <= 3) else "form"
    return "" if digits >= 2 and letters <= 3 else "form"
