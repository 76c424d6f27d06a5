"""Bars: what is measured against what was promised, one JSON line each."""

from __future__ import annotations

import sys
from typing import Literal

import msgspec


class Bar(msgspec.Struct, frozen=True):
    """A promise and what came of it."""

    bar: str
    value: float
    limit: float
    ok: bool


def bar(name: str, value: float, side: Literal["at least", "at most", "under"], limit: float) -> Bar:
    """A value that must be at least, at most or under its limit."""
    kept = {"at least": value >= limit, "at most": value <= limit, "under": value < limit}[side]
    return Bar(bar=name, value=round(value, 4), limit=limit, ok=kept)


def conclude(bars: list[Bar]) -> None:
    """Print the bars and end the program: 1 where one was missed."""
    for row in bars:
        print(msgspec.json.encode(row).decode())
    sys.exit(0 if all(row.ok for row in bars) else 1)
