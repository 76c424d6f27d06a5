"""Decision diagrams against sets written out."""

from __future__ import annotations

import random
from itertools import product

from isthmus.steps.decide.proof.diagram import ALL, NONE, Diagrams

SIZES = (2, 3, 4, 2)
POINTS = tuple(product(*(range(size) for size in SIZES)))


def drawn(d: Diagrams, rng: random.Random) -> tuple[int, set[tuple[int, ...]]]:
    """A set at random, as a diagram and written out."""
    points = set(rng.sample(POINTS, rng.randrange(len(POINTS))))
    return d.table(range(len(SIZES)), lambda point: point in points), points


def test_diagrams_are_the_sets_they_stand_for():
    """And, or, not and projection agree with sets; equal sets are one diagram; counts are exact."""
    rng, d = random.Random(1), Diagrams(SIZES)
    for _ in range(60):
        (one, left), (other, right) = drawn(d, rng), drawn(d, rng)
        assert [d.holds(d.both(one, other), p) for p in POINTS] == [p in left & right for p in POINTS]
        assert [d.holds(d.either(one, other), p) for p in POINTS] == [p in left | right for p in POINTS]
        assert [d.holds(d.without(one, other), p) for p in POINTS] == [p in left - right for p in POINTS]
        assert d.count(one) == len(left)
        assert d.both(one, other) == d.beyond(d.either(d.beyond(one), d.beyond(other)))
        shadow = {(p[0], p[2]) for p in left}
        some = d.some(one, frozenset({1, 3}))
        assert [d.holds(some, p) for p in POINTS] == [(p[0], p[2]) in shadow for p in POINTS]


def test_nothing_and_everything():
    """The two ends of the lattice."""
    d = Diagrams(SIZES)
    assert d.among(0, [0, 1]) == ALL
    assert d.among(0, []) == NONE
    assert d.count(ALL) == len(POINTS)
    assert d.both() == ALL
    assert d.either() == NONE
    assert d.cheapest(NONE, [[0] * size for size in SIZES]) is None


def test_the_cheapest_point():
    """No point of the set costs less than the one found."""
    rng, d = random.Random(2), Diagrams(SIZES)
    for _ in range(40):
        one, points = drawn(d, rng)
        costs = [[rng.randrange(9) for _ in range(size)] for size in SIZES]
        found = d.cheapest(one, costs)
        if points:
            price = {p: sum(row[v] for row, v in zip(costs, p, strict=True)) for p in points}
            assert found in points
            assert price[found] == min(price.values())
