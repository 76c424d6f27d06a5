"""Instants, legal dates and identifiers that order by time: the one place that reads the clock."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


def now() -> str:
    """The present instant, RFC 3339 UTC with milliseconds."""
    return text(time.time_ns() // 1_000_000)


def text(milliseconds: int) -> str:
    """An instant given in milliseconds since 1970, as text."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_second(seconds)}.{rest:03d}Z"


@lru_cache(maxsize=16)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def legal_date(instant: str, zone: str) -> str:
    """The calendar date of an instant in the zone that a rule names."""
    return _date(instant[:16], zone)


@lru_cache(maxsize=256)
def _date(minute: str, zone: str) -> str:
    """Zones are whole minutes apart from UTC, so the minute decides."""
    return datetime.fromisoformat(f"{minute}+00:00").astimezone(ZoneInfo(zone)).date().isoformat()


def today() -> str:
    """The present date where most of the packs are read: by it a review of a rule is overdue."""
    return legal_date(now(), "Asia/Shanghai")


def uuid7() -> str:
    """A UUID of version 7 (RFC 9562, 5.7): it sorts by time."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(_pool.take(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class _Pool:
    """Random bytes of the system, fetched some thousands at a time; a forked child starts with none."""

    def __init__(self) -> None:
        self._bytes = b""
        self._at = 0
        self._lock = threading.Lock()
        os.register_at_fork(after_in_child=self._empty)

    def take(self, number: int) -> bytes:
        with self._lock:
            if self._at + number > len(self._bytes):
                self._bytes, self._at = os.urandom(4000), 0
            self._at += number
            return self._bytes[self._at - number : self._at]

    def _empty(self) -> None:
        self._bytes, self._at, self._lock = b"", 0, threading.Lock()


_pool = _Pool()
