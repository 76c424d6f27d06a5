"""The form of `jurisdictions/*/invariants.yaml`: what may never come true, and the defect that a proof must notice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from isthmus.catalog import convert, folder, parse
from isthmus.decision import Mechanism
from isthmus.errors import CatalogError
from isthmus.steps.decide.pack import Day, Id, Row, Text

INVARIANTS = "*/invariants.yaml"


class Defect(Row, frozen=True, kw_only=True):
    """A defect planted in the packs: rules dropped, or one member of a rule or definition changed or taken out.

    `at` is the way to the member (`when.all.2`); without `value` it is taken out.
    """

    drop: tuple[str, ...] = ()
    row: str = ""
    at: str = ""
    value: Any = msgspec.UNSET


class Invariant(Row, frozen=True, kw_only=True):
    """What may never come true of one regime: the condition `never`, from `since` to `until`, with one outcome.

    The condition is written as rules are, and must be known to hold. Outcomes: `leaves`: the regime lets the item, or
    the flow, leave (a regime that does not speak does so too). `says`: it names one of these mechanisms. `lacks`: it
    does not bring this duty.
    """

    id: Id
    claim: Text
    rests_on: str
    regime: str
    never: Any
    defect: Defect
    since: Day = "0001-01-01"
    until: Day = "9999-12-31"
    leaves: bool = False
    says: tuple[Mechanism, ...] = ()
    lacks: str = ""


class InvariantFile(Row, frozen=True, kw_only=True):
    """The invariants of one jurisdiction."""

    invariants: tuple[Invariant, ...]


def read_invariants(root: Path, extra: tuple[Path, ...] = ()) -> tuple[Invariant, ...]:
    """Every invariant below `root` and the `extra` folders; raises `CatalogError` for the first problem."""
    found: dict[str, Invariant] = {}
    for file in (file for base in (root, *extra) for file in folder(base, INVARIANTS)):
        document = parse(file.read_bytes(), str(file))
        for n, one in enumerate(convert(document, InvariantFile).invariants):
            place = ("invariants", n)
            if one.id in found:
                raise document.error((*place, "id"), f"invariant `{one.id}` stands twice")
            if one.leaves + bool(one.says) + bool(one.lacks) != 1:
                raise document.error(place, f"`{one.id}` needs one outcome", "expected one of leaves, says, lacks")
            found[one.id] = one
    return tuple(found.values())


def of_regime(regimes: frozenset[str], one: Invariant) -> None:
    """Raises `CatalogError` where an invariant is about no regime that is loaded."""
    if one.regime not in regimes:
        raise CatalogError(
            f"invariant `{one.id}`: no regime `{one.regime}`", remedy=f"expected {', '.join(sorted(regimes))}"
        )
