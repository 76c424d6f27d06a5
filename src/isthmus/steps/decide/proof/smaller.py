"""The fewest facts of a counter-example: what can be left unsaid without losing it is left unsaid."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from isthmus.facts import Counts, Facts
from isthmus.steps.decide.paths import members, replaced
from isthmus.steps.decide.proof.schema import NOT_SAID, member


def smaller(facts: Facts, serves: Callable[[Facts], bool]) -> Facts:
    """Facts that still serve, from which nothing more can be left out."""
    facts = next((one for one in _persons_in_items(facts) if serves(one)), facts)
    while True:
        less = next((one for one in _without_one(facts) if serves(one)), None)
        if less is None:
            return facts
        facts = less


def _persons_in_items(facts: Facts) -> Iterator[Facts]:
    """The totals said by the items themselves."""
    stated = [getattr(facts.counts, name) for name in Counts.__struct_fields__ if name.endswith("_new")]
    numbers = [n for one in stated for n in (one.values() if isinstance(one, dict) else (one,)) if isinstance(n, int)]
    first, *others = facts.data or (None,)
    if first is not None:
        largest = msgspec.structs.replace(first, persons=max([1, *numbers]))
        items = (largest, *(msgspec.structs.replace(one, persons=1) for one in others))
        yield msgspec.structs.replace(facts, counts=Counts(), data=items)


def _without_one(facts: Facts) -> Iterator[Facts]:
    """The facts with one thing left out."""
    for n in range(len(facts.data)):
        yield msgspec.structs.replace(facts, data=(*facts.data[:n], *facts.data[n + 1 :]))
    for n in range(len(facts.instruments)):
        yield msgspec.structs.replace(facts, instruments=(*facts.instruments[:n], *facts.instruments[n + 1 :]))
    for path in members():
        yield from _unsaid(facts, path)
    for name in ("us_new", "us_before"):
        counted = getattr(facts.counts, name)
        for category in counted:
            rest = {key: number for key, number in counted.items() if key != category}
            yield replaced(facts, f"counts.{name}", rest)


def _unsaid(facts: Facts, path: str) -> Iterator[Facts]:
    if path.startswith("instruments."):
        return
    absent = member(path).absent
    if absent is NOT_SAID:
        return
    places = [f"data.{n}.{path[5:]}" for n in range(len(facts.data))] if path.startswith("item.") else [path]
    for place in places:
        less = replaced(facts, place, absent)
        if less != facts:
            yield less
