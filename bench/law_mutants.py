"""Mutation check of the law: one thing changed at a time in the packs, and whether a case notices.

Mutants: a comparator turned, a threshold moved by one, a date by a day, a condition, exception, need, duty or rule
dropped, a truth value turned, a mechanism swapped, an article changed. A mutant is caught where the pack no longer
loads, or where a case of its jurisdiction is decided otherwise than its source says; an article is guarded where a case
in which its rule speaks rests on that very provision. Survivors are listed; one is taken for equivalent only where the
prover shows that it decides every flow as the packs do, and then counts neither way.
"""

from __future__ import annotations

import copy
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.bars import bar, conclude

import isthmus
from isthmus.catalog import Document
from isthmus.errors import CatalogError
from isthmus.steps.decide import Rulebook, decide
from isthmus.steps.decide.casebook import Case, compare, read_cases
from isthmus.steps.decide.loading import Source, compiled, read_sources
from isthmus.steps.decide.proof.equivalence import equivalent

ROOT = Path(isthmus.__file__).parent / "jurisdictions"
PACKS = ("cn", "us")
TODAY = "2026-11-23"
TURNED = {"at_least": "more_than", "more_than": "at_least", "less_than": "at_most", "at_most": "less_than"}
LISTS = ("all", "any", "none")
NUMBERS = (*TURNED, "within_working_days", "expires_within_working_days", "years")


class Mutant(msgspec.Struct, frozen=True):
    """A change: the source it is in, the path of what changes, what kind, and the tree after it."""

    source: int
    rule: str
    kind: str
    detail: str
    tree: Any


def mutants(number: int, source: Source) -> Iterator[Mutant]:
    """Every mutant of one law file."""
    tree = source.document.tree
    for part in ("definitions", "rules"):
        for n, row in enumerate(tree.get(part, ())):
            for kind, detail, change in [*_row(row), *_conditions(row, ())]:
                after = copy.deepcopy(tree)
                change(after[part][n])
                yield Mutant(number, row["id"], kind, detail, after)
            if part == "rules":
                after = copy.deepcopy(tree)
                del after[part][n]
                for other in after[part]:
                    other["exception_to"] = [name for name in other.get("exception_to", ()) if name != row["id"]]
                yield Mutant(number, row["id"], "rule dropped", "", after)
    if "regime" in tree and "instrument" not in tree:
        for kind, detail, change in _conditions({k: tree[k] for k in ("when", "protects") if k in tree}, ()):
            after = copy.deepcopy(tree)
            change(after)
            yield Mutant(number, tree["regime"], kind, detail, after)


