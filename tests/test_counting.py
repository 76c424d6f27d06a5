"""Whom a call counts under which scheme, what leaves, and the bands that counts lie in."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.config import Entity
from isthmus.counting import Counted, band, binds, counted, leaves, limits, most, reservation
from isthmus.exchange import Caller, Destination, Limit, People, Person, Tally


class Scheme(msgspec.Struct, frozen=True, kw_only=True):
    """A counting rule as a pack gives it."""

    id: str
    jurisdiction: str
    period: str
    zone: str
    per_counterparty: bool
    categories: dict[str, str]
    bounds: dict[str, tuple[int, ...]]


EXPORT = Scheme(
    id="cn.export",
    jurisdiction="cn",
    period="calendar_year",
    zone="Asia/Shanghai",
    per_counterparty=False,
    categories={"cn.sensitive": "sensitive", "cn.personal": "general"},
    bounds={"sensitive": (1, 10_000), "general": (100_000, 1_000_000)},
)
BULK = Scheme(
    id="us.bulk",
    jurisdiction="us",
    period="rolling_12_months",
    zone="America/New_York",
    per_counterparty=True,
    categories={"us.health": "health", "us.covered_identifier": "identifiers"},
    bounds={"health": (10_000,), "identifiers": (100_000,)},
)


def entity(jurisdiction: str, **more: Any) -> Entity:
    return Entity(id="e", name="E", jurisdiction=jurisdiction, secret="env:X", **more)


def caller(**attested: Any) -> Caller:
    return Caller(key_id="k", entity="e", team="", attested=attested)


def person(category: str, name: str = "n") -> Person:
    return Person(identifiers=(("kind", name),), category=category)


def count(
    people: People, *schemes: Scheme, jurisdiction: str = "cn", attested: dict[str, Any] | None = None
) -> tuple[Counted, ...]:
    return counted(
        schemes or (EXPORT,),
        entity=entity(jurisdiction),
        caller=caller(**attested or {}),
        findings=(),
        call="call-1",
        people=lambda _, __: people,
    )


def destination(hosted: tuple[str, ...], access: tuple[str, ...] | None = ()) -> Destination:
    return Destination(
        deployment="d", model="m", provider="p", recipient="group-de", hosted_in=hosted, accessible_from=access
    )


@pytest.mark.parametrize(
    ("hosted", "access", "leaving"),
    [
        (("cn",), (), False),
        (("cn",), ("cn",), False),
        (("cn",), None, True),
        (("cn",), ("us",), True),
        (("cn", "sg"), (), True),
        (("de",), (), True),
        ((), (), True),
    ],
)
def test_what_is_not_known_is_elsewhere(hosted: tuple[str, ...], access: Any, leaving: bool) -> None:  # noqa: FBT001 - a table
    assert leaves("cn", destination(hosted, access)) is leaving


def test_a_scheme_binds_its_own_entities_and_the_american_one_us_persons_anywhere() -> None:
    assert binds(EXPORT, entity("cn"))
    assert not binds(EXPORT, entity("sg", us_person=True))
    assert binds(BULK, entity("us"))
    assert binds(BULK, entity("sg", us_person=True))
    assert not binds(BULK, entity("sg"))
    assert not binds(BULK, entity("sg", us_person=False))


def test_only_what_binds_and_holds_persons_is_counted() -> None:
    assert count(People()) == ()
    assert count(People(persons=(person("general"),)), jurisdiction="sg") == ()
    [found] = count(People(persons=(person("general", "a"), person("sensitive", "b"))), EXPORT, BULK)
    assert found.scheme.id == "cn.export"
    assert found.new == {"sensitive": 1, "general": 1}


def test_names_that_nobody_resolves_count_in_the_weakest_category() -> None:
    [found] = count(People(persons=(person("sensitive"),), unresolved=2))
    assert found.new == {"sensitive": 1, "general": 2}


@pytest.mark.parametrize(
    ("attested", "new"),
    [
        ({"persons": 1}, {"sensitive": 1, "general": 1}),
        ({"persons": 3}, {"sensitive": 1, "general": 2}),
        ({"persons_sensitive": 1}, {"sensitive": 1, "general": 1}),
        ({"persons_sensitive": 4}, {"sensitive": 4, "general": 1}),
        ({"persons_sensitive": 4, "persons": 4}, {"sensitive": 4, "general": 1}),
        ({"persons_sensitive": 4, "persons": 6}, {"sensitive": 4, "general": 2}),
    ],
)
def test_what_a_caller_states_adds_to_what_was_found_and_never_takes_away(
    attested: dict[str, int], new: dict[str, int]
) -> None:
    """One general and one sensitive person were found; a number stated is of all of them."""
    found = People(persons=(person("sensitive", "a"), person("general", "b")))
    [seen] = count(found, attested=attested)
    assert seen.new == new
    assert set(found.persons) <= set(seen.people.persons)
    assert len({each.identifiers for each in seen.people.persons}) == sum(new.values())
    assert count(found, attested=attested) == (seen,), "the same call states the same persons"


def test_names_without_an_identifier_are_none_of_the_sensitive_persons_stated() -> None:
    [seen] = count(People(unresolved=2), attested={"persons_sensitive": 3})
    assert seen.new == {"sensitive": 3, "general": 2}
    [seen] = count(People(unresolved=2), attested={"persons": 3})
    assert seen.new == {"sensitive": 0, "general": 3}


def test_a_reservation_names_the_window_of_its_scheme() -> None:
    """The mainland's year in Shanghai; the American day, and with whom."""
    people = count(People(persons=(person("general"),)))[0]
    late = {"entity": "e", "at": "2026-12-31T16:30:00.000Z", "conversation": "c"}
    made = reservation(people, destination=destination(("de",)), **late)
    assert (made.period, made.counterparty, made.categories) == ("2027", "", ("sensitive", "general"))
    bulk = count(People(persons=(person("identifiers"),)), BULK, jurisdiction="us")[0]
    made = reservation(bulk, destination=destination(("de",)), **late)
    assert (made.period, made.counterparty) == ("2026-12-31", "group-de")
    assert reservation(bulk, destination=destination(("de",)), **late | {"at": "2027-01-01T04:59:00.000Z"}).period == (
        "2026-12-31"
    )


