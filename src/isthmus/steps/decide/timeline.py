"""The law in time: what changes between two dates, what is about to start or end, which reviews are due."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import msgspec

from isthmus.steps.decide.rulebook import Rule, Rulebook


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that starts, or that was in force for the last time, on a day."""

    on: str
    what: Literal["starts", "ends"]
    rule: str
    citation: str
    gist_en: str
    gist_zh: str


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument whose reading is to be checked again by a day."""

    review_by: str
    overdue: bool
    jurisdiction: str
    instrument: str
    verified_at: str
    signed_by: str


def changes(book: Rulebook, first: str, second: str) -> tuple[Event, ...]:
    """The rules that start or end from the day after `first` up to and including `second`, in order of time.

    A rule ends on its last day; what follows from that is seen on the day after.
    """
    found: list[Event] = []
    for rule in book.rules:
        if first < rule.row.start <= second:
            found.append(_event(rule, rule.row.start, "starts"))
        if rule.row.until is not None and first <= rule.row.until < second:
            found.append(_event(rule, rule.row.until, "ends"))
    return tuple(sorted(found, key=lambda event: (event.on, event.what, event.rule)))


def soon(book: Rulebook, on: str, days: int) -> tuple[Event, ...]:
    """The rules that start or end within so many days after a date."""
    return changes(book, on, (date.fromisoformat(on) + timedelta(days=days)).isoformat())


def reviews(book: Rulebook, on: str, days: int) -> tuple[Review, ...]:
    """The instruments whose review is overdue on a date, or falls due within so many days."""
    limit = (date.fromisoformat(on) + timedelta(days=days)).isoformat()
    found = (
        Review(
            review_by=one.review_by,
            overdue=one.review_by < on,
            jurisdiction=one.jurisdiction,
            instrument=one.instrument,
            verified_at=one.verified_at,
            signed_by=one.signed_by,
        )
        for one in book.instruments
        if one.review_by <= limit
    )
    return tuple(sorted(found, key=lambda review: (review.review_by, review.jurisdiction, review.instrument)))


def _event(rule: Rule, on: str, what: Literal["starts", "ends"]) -> Event:
    row = rule.row
    return Event(
        on=on, what=what, rule=rule.id, citation=str(rule.reason.citation), gist_en=row.gist.en, gist_zh=row.gist.zh
    )
