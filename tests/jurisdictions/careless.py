"""The careless errors as data: read, decided, and planted in the packs."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import msgspec

import isthmus
from isthmus import catalog
from isthmus.decision import Decision
from isthmus.facts import Facts
from isthmus.steps.decide import Rulebook, decide
from isthmus.steps.decide.casebook import compare, put
from isthmus.steps.decide.loading import Source, compiled, read_sources
from isthmus.steps.decide.pack import Expect

ROOT = Path(isthmus.__file__).parent / "jurisdictions"
SOURCES = read_sources(ROOT)
TODAY = "2026-11-23"
BOOK = compiled(SOURCES, TODAY)
REGIMES = frozenset(regime.id for regime in BOOK.regimes)


class Flow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole flow, decided by all packs together, and the right answer.

    `cited`, `uncited`: provisions that must or must not stand in the answer. `chinese`: every reason of mainland law is
    given in Chinese.
    """

    name: str
    rests_on: str
    base: str
    facts: dict[str, Any]
    expect: Expect = Expect()
    regimes: tuple[Expect, ...] = ()
    cited: tuple[str, ...] = ()
    uncited: tuple[str, ...] = ()
    chinese: bool = False


class Plant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An error in the packs: members of a rule, definition or regime put anew or dropped; `.` drops the rule itself."""

    says: str
    rule: str
    put: dict[str, Any] = {}
    drop: tuple[str, ...] = ()
    definition: bool = False


class CarelessError(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to get it wrong, what is right, the flows that say so and the plants that they catch."""

    number: int
    error: str
    right: str
    flows: tuple[Flow, ...] = ()
    plants: tuple[Plant, ...] = ()


class File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file of them all, with the facts that flows share."""

    bases: dict[str, dict[str, Any]]
    errors: tuple[CarelessError, ...]


FILE = catalog.read(Path(__file__).parent / "careless_errors.yaml", File)


def facts_of(flow: Flow) -> Facts:
    """The base with its members changed."""
    tree = copy.deepcopy(FILE.bases[flow.base])
    for path, value in flow.facts.items():
        put(tree, path.split("."), value, flow.name)
    return msgspec.convert(tree, Facts, strict=False)


def wrong(flow: Flow, book: Rulebook) -> list[str]:
    """In what the answer differs from the right one."""
    decision = decide(book, facts_of(flow))
    found = compare(decision, flow.expect)
    for expect in flow.regimes:
        found += compare(decision, expect)
    citations = _citations(decision)
    found += [f"{one} is not cited" for one in flow.cited if one not in citations]
    found += [f"{one} is cited" for one in flow.uncited if one in citations]
    if flow.chinese:
        reasons = [reason for regime in decision.regimes for reason in regime.reasons if reason.pack == "cn"]
        found += [f"{reason.rule} is not said in Chinese" for reason in reasons if not _chinese(reason.gist_zh)]
    return found


def _chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _citations(decision: Decision) -> set[str]:
    found = {str(reason.citation) for regime in decision.regimes for reason in regime.reasons}
    found |= {str(duty.citation) for regime in decision.regimes for duty in regime.duties}
    return found | {str(regime.ground) for regime in decision.regimes if regime.ground}


def planted(plant: Plant) -> Rulebook:
    """The packs with the error in them."""
    return compiled(tuple(_changed(source, plant) for source in SOURCES), TODAY)


def _changed(source: Source, plant: Plant) -> Source:
    tree = copy.deepcopy(source.document.tree)
    if plant.drop == (".",):
        kept = [row for row in tree.get("rules", ()) if row["id"] != plant.rule]
        for row in kept:
            row["exception_to"] = [name for name in row.get("exception_to", ()) if name != plant.rule]
        if "rules" in tree:
            tree["rules"] = kept
    else:
        row = _row(tree, plant)
        if row is None:
            return source
        for path in plant.drop:
            *head, last = path.split(".")
            inner = _at(row, head)
            del inner[int(last) if isinstance(inner, list) else last]
        for path, value in plant.put.items():
            put(row, path.split("."), value, plant.rule)
    document = catalog.Document(source.document.file, tree, source.document.lines)
    return msgspec.structs.replace(source, document=document)


def _row(tree: dict[str, Any], plant: Plant) -> Any:
    if not plant.definition and plant.rule in REGIMES:
        return tree if "instrument" not in tree and tree["regime"] == plant.rule else None
    parts = ("definitions",) if plant.definition else ("rules", "definitions")
    rows = [row for part in parts for row in tree.get(part, ()) if row["id"] == plant.rule]
    return rows[0] if rows else None


def _at(tree: Any, path: list[str]) -> Any:
    for step in path:
        tree = tree[int(step)] if isinstance(tree, list) else tree[step]
    return tree
