"""Trials: one item of a flow (or the flow as a whole) judged anew with values put in for what is unknown.

A trial costs little: only what the changed fact can touch is asked again, values that no condition in force tells apart
are tried once, and each item is tried by itself.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import Any

from isthmus.facts import Facts
from isthmus.steps.decide.judge import RANK, SILENT, VERDICT_RANK, conclude, signature, tried
from isthmus.steps.decide.paths import general, replaced, told_apart, values
from isthmus.steps.decide.rulebook import CompiledRegime, Rule, Rulebook
from isthmus.steps.decide.world import World, Worlds

BUDGET, EACH = 500, 100
DAYS = ("0001-01-01", "9999-12-31")  # long before and long after whatever day is decided for
NOTHING: frozenset[Any] = frozenset()


class Trial:
    """One subject under an assignment of values, and what the regime's weighty rules say of it.

    `speaks`: whether the regime does. `missing` are the unknowns that could still change the outcome, `live` the rules
    that may still hold, `next` the trials made from here.
    """

    __slots__ = (
        "live",
        "mechanism",
        "missing",
        "next",
        "signature",
        "speaks",
        "strictness",
        "verdict",
        "whole",
        "world",
    )

    def __init__(self, regime: CompiledRegime, whole: World, world: World, live: Sequence[Rule]) -> None:
        self.whole, self.world, self.live = whole, world, live
        self.next: dict[tuple[str, Any], Trial] = {}
        answer, missing = whole.ask(regime.when)
        self.speaks = answer is not False
        self.mechanism, self.verdict, self.missing = SILENT.mechanism, SILENT.verdict, missing
        if answer:
            tested = tried(world, live)
            found, self.live = conclude(regime, world, tested), tested.live
            self.mechanism, self.verdict, self.missing = found.mechanism, found.verdict, tuple(found.missing)
        self.signature = signature(self.mechanism, self.verdict)
        self.strictness = (VERDICT_RANK[self.verdict], RANK[self.mechanism]) if self.speaks else (-1, -1)


class Trials:
    """The trials of one regime: `subjects` are the items (or the flow) as the facts have them.

    Whether the outcome is certain is found out in at most `BUDGET` trials, what the values of all unknowns lead to in
    as many again and at most `EACH` for one value: what was not found out by then stays open.
    """

    def __init__(self, book: Rulebook, regime: CompiledRegime, worlds: Worlds) -> None:
        self.book, self.regime = book, regime
        items = worlds.items if regime.row.per == "item" and worlds.items else (worlds.whole,)
        self.subjects = tuple(Trial(regime, worlds.whole, world, regime.weighty) for world in items)
        self._groups: dict[tuple[str, frozenset[Any]], list[tuple[Any, list[Any]]]] = {}
        self._left = BUDGET
        self._settled: dict[int, Trial | None] = {}
        self._witnesses: dict[int, tuple[Trial, Trial]] = {}

    def put(self, trial: Trial, path: str, value: Any, *, again: bool = False) -> Trial:
        """The same subject with one fact known; `again`: it had a value that was put in before."""
        if (path, value) in trial.next:
            return trial.next[path, value]
        found = trial.next[path, value] = self._put(trial, path, value, again=again)
        return found

    def _put(self, trial: Trial, path: str, value: Any, *, again: bool) -> Trial:
        regime, known, facts = self.regime, general(path), replaced(trial.world.facts, path, value)
        touched = regime.touches.get(known, ())
        stays = not again and known not in regime.moved
        world = trial.world.learnt(facts, touched, stays=stays)
        live = trial.live if stays else regime.weighty
        if trial.world is trial.whole:
            return Trial(regime, world, world, live)
        whole = World(facts)
        if regime.when not in touched:
            whole.answers[regime.when] = trial.whole.ask(regime.when)
        return Trial(regime, whole, world, live)

    def groups(self, path: str, facts: Facts) -> list[tuple[Any, list[Any]]]:
        """The values that the unknown at `path` could take, those together that the regime does not tell apart."""
        known = general(path)
        linked = _linked(self.book, known, facts)
        if (known, linked) in self._groups:
            return self._groups[known, linked]
        told = self.regime.told.get(known, NOTHING) | linked
        found: dict[Any, tuple[Any, list[Any]]] = {}
        options = candidates(self.book, self.regime, path, facts)
        for value in options:
            seen = value if options is DAYS or _is_added(known) else told_apart(value, told)
            found.setdefault(seen, (value, []))[1].append(value)
        self._groups[known, linked] = list(found.values())
        return self._groups[known, linked]

    def certain(self, number: int, trial: Trial, budget: list[int]) -> Trial | None:
        """The strictest of what every completion gives for a subject where all give the same; else None."""
        found: Trial | None = None
        for leaf in self._leaves(trial, budget):
            if budget[0] <= 0:
                return None
            if found is not None and leaf.signature != found.signature:
                self._witnesses[number] = (found, leaf)
                return None
            if found is None or leaf.strictness > found.strictness:
                found = leaf
        return found

    def all_certain(self) -> list[Trial] | None:
        """For each subject the strictest of what every completion gives; None where one subject's differ."""
        budget = [BUDGET]
        found: list[Trial] = []
        for number, subject in enumerate(self.subjects):
            sure = self.certain(number, subject, budget)
            if sure is None:
                return None
            found.append(sure)
        return found

    def settled(self, number: int) -> Trial | None:
        """What every completion gives for a subject, found out once."""
        if number not in self._settled:
            self._settled[number] = self._within(number, self.subjects[number], BUDGET)
        return self._settled[number]

    def settled_with(self, number: int, path: str, value: Any) -> Trial | None:
        """What every completion gives for a subject with one fact known."""
        if self._differ(number, path, value):
            return None
        return self._within(number, self.put(self.subjects[number], path, value), EACH)

    def _within(self, number: int, trial: Trial, most: int) -> Trial | None:
        """What every completion gives, if that is found out within so many of the trials that are left."""
        if not trial.missing:
            return trial
        given = min(most, self._left)
        budget = [given]
        found = self.certain(number, trial, budget)
        self._left -= given - budget[0]
        return found

    def _differ(self, number: int, path: str, value: Any) -> bool:
        """Whether two completions that differed before still differ with this fact known: then nothing is certain."""
        if number not in self._witnesses:
            return False
        one, other = (self.put(trial, path, value, again=True) for trial in self._witnesses[number])
        return not one.missing and not other.missing and one.signature != other.signature

    def touched(self, number: int, path: str) -> bool:
        """Whether a fact can matter to a subject: one of another item only where conditions look across items."""
        parts = path.split(".")
        other = parts[0] == "data" and self.subjects[number].world.item is not None and int(parts[1]) != number
        return not other or general(path) in self.regime.across

    def _leaves(self, trial: Trial, budget: list[int]) -> Iterator[Trial]:
        if not trial.missing or budget[0] <= 0:
            yield trial
            return
        path = trial.missing[0]
        for value, _ in self.groups(path, trial.world.facts):
            budget[0] -= 1
            yield from self._leaves(self.put(trial, path, value), budget)


