"""The rulebook: every rule of every pack, compiled once, immutable, with the rules in force on a date at hand."""

from __future__ import annotations

from typing import Any

import msgspec

from isthmus.decision import Reason
from isthmus.steps.decide.counting import Scheme
from isthmus.steps.decide.pack import InstrumentFile, RegimeFile, RuleRow, Then
from isthmus.steps.decide.world import Test

MOST_KEPT = 256


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A compiled rule. `test` says whether it holds; `needs`, `met` and `after` are the conditions of its `then`."""

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
    reads: frozenset[str]
    exception_to: frozenset[str]


class CompiledRegime(msgspec.Struct, frozen=True, kw_only=True):
    """A compiled regime with its rules, exceptions before what they are exceptions to.

    `home`: it speaks only of exporters in that place; empty: its `when` must be tested.
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
    today: str
    in_force: dict[tuple[str, str], tuple[CompiledRegime, ...]] = {}

    def at(self, on: str, exporter: str) -> tuple[CompiledRegime, ...]:
        """The regimes that can speak of an exporter in that place, with the rules in force on a date."""
        found = self.in_force.get((on, exporter))
        if found is None:
            if len(self.in_force) >= MOST_KEPT:
                self.in_force.clear()
            dated = (_at(regime, on) for regime in self.regimes if regime.home in ("", exporter))
            found = tuple(regime for regime in dated if regime.rules)
            self.in_force[on, exporter] = found
        return found


def _at(regime: CompiledRegime, on: str) -> CompiledRegime:
    rules = tuple(rule for rule in regime.rules if _in_force(rule.row, on))
    protects = regime.protects if on >= regime.row.protects_from else None
    return msgspec.structs.replace(regime, rules=rules, protects=protects)


def _in_force(row: RuleRow, on: str) -> bool:
    return row.start <= on and (row.until is None or on <= row.until)
