"""What a regime says at every point of its space, put together from its rules as `../judge.py` does for one flow.

A point is *settled* where the engine needs no unknown fact: there it says one mechanism and one verdict. Where it needs
one, it tries out that fact's values until it is settled, and releases only what every one of them releases. So whatever
is released with facts unknown is released at a settled point too, with the same facts known: a set that holds no
released settled point holds no released flow.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from isthmus.steps.decide.judge import DENYING, RANK
from isthmus.steps.decide.proof.diagram import ALL, NONE
from isthmus.steps.decide.proof.space import Mode, Pair, Space
from isthmus.steps.decide.proof.terms import Grammar, Term
from isthmus.steps.decide.proof.values import Variable
from isthmus.steps.decide.rulebook import CompiledRegime, Rule

SILENCE = "deny"
NOTHING = "not_applicable"
MILDEST = 0
FIRST_DAY, LAST_DAY = "1900-01-01", "9999-12-31"


class Terms:
    """The terms of one regime's rules, asked of an item or of the flow."""

    def __init__(self, regime: CompiledRegime, grammar: Grammar, mode: Mode) -> None:
        self.regime, self.mode = regime, mode
        of_item = mode == "item"

        def term(tree: object) -> Term | None:
            return None if tree is None else grammar.term(tree, regime.id, of_item=of_item)

        self.when = grammar.term(regime.row.when, regime.id, of_item=False)
        self.protects = term(regime.row.protects)
        self.tests = {r.id: grammar.guarded(r.row.when, r.row.unless, regime.id, of_item=of_item) for r in regime.rules}
        self.needs = {r.id: term(r.then.needs) for r in regime.rules}
        self.met = {r.id: term(r.then.duty.met) if r.then.duty else None for r in regime.rules}
        self.after = {r.id: term(r.then.duty.after) if r.then.duty else None for r in regime.rules}

    def all(self) -> list[Term]:
        """Every term, in the order of the rules."""
        found = [self.when, self.protects]
        for name, test in self.tests.items():
            found += [test, self.needs[name], self.met[name], self.after[name]]
        return [one for one in found if one is not None]


class Blocking(NamedTuple):
    """Of a duty that the flow waits for: where it is met, where nothing waits for it, where it stands in the way."""

    met: int
    free: int
    fault: int


