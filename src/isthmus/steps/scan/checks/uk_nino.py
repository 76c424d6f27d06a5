"""United Kingdom national insurance numbers: two letters, six digits, a suffix A to D."""

from __future__ import annotations

_NOT_FIRST, _NOT_SECOND = frozenset("DFIQUV"), frozenset("DFIOQUV")
_NOT_PREFIX = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})


def problem(value: str) -> str:
    """Say what is wrong with a number in upper case."""
    if len(value) != 9 or not value[:2].isalpha() or not value[2:8].isdigit() or value[8] not in "ABCD":
        return "form"
    barred = value[0] in _NOT_FIRST or value[1] in _NOT_SECOND or value[:2] in _NOT_PREFIX
    return "range" if barred else ""
