"""Counts in the store equal counts in memory, however the calls fall into groups and transactions."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.steps.record.ledger_parts import AT

from isthmus.exchange import People, Person, Receipt, Reservation
from isthmus.steps.record.counting import Book, Claim, claim_of, reserve
from isthmus.steps.record.entries import Entry
from isthmus.steps.record.journal import Group, line, preview
from isthmus.store import open_store
from isthmus.store.sql import Sql

ORDER = ("sensitive", "general")
PERSONS = st.tuples(st.sets(st.sampled_from("abcdef"), min_size=1, max_size=2), st.sampled_from(ORDER))
DAYS = st.sampled_from(["2026", "2027", "2025-01-01", "2025-07-01", "2026-01-02", "2026-06-30", "2027-07-01"])
CALLS = st.tuples(DAYS, st.lists(PERSONS, max_size=2), st.integers(0, 2), st.sampled_from("xy"), st.booleans())


def claim(period: str, found: list[tuple[set[str], str]], names: int, conversation: str) -> Claim:
    """One claim, in a yearly or a rolling scheme."""
    people = tuple(Person(identifiers=tuple(("k", letter) for letter in sorted(ids)), category=c) for ids, c in found)
    reservation = Reservation(
        entity="e",
        scheme="s",
        period=period,
        people=People(persons=people, unresolved=names),
        categories=ORDER,
        conversation=conversation,
    )
    return claim_of(reservation, b"k" * 32)


def write(sql: Sql, group: list[Claim]) -> list[Any]:
    """Write a group as the writer does."""
    entry = Entry(kind="send.opened", at=AT, send="s")
    with sql.transaction():
        outcomes = Group(sql, 1).write([line(entry, (one,)) for one in group])
    return [outcome.tallies for outcome in outcomes if isinstance(outcome, Receipt)]


@settings(max_examples=60, deadline=None)
@given(st.lists(CALLS, max_size=14))
def test_the_store_counts_as_memory_does(calls: list[tuple[str, list[tuple[set[str], str]], int, str, bool]]):
    """A book that was never saved and books that are loaded for each group give the same tallies."""
    book, expected, found, group = Book(), [], [], list[Claim]()
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder)}/s.db")
        sql = store.sql()
        for period, persons, names, conversation, ends_group in calls:
            one = claim(period, persons, names, conversation)
            expected.append(reserve(book, one))
            group.append(one)
            if ends_group:
                found += write(sql, group)
                group = []
        found += write(sql, group)
        assert found == expected
        for period in ("2026", "2027-07-01"):
            asked = claim(period, [], 0, "x")
            assert preview(sql, asked) == reserve(book, asked, keep=False)
        sql.close()
        store.close()