def _is_added(path: str) -> bool:
    """Whether a number is added to others before it is compared: then its own band says nothing."""
    return path == "item.persons" or path.startswith("counts.")


def candidates(book: Rulebook, regime: CompiledRegime, path: str, facts: Facts) -> tuple[Any, ...]:
    """The values that the unknown at `path` could take, as far as rules tell them apart.

    Of legal classes, those of the regime's own jurisdiction and the common ones: a class begins with its jurisdiction.
    """
    if path.startswith("instruments.") and path.endswith(("valid_from", "valid_until", "filed_on")):
        return DAYS
    known = general(path)
    mentioned = book.mentions.get(known, NOTHING) | _linked(book, known, facts)
    if known == "item.classes":
        own = (f"{regime.row.jurisdiction}.", "common.")
        mentioned = frozenset(name for name in mentioned if str(name).startswith(own))
    return values(path, mentioned)


def _linked(book: Rulebook, path: str, facts: Facts) -> frozenset[Any]:
    """The values of the facts that rules compare the one at `path` with, and those just above a number."""
    found: set[Any] = set()
    for other in book.links.get(path, ()):
        value = operator.attrgetter(other)(facts)
        if isinstance(value, int | float):
            found |= {value, value + 1}
        else:
            found |= {value} if isinstance(value, str) else set(value or ())
    return frozenset(found)
