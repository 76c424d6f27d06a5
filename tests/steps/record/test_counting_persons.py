"""Distinct persons: once each, strongest category, merged when linked, within limits, in rolling windows."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import BandCrossedError
from isthmus.exchange import Limit, People, Person, Reservation, Tally
from isthmus.steps.record.counting import Book, claim_of, identifier_digest, reserve, strongest, year_before

ORDER = ("sensitive", "general")
KEY = b"k" * 32


def asked(*persons: tuple[str, str], names: int = 0, period: str = "2026", **more: Any) -> Reservation:
    """A reservation; a person is its identifiers, one letter each, and its category."""
    people = tuple(
        Person(identifiers=tuple(("kind", letter) for letter in ids), category=name) for ids, name in persons
    )
    given_more = {"entity": "e", "scheme": "cn.export", "categories": ORDER, "conversation": "c", **more}
    return Reservation(people=People(persons=people, unresolved=names), period=period, **given_more)


def count(book: Book, reservation: Reservation) -> dict[str, tuple[int, int]]:
    return {row.category: (row.before, row.after) for row in reserve(book, claim_of(reservation, KEY))}


def test_a_person_counts_once():
    """The same identifier again, also beside a new one, is no new person."""
    book = Book()
    assert count(book, asked(("a", "general"), ("b", "general"))) == {"sensitive": (0, 0), "general": (0, 2)}
    assert count(book, asked(("a", "general"), ("ax", "general"))) == {"sensitive": (0, 0), "general": (2, 2)}
    assert count(book, asked(("x", "general"))) == {"sensitive": (0, 0), "general": (2, 2)}


def test_an_upgrade_counts_in_the_stronger_category():
    """Who was general and turns out sensitive moves, and does not fall back."""
    book = Book()
    count(book, asked(("a", "general"), ("b", "general")))
    assert count(book, asked(("a", "sensitive"))) == {"sensitive": (0, 1), "general": (1, 1)}
    assert count(book, asked(("a", "general"))) == {"sensitive": (1, 1), "general": (1, 1)}


def test_a_record_that_links_two_persons_makes_them_one():
    """The later number points to the earlier, and the count falls by one."""
    book = Book()
    count(book, asked(("a", "general"), ("b", "sensitive")))
    assert count(book, asked(("ab", "general"))) == {"sensitive": (1, 1), "general": (0, 0)}
    assert book.merges == [("e", 2, 1)]
    assert {book.persons[identifier_digest(KEY, "kind", letter)] for letter in "ab"} == {1}


def test_a_merge_reaches_every_scope():
    """Persons linked in one scheme are one in the others too."""
    book = Book()
    for period in ("2025", "2026"):
        count(book, asked(("a", "general"), ("b", "general"), period=period))
    count(book, asked(("ab", "general")))
    assert count(book, asked(period="2025")) == {"sensitive": (0, 0), "general": (1, 1)}


def test_names_count_once_per_conversation_with_the_weakest():
    """A history that is sent again adds nothing; another conversation does."""
    book = Book()
    assert count(book, asked(("a", "sensitive"), names=2)) == {"sensitive": (0, 1), "general": (0, 2)}
    assert count(book, asked(names=2)) == {"sensitive": (1, 1), "general": (2, 2)}
    assert count(book, asked(names=3)) == {"sensitive": (1, 1), "general": (2, 3)}
    assert count(book, asked(names=1, conversation="d")) == {"sensitive": (1, 1), "general": (3, 4)}


def test_a_person_without_identifiers_is_a_name():
    """Nothing to recognise a person by makes it unresolved."""
    assert count(Book(), asked(("", "general"))) == {"sensitive": (0, 0), "general": (0, 1)}


@pytest.mark.parametrize(
    ("limit", "crosses"),
    [
        (Limit(category="general", low=0, high=3), False),
        (Limit(category="general", low=0, high=2), True),
        (Limit(category="general", low=3, high=None), True),
        (Limit(category="general", low=2, high=None), False),
        (Limit(category="sensitive", low=0, high=1), False),
        (Limit(category="unheard-of", low=1, high=None), True),
    ],
)
def test_a_count_outside_its_band_reserves_nothing(limit: Limit, crosses: bool):  # noqa: FBT001 - a table
    """The limit is on the count after; where it is crossed the book is as it was."""
    book = Book()
    count(book, asked(("a", "general")))
    wanted = asked(("b", "general"), limits=(limit,))
    if not crosses:
        assert count(book, wanted)["general"] == (1, 2)
        return
    with pytest.raises(BandCrossedError):
        count(book, wanted)
    assert count(book, asked(("c", "general")))["general"] == (1, 2)


def test_scopes_do_not_mix():
    """Entity, scheme, period and counterparty each have counts of their own."""
    book = Book()
    count(book, asked(("a", "general")))
    for more in ({"entity": "f"}, {"scheme": "us.bulk"}, {"period": "2027"}, {"counterparty": "x"}):
        assert count(book, asked(("a", "general"), **more))["general"] == (0, 1)  # type: ignore[arg-type]  # a table


def test_a_rolling_window_forgets_after_twelve_months():
    """The day a year before still counts, the day before that does not; a person seen again stays."""
    book = Book()
    count(book, asked(("a", "general"), ("b", "sensitive"), names=1, period="2025-03-10"))
    count(book, asked(("b", "general"), period="2025-09-01"))
    assert count(book, asked(period="2026-03-10")) == {"sensitive": (1, 1), "general": (2, 2)}
    assert count(book, asked(period="2026-03-11")) == {"sensitive": (0, 0), "general": (1, 1)}
    assert count(book, asked(("a", "general"), names=1, period="2026-03-11")) == {
        "sensitive": (0, 0),
        "general": (1, 3),
    }
    assert count(book, asked(period="2027-03-12")) == {"sensitive": (0, 0), "general": (0, 0)}


def test_a_clock_that_is_behind_moves_no_window_back():
    """A process that is still on the day before counts within the window as it stands."""
    book = Book()
    count(book, asked(("a", "general"), period="2026-03-11"))
    assert count(book, asked(("b", "general"), period="2026-03-10"))["general"] == (1, 2)


def test_a_year_before_a_leap_day_is_a_day():
    """The window of a leap day begins on 28 February."""
    assert (year_before("2028-02-29"), year_before("2026-03-10")) == ("2027-02-28", "2025-03-10")


def test_the_strongest_of_no_order_is_settled():
    """Without an order the choice is the same every time."""
    assert strongest(["a", "b"], ()) == "b"
    assert strongest(["a", "b"], ("a",)) == "a"
    assert strongest([], ("a",)) is None


class Model:
    """What counting means, the slow way: all records kept, components found anew each time."""

    def __init__(self) -> None:
        self.records: list[tuple[str, str, str]] = []

    def tallies(self, period: str) -> dict[str, int]:
        groups: list[set[str]] = []
        for _, ids, _ in self.records:
            joined = set(ids).union(*(group for group in groups if group & set(ids)))
            groups = [group for group in groups if not group & joined] + [joined]
        found: dict[str, int] = defaultdict(int)
        for group in groups:
            names = {name for when, ids, name in self.records if when == period and set(ids) <= group}
            if names:
                found[strongest(names, ORDER) or ""] += 1
        return found


RECORDS = st.tuples(
    st.sampled_from(["2025", "2026"]),
    st.text("abcdefg", min_size=1, max_size=3).map(lambda ids: "".join(sorted(set(ids)))),
    st.sampled_from(ORDER),
)


@settings(max_examples=100)
@given(st.lists(st.lists(RECORDS, min_size=1, max_size=3), max_size=12))
def test_counts_equal_those_of_the_slow_way(calls: list[list[tuple[str, str, str]]]):
    """For any series of calls the tallies are those of recounting everything."""
    book, model = Book(), Model()
    for call in calls:
        period = call[0][0]
        records = [(period, ids, name) for _, ids, name in call]
        wanted = asked(*((ids, name) for _, ids, name in records), period=period)
        shown = reserve(book.copy(), claim_of(wanted, KEY), keep=False)
        model.records += records
        tallies = reserve(book, claim_of(wanted, KEY))
        assert tallies == shown
        expected = model.tallies(period)
        assert {row.category: row.after for row in tallies} == {name: expected[name] for name in ORDER}
        assert all(isinstance(row, Tally) and row.before <= row.after for row in tallies)
