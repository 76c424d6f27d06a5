"""Whether two versions of the packs decide alike whatever the facts: every rule holds at the same points in both.

Compared are, by regime, where it speaks, where each rule holds or may hold, where what it needs is there and its duty
is met, and what follows from it. Where all of that is equal each flow has the same outcome in both; only which unknown
facts are named on the way may differ.
"""

from __future__ import annotations

import msgspec

from isthmus.steps.decide.proof.judged import Judged, Terms, days
from isthmus.steps.decide.proof.space import Mode, Pair, Space
from isthmus.steps.decide.proof.terms import Grammar, Term
from isthmus.steps.decide.rulebook import CompiledRegime, Rule, Rulebook

DATED = {"start": "", "until": None, "when": None, "unless": None, "exception_to": ()}


def equivalent(one: Rulebook, other: Rulebook) -> bool:
    """Whether both decide alike in every regime; a regime that only one has makes them differ."""
    pairs = {regime.id: regime for regime in other.regimes}
    if {regime.id for regime in one.regimes} != set(pairs) or one.schemes != other.schemes:
        return False
    return all(_alike(one, regime, other, pairs[regime.id]) for regime in one.regimes)


def _alike(one: Rulebook, left: CompiledRegime, other: Rulebook, right: CompiledRegime) -> bool:
    grammars = Grammar(one.instruments, one.schemes), Grammar(other.instruments, other.schemes)
    if _said(left) != _said(right):
        return False
    if _same(left, right, grammars):
        return True
    modes: tuple[Mode, ...] = ("whole",) if left.row.per == "flow" else ("item", "empty")
    return all(_equal_in(mode, (left, right), grammars, one.today) for mode in modes)


def _said(regime: CompiledRegime) -> object:
    """What a regime says of itself besides when it speaks."""
    return msgspec.structs.replace(regime.row, when=None, protects=None, protects_from="0001-01-01")


def _same(left: CompiledRegime, right: CompiledRegime, grammars: tuple[Grammar, Grammar]) -> bool:
    """Whether nothing of a regime was changed at all, its definitions spelled out."""
    spelled = [
        [g.spelled(msgspec.to_builtins([r.row.when, r.row.protects, r.row.protects_from, [x.row for x in r.rules]]))]
        for g, r in zip(grammars, (left, right), strict=True)
    ]
    return spelled[0] == spelled[1]


def _equal_in(
    mode: Mode, regimes: tuple[CompiledRegime, CompiledRegime], grammars: tuple[Grammar, Grammar], today: str
) -> bool:
    terms = [Terms(regime, grammar, mode) for regime, grammar in zip(regimes, grammars, strict=True)]
    edges = [day for regime in regimes for day in days(regime, today).values]
    space = Space(
        [term for row in terms for term in row.all()], days(regimes[0], today, *edges), grammars[0].schemes, mode
    )
    left, right = (Judged(row, space) for row in terms)
    if (left.silent, left.doubtful, left.speaks) != (right.silent, right.doubtful, right.speaks):
        return False
    names = [rule.id for rule in (*left.rules, *right.rules)]
    if not all(_rule_alike(name, left, right) for name in dict.fromkeys(names)):
        return False
    protects = [[space.diagrams.both(left.alone, at) for at in row.protected] for row in (left, right)]
    return left.alone == right.alone and protects[0] == protects[1]


def _rule_alike(name: str, left: Judged, right: Judged) -> bool:
    held = [(row.holding.get(name, 0), row.unsure.get(name, 0)) for row in (left, right)]
    if held[0] != held[1] or left.wins.get(name, 0) != right.wins.get(name, 0):
        return False
    if held[0] == (0, 0):
        return True
    found = [next((rule for rule in row.rules if rule.id == name), None) for row in (left, right)]
    if found[0] is None or found[1] is None or _follows(found[0]) != _follows(found[1]):
        return False
    at = left.d.either(*held[0])
    conditions = [(row.terms.needs[name], row.terms.met[name], row.terms.after[name]) for row in (left, right)]
    return all(_pair(left, one, at) == _pair(right, two, at) for one, two in zip(*conditions, strict=True))


def _pair(row: Judged, term: Term | None, at: int) -> Pair | None:
    if term is None:
        return None
    true, false = row.space.pair(term)
    return row.d.both(true, at), row.d.both(false, at)


def _follows(rule: Rule) -> object:
    """What a rule says besides its conditions."""
    duty = rule.then.duty
    bare = msgspec.structs.replace(duty, met=None, after=None) if duty else None
    then = msgspec.structs.replace(rule.then, needs=None, duty=bare)
    return msgspec.structs.replace(rule.row, **DATED, then=then), rule.instrument.instrument
