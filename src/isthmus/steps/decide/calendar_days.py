"""Periods that rules name: years to the same date, and working days from Monday to Friday.

Public holidays are not known here, so a deadline in working days falls no later than the lawful one.
"""

from __future__ import annotations

from datetime import date, timedelta


def last_day(start: str, years: int) -> str:
    """The same date `years` later; 29 February becomes 28 February."""
    first = date.fromisoformat(start)
    try:
        return first.replace(year=first.year + years).isoformat()
    except ValueError:
        return first.replace(year=first.year + years, day=28).isoformat()


def working_days(start: str, end: str) -> int:
    """Working days after `start` up to and including `end`; none where `end` is not later."""
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    weeks, rest = divmod(max(0, (last - first).days), 7)
    return weeks * 5 + sum((first + timedelta(days=n)).weekday() < 5 for n in range(1, rest + 1))