def _row(row: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Changes of a rule or definition that are not inside a condition."""
    for key in ("from", "until"):
        for days in (-1, 1):
            if row.get(key):
                moved = (date.fromisoformat(row[key]) + timedelta(days=days)).isoformat()
                yield "date moved", f"{key} {moved}", _set((key,), moved)
    for key in ("unless", "when", "stated"):
        if key in row and not (key == "when" and "then" not in row):
            yield f"{key} dropped", "", _drop((key,))
    for n, name in enumerate(row.get("exception_to", ())):
        yield "exception dropped", name, _drop(("exception_to", n))
    then = row.get("then", {})
    for key in ("needs", "duty", "transform", "not_demanded", "ground"):
        if key in then:
            yield f"{key} dropped", "", _drop(("then", key))
    if "counted" in then:
        yield "counted turned", "", _drop(("then", "counted"))
    if "mechanism" in then:
        other = "prohibited" if then["mechanism"] != "prohibited" else "exempt"
        yield "mechanism swapped", other, _set(("then", "mechanism"), other)
    if "duty" in then:
        blocks = then["duty"].get("blocks", "true")
        if "met" in then["duty"]:
            turned = "false" if blocks == "true" else "true"
            yield "blocks turned", turned, _set(("then", "duty", "blocks"), turned)
        for key in ("met", "after"):
            if key in then["duty"]:
                yield f"{key} dropped", "", _drop(("then", "duty", key))
    if "then" in row:
        yield "article changed", "", _set(("article",), "999")


def _conditions(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str, str, Any]]:
    """Changes inside conditions, wherever they stand."""
    if isinstance(node, list):
        for n, one in enumerate(node):
            yield from _conditions(one, (*path, n))
        return
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        here = (*path, key)
        if key in LISTS and isinstance(value, list) and len(value) > 1:
            for n in range(len(value)):
                yield "condition dropped", f"{key}[{n}]", _drop((*here, n))
        if key in TURNED and str(value).isdigit():
            yield "comparator turned", f"{key} {value}", _rename(path, key, TURNED[key])
        if key in NUMBERS and str(value).replace(".", "").isdigit():
            for step in (-1, 1):
                yield (
                    "threshold moved",
                    f"{key} {value} by {step}",
                    _set(here, str(float(value) + step).removesuffix(".0")),
                )
        if key in ("is", "filed", "with_last_year") and value in ("true", "false"):
            yield "truth turned", f"{node.get('fact', key)}", _set(here, "false" if value == "true" else "true")
        if key in ("in", "classes", "reaches", "leaves", "instrument") and isinstance(value, list) and len(value) > 1:
            for n in range(len(value)):
                yield "value dropped", str(value[n]), _drop((*here, n))
        if key not in ("gist", "title"):
            yield from _conditions(value, here)


def _at(tree: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def _set(path: tuple[str | int, ...], value: Any) -> Any:
    return lambda tree: _at(tree, path[:-1]).__setitem__(path[-1], value)


def _drop(path: tuple[str | int, ...]) -> Any:
    return lambda tree: _at(tree, path[:-1]).__delitem__(path[-1])


def _rename(path: tuple[str | int, ...], old: str, new: str) -> Any:
    def change(tree: Any) -> None:
        node = _at(tree, path)
        node[new] = node.pop(old)

    return change


def caught(mutant: Mutant, sources: tuple[Source, ...], cases: list[Case], order: list[int], book: Rulebook) -> bool:
    """Whether a case notices the mutant; a case that noticed one goes to the front of the order."""
    if mutant.kind == "article changed":
        return cited(book, mutant.rule, cases)
    after = mutated(mutant, sources)
    if after is None:
        return True
    for place, n in enumerate(order):
        case = cases[n]
        if compare(decide(after, case.facts), case.row.expect):
            order.insert(0, order.pop(place))
            return True
    return False


def mutated(mutant: Mutant, sources: tuple[Source, ...]) -> Rulebook | None:
    """The rulebook with the mutant, or nothing where it does not load."""
    source = sources[mutant.source]
    document = Document(source.document.file, mutant.tree, source.document.lines)
    changed = msgspec.structs.replace(source, document=document)
    try:
        return compiled((*sources[: mutant.source], changed, *sources[mutant.source + 1 :]), TODAY)
    except CatalogError:
        return None


def proved_equivalent(mutant: Mutant, sources: tuple[Source, ...], book: Rulebook) -> bool:
    """Whether the prover shows that a surviving mutant decides every flow as the packs do."""
    after = None if mutant.kind == "article changed" else mutated(mutant, sources)
    return after is not None and equivalent(book, after)


def cited(book: Rulebook, name: str, cases: list[Case]) -> bool:
    """Whether some case of a rule, in which it speaks, rests on the provision that it cites."""
    rule = next(rule for rule in book.rules if rule.id == name)
    about = (case for case in cases if name in (case.row.rule, *case.row.expect.cites))
    return any(
        str(rule.reason.citation) in case.row.rests_on
        and any(reason.rule == name for regime in decide(book, case.facts).regimes for reason in regime.reasons)
        for case in about
    )


def main() -> None:
    """Run every mutant of the packs named, or of the mainland and US ones."""
    packs = tuple(sys.argv[1:]) or PACKS
    if unknown := [pack for pack in packs if not (ROOT / pack / "cases").is_dir()]:
        sys.exit(f"no pack with cases is called {', '.join(unknown)}; say their folders, such as: cn us")
    kept = (*packs, "common")
    sources = tuple(source for source in read_sources(ROOT) if source.name.split("/")[0] in kept)
    total = found = equal = 0
    started = time.monotonic()
    for pack in packs:
        cases = [case for case in read_cases(ROOT) if f"/jurisdictions/{pack}/" in case.where]
        book = compiled(sources, TODAY)
        wrong = [case.where for case in cases if compare(decide(book, case.facts), case.row.expect)]
        if wrong:
            sys.exit(f"cases fail before any mutation: {wrong[:3]}")
        for n, source in enumerate(sources):
            if source.name.split("/")[0] != pack:
                continue
            for mutant in mutants(n, source):
                about = [i for i, case in enumerate(cases) if case.row.rule == mutant.rule]
                order = about + [i for i in range(len(cases)) if i not in about]
                noticed = caught(mutant, sources, cases, order, book)
                total += 1
                found += noticed
                if not noticed:
                    same = proved_equivalent(mutant, sources, book)
                    equal += same
                    word = "equivalent, as the prover shows" if same else "survived"
                    print(f"{word}: {mutant.rule}: {mutant.kind} {mutant.detail}".rstrip())
    print(f"{found} of {total} mutants caught, {equal} shown to be equivalent, in {time.monotonic() - started:.0f} s")
    conclude([bar("law mutants caught, percent", 100 * found / max(1, total - equal), "at least", 97)])


if __name__ == "__main__":
    main()
