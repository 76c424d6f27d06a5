"""Unknown facts: whether one that is missing matters, and what each of its values would lead to.

An unknown matters where two of its values lead to different outcomes; the outcomes are found by deciding anew with each
value put in, never by reasoning about conditions.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import msgspec

from isthmus.decision import OpenFact
from isthmus.facts import Facts
from isthmus.steps.decide.judge import RANK, SILENT, VERDICT_RANK, Judgement, judge
from isthmus.steps.decide.paths import alike, general, replaced, values
from isthmus.steps.decide.rulebook import CompiledRegime, Rulebook
from isthmus.steps.decide.world import Worlds

BUDGET = 500
DAYS = ("0001-01-01", "9999-12-31")
Judgements = tuple[Judgement | None, ...]


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """The judgements of a regime with nothing unknown left that matters, or the open facts that do."""

    judgements: Judgements
    open_facts: tuple[OpenFact, ...] = ()


def settle(book: Rulebook, regime: CompiledRegime, facts: Facts, worlds: Worlds) -> Settled:
    """What the regime says, certain or open."""
    first = judge(regime, worlds)
    paths = _missing(first)
    if not paths:
        return Settled(judgements=first)
    certain = _certain(book, regime, facts, first, [BUDGET])
    if certain is not None:
        return Settled(judgements=_as_known(first, certain))
    opened = tuple(_opened(book, regime, facts, path) for path in paths)
    differing = tuple(fact for fact in opened if len(set(fact.outcomes.values())) > 1)
    # Unknowns may matter only together, or be too many to try out: then all of them are open, and nothing is released.
    return Settled(judgements=first, open_facts=differing or opened)


def _as_known(first: Judgements, certain: Judgements) -> Judgements:
    """The certain outcome with the duties and rules as far as they are known."""
    if len(first) != len(certain):
        return certain
    return tuple(
        msgspec.structs.replace(
            sure, duties=known.duties, rules=known.rules if known.mechanism == sure.mechanism else sure.rules
        )
        if known and sure
        else sure
        for known, sure in zip(first, certain, strict=True)
    )


def _missing(judgements: Judgements) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for one in judgements if one for path in one.missing))


def _signature(judgements: Judgements) -> tuple[tuple[str, str], ...]:
    return tuple(one.signature if one else SILENT.signature for one in judgements)


def _certain(
    book: Rulebook, regime: CompiledRegime, facts: Facts, first: Judgements, budget: list[int]
) -> Judgements | None:
    """The judgements where every completion of the facts gives the same; None where they differ."""
    found: Judgements | None = None
    for one in _completions(book, regime, facts, first, budget):
        if budget[0] <= 0 or (found is not None and _signature(one) != _signature(found)):
            return None
        if found is None or _strictness(one) > _strictness(found):
            found = one
    return found


def _strictness(judgements: Judgements) -> int:
    return max((RANK[one.mechanism] for one in judgements if one), default=-1)


def _completions(
    book: Rulebook, regime: CompiledRegime, facts: Facts, judged: Judgements, budget: list[int]
) -> Iterator[Judgements]:
    paths = _missing(judged)
    if not paths or budget[0] <= 0:
        yield judged
        return
    for value in candidates(book, regime, paths[0], facts):
        budget[0] -= 1
        changed = replaced(facts, paths[0], value)
        yield from _completions(book, regime, changed, judge(regime, Worlds(changed)), budget)


def candidates(book: Rulebook, regime: CompiledRegime, path: str, facts: Facts) -> tuple[object, ...]:
    """The values that the unknown at `path` could take, as far as the rules tell them apart.

    Of legal classes, those of the regime's own jurisdiction and the common ones: a class begins with its jurisdiction.
    """
    if path.startswith("instruments.") and path.endswith(("valid_from", "valid_until", "filed_on")):
        return DAYS
    known = general(path)
    mentioned = book.mentions.get(known, frozenset()) | _linked(book, known, facts)
    if known == "item.classes":
        own = (f"{regime.row.jurisdiction}.", "common.")
        mentioned = frozenset(name for name in mentioned if str(name).startswith(own))
    return values(path, mentioned)


def _linked(book: Rulebook, path: str, facts: Facts) -> frozenset[Any]:
    """The values of the facts that rules compare the one at `path` with, and those just above a number."""
    found: set[Any] = set()
    for other in book.links.get(path, ()):
        value = operator.attrgetter(other)(facts)
        found |= {value, value + 1} if isinstance(value, int | float) else set(value or ())
    return frozenset(found)


def _opened(book: Rulebook, regime: CompiledRegime, facts: Facts, path: str) -> OpenFact:
    outcomes: dict[str, str] = {}
    for value in candidates(book, regime, path, facts):
        changed = replaced(facts, path, value)
        judged = judge(regime, Worlds(changed))
        certain = _certain(book, regime, changed, judged, [BUDGET // 10]) if _missing(judged) else judged
        name = msgspec.json.encode(value).decode().strip('"')
        outcomes[name] = "review human_review" if certain is None else _word(certain)
    same = alike(path, book.mentions.get(general(path), frozenset()))
    if same:
        outcomes |= dict.fromkeys(same, outcomes[same[0]])
    return OpenFact(fact=path, outcomes=outcomes)


def _word(judgements: Judgements) -> str:
    """The strictest verdict and mechanism, for an open fact's outcome."""
    spoken = [one for one in judgements if one]
    if not spoken:
        return "allow not_applicable"
    worst = max(spoken, key=lambda one: (VERDICT_RANK[one.verdict], RANK[one.mechanism]))
    return f"{worst.verdict} {worst.mechanism}"
