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

    __slots__ = ("facts", "index", "item", "missing")

    def __init__(self, facts: Facts, item: Item | None = None, index: int = 0) -> None:
        self.facts = facts
        self.item = item
        self.index = index
        self.missing: list[str] = []


Test = Callable[[World], bool | None]


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
    whole = operator.attrgetter(path)
    return lambda world: whole(world.facts)
