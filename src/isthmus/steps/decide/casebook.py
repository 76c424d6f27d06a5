"""The packs' cases: facts, and what the source says of them, compared with what the rulebook decides.

A case names the rule it is about and the provision its expectation rests on. Its facts are a base of its file with
members changed by dotted paths (`counts.general_before: 99999`, `data.0.form: hashed`).
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import msgspec

from isthmus.catalog import Document, convert, folder, parse
from isthmus.decision import Decision, Regime
from isthmus.errors import CatalogError
from isthmus.facts import Facts
from isthmus.steps.decide.engine import decide
from isthmus.steps.decide.pack import CaseFile, CaseRow, Expect
from isthmus.steps.decide.rulebook import Rulebook

CASES = "*/cases/*.yaml"


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A case ready to be decided, with its place."""

    row: CaseRow
    facts: Facts
    where: str


def read_cases(root: Path) -> tuple[Case, ...]:
    """Every case below `root`; raises `CatalogError` for the first that is not well formed."""
    return tuple(case for file in folder(root, CASES) for case in _file(parse(file.read_bytes(), str(file))))


def _file(document: Document) -> tuple[Case, ...]:
    content = convert(document, CaseFile)
    found: list[Case] = []
    for n, row in enumerate(content.cases):
        where = document.where(("cases", n))
        if row.base and row.base not in content.bases:
            raise document.error(("cases", n, "base"), f"no base `{row.base}`", f"expected {', '.join(content.bases)}")
        tree = copy.deepcopy(content.bases.get(row.base, {}))
        for path, value in row.facts.items():
            put(tree, path.split("."), value, where)
        try:
            facts = msgspec.convert(tree, Facts, strict=False)
        except msgspec.ValidationError as error:
            raise CatalogError(f"case `{row.name}`: {error}", where=where) from None
        found.append(Case(row=row, facts=facts, where=where))
    return tuple(found)


def put(tree: Any, path: list[str], value: Any, where: str) -> None:
    """Put a value at a dotted path into a tree of mappings and lists; one place after the last of a list adds to it."""
    for step in path[:-1]:
        if isinstance(tree, list) and step.isdigit() and int(step) < len(tree):
            tree = tree[int(step)]
        elif isinstance(tree, dict):
            tree = tree.setdefault(step, {})
        else:
            raise CatalogError(f"`{'.'.join(path)}` changes what is not in the base", where=where)
    if isinstance(tree, list):
        tree[int(path[-1]) : int(path[-1]) + 1] = [value]
    else:
        tree[path[-1]] = value


def failures(book: Rulebook, case: Case) -> list[str]:
    """What the decision differs in from what the case expects, one line each."""
    return compare(decide(book, case.facts), case.row.expect)


def compare(decision: Decision, expect: Expect) -> list[str]:
    """The differences between a decision and an expectation; what is not said is not compared."""
    found: list[str] = []
    if expect.transforms is not None and decision.transforms != expect.transforms:
        found.append(f"transforms: expected {expect.transforms}, got {decision.transforms}")
    regime = next((r for r in decision.regimes if r.id == expect.regime), None)
    if not expect.regime:
        return [*found, *_outcome(decision, expect)]
    if expect.silent:
        return found if regime is None else [*found, f"{expect.regime} should be silent, said {regime.mechanism}"]
    if regime is None and _only_denies(expect):
        return found
    if regime is None:
        return [*found, f"{expect.regime} is silent"]
    return [*found, *_outcome(regime, expect), *_regime(regime, expect)]


def _only_denies(expect: Expect) -> bool:
    """Whether it only says what must not be there, as on a day before the law."""
    bare = Expect(regime=expect.regime, mute=expect.mute, without=expect.without, transforms=expect.transforms)
    return expect == bare


def _outcome(decided: Decision | Regime, expect: Expect) -> list[str]:
    found: list[str] = []
    if expect.verdict and decided.verdict != expect.verdict:
        found.append(f"verdict: expected {expect.verdict}, got {decided.verdict}")
    if expect.release is not None and decided.release is not expect.release:
        found.append(f"release: expected {expect.release}, got {decided.release}")
    return found


def _regime(regime: Regime, expect: Expect) -> list[str]:
    found: list[str] = []
    if expect.mechanism and regime.mechanism != expect.mechanism:
        found.append(f"mechanism: expected {expect.mechanism}, got {regime.mechanism}")
    ground = str(regime.ground or "")
    if expect.ground and ground != expect.ground:
        found.append(f"ground: expected {expect.ground}, got {ground or 'none'}")
    if expect.counted is not None and regime.counted is not expect.counted:
        found.append(f"counted: expected {expect.counted}, got {regime.counted}")
    standing = {duty.id: duty.standing for duty in regime.duties}
    found += [
        f"duty {name}: expected {wanted}, got {standing.get(name, 'none')}"
        for name, wanted in expect.duties.items()
        if standing.get(name) != wanted
    ]
    said = {reason.rule for reason in regime.reasons}
    offered = {remedy.id for remedy in regime.remedies}
    opened = {fact.fact for fact in regime.open_facts}
    blocks = {duty.id for duty in regime.duties if duty.blocks}
    found += [f"duty {name} does not block" for name in expect.blocking if name not in blocks]
    found += [f"duty {name} should not be there" for name in expect.without if name in standing]
    found += [f"rule {name} does not speak" for name in expect.cites if name not in said]
    found += [f"rule {name} should not speak" for name in expect.mute if name in said]
    found += [
        f"{name} is not said to be not demanded" for name in expect.not_demanded if name not in regime.not_demanded
    ]
    found += [f"{name} is no open fact, those are {sorted(opened)}" for name in expect.open_facts if name not in opened]
    found += [f"{name} is not offered, only {sorted(offered)}" for name in expect.remedies if name not in offered]
    return found
