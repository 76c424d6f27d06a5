"""What a condition looks at while it is tested: the facts, the item being decided, and the unknowns met on the way.

A condition answers True, False or None. None is *unknown*, and then the paths of the facts that are missing stand in
`missing`; a list of conditions that comes to True or False all the same takes them back out.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

from isthmus.facts import Facts, Item

Answer = tuple[bool | None, tuple[str, ...]]
KNOWN: dict[bool, Answer] = {True: (True, ()), False: (False, ())}


class World:
    """The facts of one flow, and one item of it; what was answered or counted already stands in `answers`, `totals`."""

    __slots__ = ("answers", "facts", "index", "item", "missing", "totals")

    def __init__(self, facts: Facts, item: Item | None = None, index: int = 0) -> None:
        self.facts = facts
        self.item = item
        self.index = index
        self.missing: list[str] = []
        self.answers: dict[object, Answer] = {}
        self.totals: dict[tuple[str, str], tuple[int | None, str]] = {}

    def ask(self, test: Test, name: object = None) -> Answer:
        """What a test answers and what is missing for it, found out once; `name` is what it is kept under."""
        key = test if name is None else name
        found = self.answers.get(key)
        if found is None:
            before = len(self.missing)
            answer = test(self)
            found = KNOWN[answer] if answer is not None else (None, tuple(self.missing[before:]))
            del self.missing[before:]
            self.answers[key] = found
        return found

    def learnt(self, facts: Facts, touched: Iterable[object], *, stays: bool) -> World:
        """This world once one fact is known, which `touched` answers may rest on.

        `stays`: what was answered without knowing it is true whatever it is.
        """
        other = World(facts, None if self.item is None else facts.data[self.index], self.index)
        other.answers = answers = dict(self.answers)
        for key in touched:
            if key in answers and not (stays and answers[key][0] is not None):
                del answers[key]
        return other


class Worlds:
    """The worlds of one flow: as a whole, and one for each item. What was found out for one regime serves the next."""

    __slots__ = ("items", "whole")

    def __init__(self, facts: Facts) -> None:
        self.whole = World(facts)
        self.items = tuple(World(facts, item, index) for index, item in enumerate(facts.data))

    def changed(self, facts: Facts, touched: Iterable[object]) -> Worlds:
        """The worlds of a flow with other facts and as many items; answers stay but for those that are touched."""
        other = Worlds.__new__(Worlds)
        other.whole = self.whole.learnt(facts, touched, stays=False)
        other.items = tuple(world.learnt(facts, touched, stays=False) for world in self.items)
        return other


Test = Callable[[World], bool | None]


def remembered(name: str, test: Test) -> Test:
    """The test, made once for each world; what was missing then is missing again."""

    def once(world: World) -> bool | None:
        answer, missing = world.answers.get(name) or world.ask(test, name)
        if missing:
            world.missing += missing
        return answer

    return once


def always(_: World) -> bool:
    """The condition of a rule without conditions."""
    return True


class _Absent:
    """A fact of an item where the flow has no item."""


ABSENT = _Absent()


def getter(path: str) -> Callable[[World], Any]:
    """How to take the fact at `path` out of a world; an item that is not there gives a value that equals nothing."""
    first, _, rest = path.partition(".")
    if first == "item":
        take = operator.attrgetter(rest)
        return lambda world: ABSENT if world.item is None else take(world.item)
    return operator.attrgetter(f"facts.{path}")
