"""Instants, legal dates and identifiers that order by time: the one place that reads the clock."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def now() -> str:
    """The present instant, RFC 3339 UTC with milliseconds."""
    return text(time.time_ns() // 1_000_000)


def text(milliseconds: int) -> str:
    """An instant given in milliseconds since 1970, as text."""
    whole = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def legal_date(instant: str, zone: str) -> str:
    """The calendar date of an instant in the zone that a rule names."""
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).date().isoformat()


def uuid7() -> str:
    """A UUID of version 7 (RFC 9562, 5.7): it sorts by time."""
    random = int.from_bytes(os.urandom(10))
    value = (time.time_ns() // 1_000_000) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
