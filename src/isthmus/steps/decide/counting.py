"""Counting schemes: which legal classes count as which category, and the totals that thresholds measure."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from isthmus.facts import Counts, Facts, Item
from isthmus.steps.decide.world import World

FIELDS = frozenset(Counts.__struct_fields__)


class Scheme(msgspec.Struct, frozen=True, kw_only=True):
    """How one body of law counts people.

    `categories` maps a legal class to its category, strongest class first. `bounds` are, by category, the totals at
    which an outcome changes, so that a decision may be kept while its count stays in one band. `leaves_out` are forms
    of data in which nobody is counted.
    """

    id: str
    jurisdiction: str
    period: Literal["calendar_year", "rolling_12_months"]
    zone: str
    per_counterparty: bool
    categories: dict[str, str]
    bounds: dict[str, tuple[int, ...]] = {}
    leaves_out: tuple[str, ...] = ()


def before(scheme: Scheme, category: str, facts: Facts) -> tuple[int | None, str]:
    """Persons counted so far, with the path of the fact."""
    path = f"{category}_before"
    if path in FIELDS:
        return getattr(facts.counts, path), f"counts.{path}"
    group = f"{scheme.jurisdiction}_before"
    return (getattr(facts.counts, group).get(category, 0) if group in FIELDS else 0), f"counts.{group}"


def new(scheme: Scheme, category: str, facts: Facts) -> tuple[int | None, str]:
    """Persons of this flow not yet counted, with the path of the fact that says so or is missing."""
    path = f"{category}_new"
    stated: Any = getattr(facts.counts, path) if path in FIELDS else msgspec.UNSET
    if path not in FIELDS and f"{scheme.jurisdiction}_new" in FIELDS:
        stated = getattr(facts.counts, f"{scheme.jurisdiction}_new").get(category, msgspec.UNSET)
    if stated is not msgspec.UNSET:
        return stated, f"counts.{path}"
    total = 0
    for index, item in enumerate(facts.data):
        if item.form in scheme.leaves_out:
            continue
        if item.classes is None and item.persons != 0:
            return None, f"data.{index}.classes"
        if category_of(scheme, item) == category:
            if item.persons is None:
                return None, f"data.{index}.persons"
            total += item.persons
    return total, f"counts.{path}"


def category_of(scheme: Scheme, item: Item) -> str | None:
    """The category of an item's strongest class, or nothing."""
    classes = item.classes or ()
    return next((category for name, category in scheme.categories.items() if name in classes), None)


def after(scheme: Scheme, category: str, world: World) -> int | None:
    """Persons so far plus those of this flow; None where unknown, then what is missing is noted."""
    known = world.totals.get((scheme.id, category))
    if known is None:
        known = world.totals[scheme.id, category] = _after(scheme, category, world.facts)
    total, path = known
    if total is None:
        world.missing.append(path)
    return total


def _after(scheme: Scheme, category: str, facts: Facts) -> tuple[int | None, str]:
    first, path = before(scheme, category, facts)
    if first is None:
        return None, path
    second, path = new(scheme, category, facts)
    return (None, path) if second is None else (first + second, path)


def totals(scheme: Scheme, facts: Facts) -> tuple[dict[str, int], dict[str, int]]:
    """Known totals before and after, by category."""
    so_far: dict[str, int] = {}
    then: dict[str, int] = {}
    for category in dict.fromkeys(scheme.categories.values()):
        first, second = before(scheme, category, facts)[0], new(scheme, category, facts)[0]
        if first is not None:
            so_far[category] = first
            if second is not None:
                then[category] = first + second
    return so_far, then