class Judged:
    """The regime over the points of `care`, which lie where it speaks; silence is `silent`."""

    def __init__(self, terms: Terms, space: Space, care: int = ALL) -> None:
        self.terms, self.space, self.d = terms, space, space.diagrams
        self.rules = terms.regime.rules
        speaks, mute = space.pair(terms.when)
        in_force = self.d.either(*(self._dated(rule.row.start, rule.row.until) for rule in self.rules))
        care = self.d.both(care, space.domain)
        self.silent = self.d.both(care, self.d.either(mute, self.d.beyond(in_force)))
        self.doubtful = self.d.both(care, in_force, self.d.beyond(self.d.either(speaks, mute)))
        self.speaks = self.d.both(care, in_force, speaks)
        self.holding: dict[str, int] = {}
        self.unsure: dict[str, int] = {}
        for rule in self.rules:
            self._test(rule)
        self.wins, self.alone = self._winners()
        self._above: dict[int, int] = {}

    def _dated(self, start: str, until: str | None) -> int:
        days = self.space.variables[0].values
        return self.d.among(0, [n for n, day in enumerate(days) if start <= day and (until is None or day <= until)])

    def _test(self, rule: Rule) -> None:
        true, false = self.space.pair(self.terms.tests[rule.id])
        beaten = self.d.either(
            *(at for name, at in self.holding.items() if rule.id in self._rule(name).exception_to),
        )
        open_ = self.d.without(self.d.both(self.speaks, self._dated(rule.row.start, rule.row.until)), beaten)
        self.holding[rule.id] = self.d.both(open_, true)
        self.unsure[rule.id] = self.d.without(open_, self.d.either(true, false))

    def _rule(self, name: str) -> Rule:
        return next(rule for rule in self.rules if rule.id == name)

    def _winners(self) -> tuple[dict[str, int], int]:
        """Where each rule gives the mechanism, and where none does."""
        left, found = self.speaks, dict[str, int]()
        named = [rule for rule in self.rules if rule.then.mechanism is not None]
        for rule in sorted(named, key=lambda rule: -RANK[rule.then.mechanism or ""]):
            found[rule.id] = self.d.both(left, self.holding[rule.id])
            left = self.d.without(left, self.holding[rule.id])
        return found, left

    @cached_property
    def protected(self) -> Pair:
        """Where what may not leave is at stake, and where it is not."""
        if self.terms.protects is None:
            return NONE, ALL
        true, false = self.space.pair(self.terms.protects)
        late = self._dated(self.terms.regime.row.protects_from, None)
        return self.d.both(true, late), self.d.either(false, self.d.beyond(late))

    def settled_in(self, at: int) -> int:
        """The points of a set where it speaks and needs no unknown fact."""
        d = self.d
        at = d.both(at, self.speaks)
        if at == NONE:
            return NONE
        return d.without(at, d.either(*(d.both(at, one) for one in self._left_open)))

    @cached_property
    def _left_open(self) -> list[int]:
        """Where the engine needs a fact that is unknown, part by part."""
        d, found = self.d, list[int]()
        for name, at in self.wins.items():
            rule = self._rule(name)
            found.append(d.both(at, self._unsure_from(RANK[rule.then.mechanism or ""])))
            found.append(d.without(at, d.either(*self._needs(rule))))
        found.append(d.both(self.alone, self._unsure_from(MILDEST)))
        found.append(d.without(self.alone, d.either(*self.protected)))
        for rule in self.rules:
            touched = d.either(*(d.either(self.holding[t], self.unsure[t]) for t in rule.exception_to))
            found.append(d.both(self.unsure[rule.id], touched))
            blocking = self._blocking(rule)
            if blocking is not None:
                found.append(d.without(self.holding[rule.id], d.either(blocking.free, blocking.fault)))
                found.append(d.without(self.unsure[rule.id], blocking.met))
        return found

    def _unsure_from(self, rank: int) -> int:
        """Where a rule of this strictness or above may hold."""
        if rank not in self._above:
            named = (r for r in self.rules if r.then.mechanism is not None and RANK[r.then.mechanism] >= rank)
            self._above[rank] = self.d.either(*(self.unsure[rule.id] for rule in named))
        return self._above[rank]

    def _needs(self, rule: Rule) -> Pair:
        term = self.terms.needs[rule.id]
        return (ALL, NONE) if term is None else self.space.pair(term)

    def _blocking(self, rule: Rule) -> Blocking | None:
        met, after = self.terms.met[rule.id], self.terms.after[rule.id]
        if met is None or rule.then.duty is None or not rule.then.duty.blocks:
            return None
        done, undone = self.space.pair(met)
        passed, early = self.space.pair(after) if after is not None else (ALL, NONE)
        return Blocking(met=done, free=self.d.either(done, early), fault=self.d.both(undone, passed))

    @cached_property
    def settled(self) -> int:
        """Where it speaks and needs no unknown fact."""
        return self.settled_in(self.speaks)

    @property
    def missing(self) -> int:
        """Where the engine needs a fact that is unknown."""
        return self.d.either(self.doubtful, self.d.without(self.speaks, self.settled))

    @cached_property
    def faults(self) -> int:
        """Where a duty that blocks is not met."""
        found = NONE
        for rule in self.rules:
            blocking = self._blocking(rule)
            if blocking is not None:
                found = self.d.either(found, self.d.both(self.holding[rule.id], blocking.fault))
        return found

    @cached_property
    def allows(self) -> int:
        """Where it lets the item, or the flow, leave, if it is settled."""
        d = self.d
        free = [d.both(self.alone, self.protected[1])]
        for name, at in self.wins.items():
            rule = self._rule(name)
            if rule.then.mechanism not in (*DENYING, "human_review"):
                free.append(d.both(at, self._needs(rule)[0]))
        return d.without(d.either(*free), self.faults)

    @cached_property
    def reviews(self) -> int:
        """Where a person decides, if it is settled."""
        found = NONE
        for name, at in self.wins.items():
            rule = self._rule(name)
            if rule.then.mechanism == "human_review":
                found = self.d.either(found, self.d.both(at, self._needs(rule)[0]))
        return found

    def says(self, mechanism: str) -> int:
        """Where this is the mechanism, if it is settled."""
        found = [at for name, at in self.wins.items() if self._rule(name).then.mechanism == mechanism]
        if mechanism == SILENCE:
            found.append(self.d.both(self.alone, self.protected[0]))
        if mechanism == NOTHING:
            found.append(self.d.both(self.alone, self.protected[1]))
        return self.d.either(*found)

    def lacks(self, duty: str) -> int:
        """Where the regime is silent, or no rule that brings this duty could hold."""
        bringing = [r.id for r in self.rules if r.then.duty is not None and r.then.duty.id == duty]
        there = self.d.either(*(self.d.either(self.holding[name], self.unsure[name]) for name in bringing))
        return self.d.either(self.silent, self.d.without(self.speaks, there))


def days(regime: CompiledRegime, today: str, *more: str) -> Variable:
    """The intervals between the days on which a rule starts or has ended, and `more`; today's is the cheapest."""
    edges = {FIRST_DAY, *more, regime.row.protects_from, *(rule.row.start for rule in regime.rules)}
    edges |= {day_after(rule.row.until) for rule in regime.rules if rule.row.until is not None}
    ordered = sorted({max(day, FIRST_DAY) for day in edges})
    now = max((n for n, day in enumerate(ordered) if day <= today), default=0)
    return Variable(
        name="on",
        values=tuple(ordered),
        costs=tuple(2 * abs(n - now) + (n > now) for n in range(len(ordered))),
        paths=frozenset({"on"}),
    )


def day_after(day: str) -> str:
    """The next day; the last there is has none."""
    if day == LAST_DAY:
        return day
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
