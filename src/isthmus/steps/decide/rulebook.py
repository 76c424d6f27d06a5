"""The rulebook: every rule of every pack, compiled once, immutable, with the rules in force on a date at hand."""

from __future__ import annotations

from typing import Any

import msgspec

from isthmus.decision import Duty, Reason, Standing
from isthmus.steps.decide.counting import Scheme
from isthmus.steps.decide.pack import InstrumentFile, RegimeFile, RuleRow, Then
from isthmus.steps.decide.world import Test

MOST_KEPT = 256


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A compiled rule. `test` says whether it holds; `needs`, `met` and `after` are the conditions of its `then`.

    `duties`: its duty by standing and whether the flow waits for it. `reads`, `told`, `across`, `moved`: as `Gathered`.
    """

    id: str
    row: RuleRow
    then: Then
    instrument: InstrumentFile
    regime: str
    reason: Reason
    where: str
    test: Test
    needs: Test | None
    met: Test | None
    after: Test | None
    duties: dict[tuple[Standing, bool], Duty]
    reads: frozenset[str]
    told: dict[str, frozenset[Any]]
    across: frozenset[str]
    moved: frozenset[str]
    exception_to: frozenset[str]


class CompiledRegime(msgspec.Struct, frozen=True, kw_only=True):
    """A compiled regime with its rules, exceptions before what they are exceptions to.

    `home`: it speaks only of exporters in that place; empty: its `when` must be tested. `told` are the values that its
    conditions tell apart, by path, `across` and `moved` as in `Gathered`. Of a regime on a date, `touches` are by path
    the names of the answers that the fact can touch, and `weighty` the rules that can change verdict or mechanism.
    """

    id: str
    row: RegimeFile
    when: Test
    protects: Test | None
    scheme: Scheme | None
    rules: tuple[Rule, ...]
    silence: Reason
    home: str
    reads: frozenset[str]
    told: dict[str, frozenset[Any]]
    across: frozenset[str]
    moved: frozenset[str]
    touches: dict[str, tuple[object, ...]] = {}
    weighty: tuple[Rule, ...] = ()


class Rulebook(msgspec.Struct, frozen=True, kw_only=True):
    """All packs. `version` is the hash of every file read; `packs` the same for each jurisdiction."""

    version: str
    packs: dict[str, str]
    instruments: tuple[InstrumentFile, ...]
    regimes: tuple[CompiledRegime, ...]
    rules: tuple[Rule, ...]
    schemes: tuple[Scheme, ...]
    mentions: dict[str, frozenset[Any]]
    links: dict[str, frozenset[str]]
    definitions: dict[str, frozenset[str]]
    today: str
    in_force: dict[tuple[str, str], tuple[CompiledRegime, ...]] = {}

    def at(self, on: str, exporter: str) -> tuple[CompiledRegime, ...]:
        """The regimes that can speak of an exporter in that place, with the rules in force on a date."""
        found = self.in_force.get((on, exporter))
        if found is None:
            if len(self.in_force) >= MOST_KEPT:
                self.in_force.clear()
            dated = (_at(regime, on, self.definitions) for regime in self.regimes if regime.home in ("", exporter))
            found = tuple(regime for regime in dated if regime.rules)
            self.in_force[on, exporter] = found
        return found


def _at(regime: CompiledRegime, on: str, definitions: dict[str, frozenset[str]]) -> CompiledRegime:
    rules = tuple(rule for rule in regime.rules if _in_force(rule.row, on))
    protects = regime.protects if on >= regime.row.protects_from else None
    read: list[tuple[object, frozenset[str]]] = list(definitions.items())
    read += [(test, rule.reads) for rule in rules for test in (rule.test, rule.needs, rule.met, rule.after) if test]
    read += [(test, regime.reads) for test in (regime.when, protects) if test]
    return msgspec.structs.replace(
        regime,
        rules=rules,
        protects=protects,
        told=merged(regime.told, *(rule.told for rule in rules)),
        across=regime.across.union(*(rule.across for rule in rules)),
        moved=regime.moved.union(*(rule.moved for rule in rules)),
        touches=_touches(read),
        weighty=tuple(rule for rule in rules if _weighty(rule)),
    )


def _weighty(rule: Rule) -> bool:
    duty = rule.then.duty
    return rule.then.mechanism is not None or bool(rule.exception_to) or (duty is not None and duty.blocks)


def _touches(read: list[tuple[object, frozenset[str]]]) -> dict[str, tuple[object, ...]]:
    found: dict[str, list[object]] = {}
    for key, paths in read:
        for path in paths:
            found.setdefault(path, []).append(key)
    return {path: tuple(keys) for path, keys in found.items()}


def merged(*told: dict[str, frozenset[Any]]) -> dict[str, frozenset[Any]]:
    """The values of several conditions, by path."""
    found: dict[str, set[Any]] = {}
    for one in told:
        for path, values in one.items():
            found.setdefault(path, set()).update(values)
    return {path: frozenset(values) for path, values in found.items()}


def _in_force(row: RuleRow, on: str) -> bool:
    return row.start <= on and (row.until is None or on <= row.until)
