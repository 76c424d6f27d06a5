"""Decision diagrams over variables with several values: sets of points of a finite space, kept small by sharing.

A diagram is a number: 0 holds no point, 1 holds all; any other names a node with one child for each value of its
variable. Equal sets are equal numbers, for nodes are shared and a node whose children are all one is that child.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

NONE, ALL = 0, 1


class At(Protocol):
    """What has a value for each variable, by level."""

    def __getitem__(self, level: int, /) -> int:
        """The value at `level`."""


class Diagrams:
    """The diagrams over one list of variables; `sizes` are the numbers of their values, in order of testing."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = tuple(sizes)
        last = len(self.sizes)
        self._nodes: list[tuple[int, tuple[int, ...]]] = [(last, ()), (last, ())]
        self._known: dict[tuple[int, tuple[int, ...]], int] = {}
        self._and: dict[tuple[int, int], int] = {}
        self._or: dict[tuple[int, int], int] = {}
        self._not: dict[int, int] = {}

    def node(self, level: int, children: tuple[int, ...]) -> int:
        """The diagram that tests the variable at `level`."""
        first = children[0]
        if all(child == first for child in children):
            return first
        key = (level, children)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self._nodes)
            self._nodes.append(key)
        return found

    def among(self, level: int, values: Iterable[int]) -> int:
        """The points whose variable at `level` has one of the values."""
        wanted = frozenset(values)
        return self.node(level, tuple(int(value in wanted) for value in range(self.sizes[level])))

    def table(self, levels: Sequence[int], holds: Callable[[tuple[int, ...]], bool]) -> int:
        """The points whose values at `levels` (ascending) satisfy `holds`."""
        return self._table(tuple(levels), holds, ())

    def _table(self, levels: tuple[int, ...], holds: Callable[[tuple[int, ...]], bool], given: tuple[int, ...]) -> int:
        if not levels:
            return int(holds(given))
        level, rest = levels[0], levels[1:]
        return self.node(level, tuple(self._table(rest, holds, (*given, v)) for v in range(self.sizes[level])))

    def both(self, *diagrams: int) -> int:
        """The points in every one of the sets."""
        found = ALL
        for one in diagrams:
            found = self._both(found, one)
        return found

    def either(self, *diagrams: int) -> int:
        """The points in at least one of the sets."""
        found = NONE
        for one in diagrams:
            found = self._either(found, one)
        return found

    def without(self, one: int, other: int) -> int:
        """The points of `one` that are not in `other`."""
        return self._both(one, self.beyond(other))

    def _both(self, a: int, b: int) -> int:
        if NONE in (a, b):
            return NONE
        if a in (ALL, b):
            return b
        if b == ALL:
            return a
        key = (a, b) if a < b else (b, a)
        found = self._and.get(key)
        if found is None:
            level, pairs = self._pairs(a, b)
            found = self._and[key] = self.node(level, tuple(self._both(x, y) for x, y in pairs))
        return found

    def _either(self, a: int, b: int) -> int:
        if ALL in (a, b):
            return ALL
        if a in (NONE, b):
            return b
        if b == NONE:
            return a
        key = (a, b) if a < b else (b, a)
        found = self._or.get(key)
        if found is None:
            level, pairs = self._pairs(a, b)
            found = self._or[key] = self.node(level, tuple(self._either(x, y) for x, y in pairs))
        return found

    def _pairs(self, a: int, b: int) -> tuple[int, Iterable[tuple[int, int]]]:
        (first, left), (second, right) = self._nodes[a], self._nodes[b]
        if first == second:
            return first, zip(left, right, strict=True)
        if first < second:
            return first, ((x, b) for x in left)
        return second, ((a, y) for y in right)

    def beyond(self, one: int) -> int:
        """The points that are not in the set."""
        if one in (NONE, ALL):
            return 1 - one
        found = self._not.get(one)
        if found is None:
            level, children = self._nodes[one]
            found = self._not[one] = self.node(level, tuple(self.beyond(child) for child in children))
        return found

    def some(self, one: int, levels: frozenset[int]) -> int:
        """The points that lie in the set for at least one choice of the values at `levels`."""
        known: dict[int, int] = {NONE: NONE, ALL: ALL}

        def walk(node: int) -> int:
            if node not in known:
                level, children = self._nodes[node]
                inner = tuple(walk(child) for child in children)
                known[node] = self.either(*inner) if level in levels else self.node(level, inner)
            return known[node]

        return walk(one)

    def holds(self, one: int, point: At) -> bool:
        """Whether a point is in the set."""
        while one > ALL:
            level, children = self._nodes[one]
            one = children[point[level]]
        return one == ALL

    def count(self, one: int) -> int:
        """How many points are in the set."""
        known: dict[int, int] = {}

        def below(level: int, until: int) -> int:
            product = 1
            for size in self.sizes[level:until]:
                product *= size
            return product

        def walk(node: int) -> int:
            if node in (NONE, ALL):
                return node
            if node not in known:
                level, children = self._nodes[node]
                known[node] = sum(walk(c) * below(level + 1, self._nodes[c][0]) for c in children)
            return known[node]

        return walk(one) * below(0, self._nodes[one][0])

    def cheapest(self, one: int, costs: Sequence[Sequence[int]]) -> tuple[int, ...] | None:
        """A point of the set with the least sum of costs; `costs` gives each value's, by level."""
        if one == NONE:
            return None
        least = [min(range(len(row)), key=row.__getitem__) for row in costs]
        known: dict[int, tuple[int, int]] = {ALL: (0, 0)}

        def between(level: int, until: int) -> int:
            return sum(costs[n][least[n]] for n in range(level, until))

        def walk(node: int) -> tuple[int, int]:
            if node not in known:
                level, children = self._nodes[node]
                choices = (
                    (costs[level][v] + between(level + 1, self._nodes[child][0]) + walk(child)[0], v)
                    for v, child in enumerate(children)
                    if child != NONE
                )
                known[node] = min(choices)
            return known[node]

        point = list(least)
        while one != ALL:
            level, children = self._nodes[one]
            point[level] = walk(one)[1]
            one = children[point[level]]
        return tuple(point)
