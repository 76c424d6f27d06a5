"""Vehicle identification numbers (ISO 3779, GB 16735): seventeen characters, the ninth is a check modulus 11."""

from __future__ import annotations

_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def problem(value: str) -> str:
    """Say what is wrong with a number in upper case."""
    letters = sum(c.isalpha() for c in value)
    if len(value) != 17 or any(not c.isdigit() and c not in _VALUES for c in value) or not 3 <= letters <= 14:
        return "form"
    total = sum((int(c) if c.isdigit() else _VALUES[c]) * w for c, w in zip(value, _WEIGHTS, strict=True))
    return "" if "0123456789X"[total % 11] == value[8] else "check digit"
