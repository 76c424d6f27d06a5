"""The totals of persons that thresholds measure: the bands between them, or unknown.

Whatever the data items say, what a flow adds may be stated (`counts.<category>_new`): each band goes with every item.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

import msgspec

from isthmus.facts import Facts, Item
from isthmus.steps.decide.counting import FIELDS, Scheme
from isthmus.steps.decide.proof.leaves import COUNT, TOTALS, Leaf
from isthmus.steps.decide.proof.schema import BASE
from isthmus.steps.decide.proof.values import FREE, UNKNOWN, Signature, Variable

EDGES = ("at_least", "more_than", "less_than")


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """Totals as facts state them: persons of this flow, of the year before; null is unknown."""

    new: int | None
    last_year: int | None = 0


def of_category(leaves: Iterable[Leaf], name: str) -> tuple[Leaf, ...]:
    """The leaves that measure the totals of a variable."""
    return tuple(leaf for leaf in leaves if leaf.word == COUNT and leaf.variables == (name,))


def counted(leaves: Iterable[Leaf], name: str, schemes: Mapping[str, Scheme]) -> Variable:
    """The variable of one category of one scheme."""
    measuring = of_category(leaves, name)
    scheme, category = scheme_of(name, schemes)
    edges = {int(leaf.tree[key]) for leaf in measuring for key in EDGES if key in leaf.tree}
    totals: list[int | None] = [*sorted({0, *(max(0, edge + step) for edge in edges for step in (-1, 0, 1))}), None]
    earlier = totals if any("with_last_year" in leaf.tree for leaf in measuring) else [0]
    found: dict[Signature, Counted] = {}
    for last_year, new in product(earlier, totals):
        one = Counted(new=new, last_year=last_year)
        found.setdefault(answers(measuring, stated(BASE, scheme, category, one)), one)
    return Variable(
        name=name,
        values=tuple(found.values()),
        costs=tuple(
            UNKNOWN * (one.new is None)
            + UNKNOWN * (one.last_year is None)
            + FREE * bool(one.new)
            + FREE * bool(one.last_year)
            for one in found.values()
        ),
        paths=frozenset().union(*(leaf.reads for leaf in measuring)),
        index={signature: n for n, signature in enumerate(found)},
    )


def scheme_of(name: str, schemes: Mapping[str, Scheme]) -> tuple[Scheme, str]:
    """The scheme and the category of a variable."""
    regime, _, category = name.removeprefix(TOTALS).rpartition(".")
    return schemes[regime], category


def answers(leaves: Iterable[Leaf], facts: Facts) -> Signature:
    """What the leaves answer to the totals of a flow."""
    return tuple(leaf.asked(facts) for leaf in leaves)


def stated(facts: Facts, scheme: Scheme, category: str, one: Counted) -> Facts:
    """The facts with the totals stated; where a total cannot be `null`, an item with unknown persons makes it so."""
    counts = facts.counts
    if f"{category}_before" not in FIELDS:
        group = f"{scheme.jurisdiction}_new"
        if one.new is not None:
            changed: dict[str, Any] = {**getattr(counts, group), category: one.new}
            return msgspec.structs.replace(facts, counts=msgspec.structs.replace(counts, **{group: changed}))
        name = next(name for name, into in scheme.categories.items() if into == category)
        return msgspec.structs.replace(facts, data=(*facts.data, Item(classes=(name,), persons=None)))
    values: dict[str, Any] = {f"{category}_before": None} if one.new is None else {f"{category}_new": one.new}
    if one.last_year != 0:
        values[f"{category}_last_year"] = one.last_year
    return msgspec.structs.replace(facts, counts=msgspec.structs.replace(counts, **values))
