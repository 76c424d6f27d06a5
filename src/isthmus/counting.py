"""Persons of one call in the counting schemes that bind its legal entity, and the bands that counts lie in.

A decision does not hang on a count but on the band between two thresholds that it lies in, so decisions are memoised on
bands and the reservation checks, in the same transaction that counts, that the band still holds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import msgspec

from isthmus.clock import legal_date
from isthmus.config import Entity
from isthmus.exchange import Caller, Destination, Finding, Limit, People, Person, Reservation, Tally

EXEMPT = ".exempt"


class Scheme(Protocol):
    """A counting rule of a pack: whom it counts, in which window, and where its thresholds lie."""

    @property
    def id(self) -> str: ...
    @property
    def jurisdiction(self) -> str: ...
    @property
    def period(self) -> str: ...
    @property
    def zone(self) -> str: ...
    @property
    def per_counterparty(self) -> bool: ...
    @property
    def categories(self) -> Mapping[str, str]: ...
    @property
    def bounds(self) -> Mapping[str, tuple[int, ...]]: ...


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """The persons of one call under one scheme; `new` is the most that each category can grow by."""

    scheme: Scheme
    people: People
    new: dict[str, int]


def counted(
    schemes: Iterable[Scheme],
    *,
    entity: Entity,
    caller: Caller,
    findings: tuple[Finding, ...],
    call: str,
    people: Callable[[tuple[Finding, ...], Mapping[str, str]], People],
) -> tuple[Counted, ...]:
    """The schemes that bind the entity and under which this call holds persons."""
    found = []
    for scheme in schemes:
        if not binds(scheme, entity):
            continue
        seen = people(findings, scheme.categories)
        if caller.attested:
            seen = _attested(seen, caller, scheme, call)
        if seen.persons or seen.unresolved:
            new = dict.fromkeys(scheme.bounds, 0)
            for person in seen.persons:
                new[person.category] = new.get(person.category, 0) + 1
            weakest = _weakest(scheme)
            new[weakest] = new.get(weakest, 0) + seen.unresolved
            found.append(Counted(scheme=scheme, people=seen, new=new))
    return tuple(found)


def binds(scheme: Scheme, entity: Entity) -> bool:
    """Whether a scheme counts what this entity sends."""
    return scheme.jurisdiction == entity.jurisdiction or (scheme.jurisdiction == "us" and bool(entity.us_person))


def leaves(jurisdiction: str, destination: Destination) -> bool:
    """Whether data that goes there leaves the jurisdiction; a place that is not known is elsewhere."""
    hosted, access = destination.hosted_in, destination.accessible_from
    return not hosted or access is None or any(place != jurisdiction for place in (*hosted, *access))


def reservation(
    counts: Counted, *, entity: str, destination: Destination, at: str, conversation: str, ground: str = ""
) -> Reservation:
    """The persons to count for a send that began at the instant `at`."""
    scheme = counts.scheme
    day = legal_date(at, scheme.zone)
    return Reservation(
        entity=entity,
        scheme=scheme.id,
        period=day[:4] if scheme.period == "calendar_year" else day,
        people=counts.people,
        counterparty=destination.recipient if scheme.per_counterparty else "",
        conversation=conversation,
        ground=ground,
        categories=tuple(dict.fromkeys(scheme.categories.values())),
    )


def band(bounds: tuple[int, ...], count: int) -> tuple[int, int | None]:
    """The band `[low, high)` between two thresholds that a count lies in."""
    place = bisect_right(bounds, count)
    return (bounds[place - 1] if place else 0), (bounds[place] if place < len(bounds) else None)


def limits(scheme: Scheme, tallies: Iterable[Tally]) -> tuple[Limit, ...]:
    """The bands that the counts after a send lie in."""
    found = []
    for tally in tallies:
        low, high = band(scheme.bounds.get(tally.category, ()), tally.after)
        found.append(Limit(category=tally.category, low=low, high=high))
    return tuple(found)


def most(counts: Counted, before: Mapping[str, int]) -> tuple[Tally, ...] | None:
    """The counts if every person of the call is new; None where that could lie in another band than if none is."""
    tallies = []
    for category, new in counts.new.items():
        held = before.get(category, 0)
        bounds = counts.scheme.bounds.get(category, ())
        if new and band(bounds, held) != band(bounds, held + new):
            return None
        tallies.append(Tally(scheme=counts.scheme.id, category=category, before=held, after=held + new))
    return tuple(tallies)


def _weakest(scheme: Scheme) -> str:
    return list(scheme.categories.values())[-1]


def _attested(people: People, caller: Caller, scheme: Scheme, call: str) -> People:
    """With the persons that the caller states beyond those found: each is one more, of this call alone.

    Persons stated as sensitive are of the category of that name; a scheme without one does not know which they are of.
    """
    order = list(dict.fromkeys(scheme.categories.values()))
    stated: dict[str, int] = {"sensitive": int(caller.attested.get("persons_sensitive", 0))}
    stated |= caller.attested.get("persons_by_category", {})
    weakest = order[-1]
    persons = list(people.persons)
    for category in order:
        wanted = stated.get(category, 0)
        if category == weakest:
            wanted = max(wanted, int(caller.attested.get("persons", 0)))
        everyone = category == weakest
        held = sum(everyone or person.category == category for person in persons)
        held += people.unresolved if everyone else 0
        persons += [
            Person(identifiers=(("attested", f"{call}/{category}/{number}"),), category=category)
            for number in range(wanted - held)
        ]
    return People(persons=tuple(persons), unresolved=people.unresolved)
