"""Rules in succession: what follows one another in time leaves no day out and has no day twice.

A rule that `replaces` others begins on the day after their last. Two rules of one instrument that say the same are one
rule at different times, and follow one another in the same way; two instruments may say the same at the same time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise

import msgspec

from isthmus.errors import CatalogError
from isthmus.steps.decide.rulebook import Rule


def check_succession(rules: Iterable[Rule]) -> None:
    """Raises `CatalogError` at the first gap or overlap, with the day that is expected."""
    known = {rule.id: rule for rule in rules}
    for before, after in (*_replacing(known), *_saying_the_same(known.values())):
        day = date.fromisoformat(after.row.start)
        eve = (day - timedelta(days=1)).isoformat()
        until = before.row.until
        if until is not None and until < eve:
            first = (date.fromisoformat(until) + timedelta(days=1)).isoformat()
            days = first if first == eve else f"{first} to {eve}"
            message = f"a gap: neither `{before.id}` nor `{after.id}` is in force on {days}"
            raise CatalogError(message, where=after.where, remedy=f"expected `from: {first}`, or `until: {eve}` there")
        if until is None or until > eve:
            message = f"an overlap: `{before.id}` is still in force on {after.row.start}"
            raise CatalogError(message, where=after.where, remedy=f"expected `until: {eve}` at {before.where}")


def _replacing(known: dict[str, Rule]) -> Iterator[tuple[Rule, Rule]]:
    for rule in known.values():
        for name in rule.row.replaces:
            if name not in known:
                raise CatalogError(f"`{rule.id}` replaces `{name}`, which is no rule", where=rule.where)
            yield known[name], rule


def _saying_the_same(rules: Iterable[Rule]) -> Iterator[tuple[Rule, Rule]]:
    alike: dict[bytes, list[Rule]] = {}
    for rule in rules:
        said = (
            rule.instrument.instrument,
            rule.regime,
            rule.row.when,
            rule.row.unless,
            rule.then,
            sorted(rule.exception_to),
        )
        alike.setdefault(msgspec.json.encode(said), []).append(rule)
    for same in alike.values():
        ordered = sorted(same, key=lambda rule: rule.row.start)
        yield from pairwise(ordered)
