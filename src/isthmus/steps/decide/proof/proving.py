"""Proof of an invariant: every combination of facts that the regime's rules tell apart, at once.

The rules that can affect an invariant are those of its regime: no other regime changes what that one says, and a flow
leaves only where every regime lets it. So a flow that one regime never releases never leaves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

import msgspec

from isthmus.decision import Decision
from isthmus.errors import CatalogError
from isthmus.facts import Facts, Item
from isthmus.steps.decide.engine import decide
from isthmus.steps.decide.paths import members
from isthmus.steps.decide.proof.diagram import NONE
from isthmus.steps.decide.proof.invariants import Invariant, of_regime
from isthmus.steps.decide.proof.judged import Judged, Terms, day_after, days
from isthmus.steps.decide.proof.points import answered, facts_at
from isthmus.steps.decide.proof.smaller import smaller
from isthmus.steps.decide.proof.space import Mode, Space
from isthmus.steps.decide.proof.terms import Grammar, Term
from isthmus.steps.decide.proof.values import of_paths
from isthmus.steps.decide.rulebook import CompiledRegime, Rulebook

TRIES = 40


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an invariant.

    `combinations` were covered: the product of the classes of all facts that a rule of the regime, or the invariant,
    reads. `facts` says how many classes each has; `left_out` are the facts that none of them reads. Where it is broken,
    `example` are facts that break it, and `confirmed` whether the engine decides them so.
    """

    id: str
    regime: str
    holds: bool
    combinations: int
    facts: dict[str, int]
    left_out: tuple[str, ...]
    example: Facts | None = None
    confirmed: bool = False


def prove(book: Rulebook, one: Invariant) -> Proof:
    """Whether the invariant holds over the whole space; raises `CatalogError` where it cannot be taken apart."""
    of_regime(frozenset(regime.id for regime in book.regimes), one)
    regime = next(regime for regime in book.regimes if regime.id == one.regime)
    modes: tuple[Mode, ...] = ("whole",) if regime.row.per == "flow" else ("item", "empty")
    checked = [_checked(book, regime, one, mode) for mode in modes]
    variables = [variable for row in checked for variable in row.space.variables]
    covered = of_paths(variables)
    broken = [row for row in checked if row.broken != NONE]
    _all_read(regime, covered)
    found = Proof(
        id=one.id,
        regime=regime.id,
        holds=not broken,
        combinations=sum(row.space.combinations() for row in checked),
        facts={variable.name: len(variable.values) for variable in reversed(variables)},
        left_out=tuple(path for path in members() if path not in covered),
    )
    return _with_example(book, one, found, broken) if broken else found


class Checked(msgspec.Struct, frozen=True):
    """A space, the term of what may never be, and the points that break the invariant."""

    space: Space
    never: Term
    broken: int


def _checked(book: Rulebook, regime: CompiledRegime, one: Invariant, mode: Mode) -> Checked:
    grammar = Grammar(book.instruments, book.schemes)
    terms = Terms(regime, grammar, mode)
    never = grammar.term(one.never, regime.id, of_item=mode == "item")
    on = days(regime, book.today, one.since, day_after(one.until))
    space = Space([never, *terms.all()], on, grammar.schemes, mode)
    dated = [n for n, day in enumerate(on.values) if one.since <= day <= one.until]
    care = space.diagrams.both(space.pair(never)[0], space.diagrams.among(0, dated))
    return Checked(space, never, _outcome(Judged(terms, space, care), one))


def _outcome(judged: Judged, one: Invariant) -> int:
    if one.lacks:
        return judged.lacks(one.lacks)
    if one.says:
        return judged.settled_in(judged.d.either(*(judged.says(mechanism) for mechanism in one.says)))
    return judged.d.either(judged.silent, judged.settled_in(judged.allows))


def _all_read(regime: CompiledRegime, covered: frozenset[str]) -> None:
    """Raises `CatalogError` where a rule reads a fact that the space does not have."""
    read = regime.reads.union(*(rule.reads for rule in regime.rules))
    if not read <= covered:
        raise CatalogError(f"a proof of {regime.id} would leave out {', '.join(sorted(read - covered))}")


def _with_example(book: Rulebook, one: Invariant, found: Proof, broken: Sequence[Checked]) -> Proof:
    """The proof with the fewest facts that break the invariant and that the engine confirms."""
    example: Facts | None = None
    for row in broken:
        for facts in islice(_examples(row, book.today), TRIES):
            example = example or facts
            if breaks(decide(book, facts), one):
                least = smaller(facts, lambda less: met(row, less) and breaks(decide(book, less), one))  # noqa: B023 - called at once
                return msgspec.structs.replace(found, example=least, confirmed=True)
    return msgspec.structs.replace(found, example=example)


def _examples(row: Checked, today: str) -> Iterator[Facts]:
    """Facts at the points that break an invariant, the cheapest to state first."""
    d, left = row.space.diagrams, row.broken
    while (point := d.cheapest(left, [variable.costs for variable in row.space.variables])) is not None:
        with suppress(LookupError):
            yield facts_at(row.space, point, today)
        left = d.without(left, d.both(*(d.among(level, [value]) for level, value in enumerate(point))))


def met(row: Checked, facts: Facts) -> bool:
    """Whether the condition that may never be is known to hold of the flow, or of an item of it."""
    items = facts.data if row.space.mode == "item" else (Item(),)
    return any(answered(row.never, facts, item) is True for item in items)


def breaks(decision: Decision, one: Invariant) -> bool:
    """Whether a decision of the engine, on facts for which the condition holds, breaks the invariant."""
    regime = next((regime for regime in decision.regimes if regime.id == one.regime), None)
    if one.lacks:
        return regime is None or one.lacks not in {duty.id for duty in regime.duties}
    if one.says:
        return regime is not None and regime.mechanism in one.says
    return regime is None or regime.release
