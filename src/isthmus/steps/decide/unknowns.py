"""Unknown facts: whether one that is missing matters, and what each of its values would lead to.

An unknown matters where two of its values lead to different outcomes; the outcomes are found by deciding anew with each
value put in (`trials.py`), never by reasoning about conditions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from isthmus.decision import OpenFact
from isthmus.steps.decide.judge import SILENT, Judgement, judge, judge_one
from isthmus.steps.decide.paths import alike, general
from isthmus.steps.decide.rulebook import CompiledRegime, Rulebook
from isthmus.steps.decide.trials import NOTHING, Trial, Trials, candidates
from isthmus.steps.decide.world import Worlds

UNCERTAIN = "review human_review"
Judgements = tuple[Judgement | None, ...]


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """The judgements of a regime with nothing unknown left that matters, or the open facts that do."""

    judgements: Judgements
    open_facts: tuple[OpenFact, ...] = ()


def settle(book: Rulebook, regime: CompiledRegime, worlds: Worlds) -> Settled:
    """What the regime says, certain or open."""
    first = judge(regime, worlds)
    paths = _missing(first)
    if not paths:
        return Settled(judgements=first)
    trials = Trials(book, regime, worlds)
    certain = trials.all_certain()
    if certain is not None:
        return Settled(judgements=_as_known(regime, first, certain))
    opened = tuple(_opened(trials, path) for path in paths)
    differing = tuple(fact for fact in opened if len(set(fact.outcomes.values())) > 1)
    # Unknowns may matter only together, or be too many to try out: then all of them are open, and nothing is released.
    return Settled(judgements=first, open_facts=differing or opened)


def allows(book: Rulebook, regime: CompiledRegime, worlds: Worlds) -> bool:
    """Whether the regime lets the flow leave, whatever the unknown facts are."""
    judgements = judge(regime, worlds)
    if _missing(judgements):
        certain = Trials(book, regime, worlds).all_certain()
        if certain is None:
            return False
        return all(trial.verdict == "allow" for trial in certain)
    return all(one.verdict == "allow" for one in judgements if one)


def _missing(judgements: Judgements) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for one in judgements if one for path in one.missing))


def _as_known(regime: CompiledRegime, first: Judgements, certain: list[Trial]) -> Judgements:
    """The certain outcome with the duties and rules as far as they are known."""
    if not any(trial.speaks for trial in certain):
        return (None,)
    known = first if len(first) == len(certain) else first * len(certain)
    return tuple(_kept(regime, one or SILENT, trial) for one, trial in zip(known, certain, strict=True))


def _kept(regime: CompiledRegime, known: Judgement, trial: Trial) -> Judgement:
    sure = judge_one(regime, trial.world) if trial.speaks else SILENT
    rules = known.rules if known.mechanism == sure.mechanism else sure.rules
    return msgspec.structs.replace(sure, duties=known.duties, rules=rules, perhaps=known.perhaps)


def _opened(trials: Trials, path: str) -> OpenFact:
    """What each value of the unknown at `path` leads to."""
    facts = trials.subjects[0].world.facts
    led = dict(_led(trials, path))
    outcomes = {
        msgspec.json.encode(value).decode().strip('"'): led[value]
        for value in candidates(trials.book, trials.regime, path, facts)
    }
    alone = alike(path, trials.book.mentions.get(general(path), NOTHING))
    if alone:
        outcomes |= dict.fromkeys(alone, outcomes[alone[0]])
    return OpenFact(fact=path, outcomes=outcomes)


def _led(trials: Trials, path: str) -> Iterator[tuple[Any, str]]:
    """Each value with the outcome it leads to."""
    numbers = range(len(trials.subjects))
    moved = [number for number in numbers if trials.touched(number, path)]
    still = [trials.settled(number) for number in numbers if number not in moved]
    for value, same in trials.groups(path, trials.subjects[0].world.facts):
        found = list(still)
        for number in moved:
            if None in found:
                break
            found.append(trials.settled_with(number, path, value))
        sure = [trial for trial in found if trial]
        word = _word(sure) if len(sure) == len(numbers) else UNCERTAIN
        yield from ((one, word) for one in same)


def _word(certain: list[Trial]) -> str:
    """The strictest verdict and mechanism, for an open fact's outcome."""
    worst = max(certain, key=lambda trial: trial.strictness)
    return f"{worst.verdict} {worst.mechanism}"