def test_a_band_ends_before_its_threshold() -> None:
    bounds = (100_000, 1_000_000)
    assert band(bounds, 0) == band(bounds, 99_999) == (0, 100_000)
    assert band(bounds, 100_000) == band(bounds, 999_999) == (100_000, 1_000_000)
    assert band(bounds, 1_000_000) == (1_000_000, None)
    assert band((), 5) == (0, None)


@given(st.lists(st.integers(1, 50), unique=True).map(lambda b: tuple(sorted(b))), st.integers(0, 60))
def test_a_count_lies_in_its_band_and_no_threshold_inside_it(bounds: tuple[int, ...], held: int) -> None:
    low, high = band(bounds, held)
    assert low <= held
    assert high is None or held < high
    assert not [each for each in bounds if low < each and (high is None or each < high)]


def test_limits_are_the_bands_after_the_send() -> None:
    tallies = (
        Tally(scheme="cn.export", category="general", before=99_999, after=100_000),
        Tally(scheme="cn.export", category="sensitive", before=9_998, after=9_999),
        Tally(scheme="cn.export", category="other", before=1, after=2),
    )
    assert limits(EXPORT, tallies) == (
        Limit(category="general", low=100_000, high=1_000_000),
        Limit(category="sensitive", low=1, high=10_000),
        Limit(category="other", low=0, high=None),
    )


@given(before=st.integers(0, 12), new=st.integers(1, 4), really=st.integers(0, 4))
def test_the_last_known_count_is_trusted_only_where_no_threshold_can_lie_between(
    before: int, new: int, really: int
) -> None:
    """However many of the call's persons are new, the band is the same, or the store is asked."""
    scheme = msgspec.structs.replace(EXPORT, bounds={"general": (3, 7, 10), "sensitive": ()})
    people = People(persons=tuple(person("general", str(n)) for n in range(new)))
    [found] = counted(
        (scheme,), entity=entity("cn"), caller=caller(), findings=(), call="c", people=lambda _, __: people
    )
    tallies = most(found, {"general": before})
    if tallies is None:
        assert band((3, 7, 10), before) != band((3, 7, 10), before + new)
    else:
        [general] = [each for each in tallies if each.category == "general"]
        assert band((3, 7, 10), before + min(really, new)) == band((3, 7, 10), general.after)
