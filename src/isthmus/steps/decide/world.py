"""What a condition looks at while it is tested: the facts, the item being decided, and the unknowns met on the way.

A condition answers True, False or None. None is *unknown*, and then the paths of the facts that are missing stand in
`missing`; a list of conditions that comes to True or False all the same takes them back out.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from isthmus.facts import Facts, Item


class World:
    """The facts of one flow, and one item of it."""

    __slots__ = ("facts", "index", "item", "known", "missing")

    def __init__(self, facts: Facts, item: Item | None = None, index: int = 0) -> None:
        self.facts = facts
        self.item = item
        self.index = index
        self.missing: list[str] = []
        self.known: dict[str, tuple[bool | None, tuple[str, ...]]] = {}


class Worlds:
    """The worlds of one flow: as a whole, and one for each item. What was found out for one regime serves the next."""

    __slots__ = ("items", "whole")

    def __init__(self, facts: Facts) -> None:
        self.whole = World(facts)
        self.items = tuple(World(facts, item, index) for index, item in enumerate(facts.data))


Test = Callable[[World], bool | None]


def remembered(name: str, test: Test) -> Test:
    """The test, made once for each world; what was missing then is missing again."""

    def once(world: World) -> bool | None:
        known = world.known.get(name)
        if known is None:
            before = len(world.missing)
            answer = test(world)
            world.known[name] = (answer, tuple(world.missing[before:]))
            return answer
        if known[0] is None:
            world.missing += known[1]
        return known[0]

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
