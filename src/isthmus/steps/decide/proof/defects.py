"""Defects planted in the packs, to see that the proof of an invariant notices them."""

from __future__ import annotations

import copy
from typing import Any

import msgspec

from isthmus.catalog import Document
from isthmus.errors import CatalogError
from isthmus.steps.decide.loading import Source, compiled
from isthmus.steps.decide.proof.invariants import Defect
from isthmus.steps.decide.rulebook import Rulebook

LISTS = ("rules", "definitions")


def planted(sources: tuple[Source, ...], defect: Defect, today: str) -> Rulebook:
    """The rulebook with the defect; raises `CatalogError` where there is nothing to change."""
    wanted = {*defect.drop, *([defect.row] if defect.row else [])}
    changed, touched = list[Source](), set[str]()
    for source in sources:
        tree = copy.deepcopy(source.document.tree)
        touched |= _change(tree, defect)
        document = Document(source.document.file, tree, source.document.lines)
        changed.append(msgspec.structs.replace(source, document=document))
    if wanted - touched:
        raise CatalogError(f"no defect can be planted: no {', '.join(sorted(wanted - touched))}")
    return compiled(tuple(changed), today)


def _change(tree: dict[str, Any], defect: Defect) -> set[str]:
    touched = set[str]()
    for part in LISTS:
        for row in tree.get(part, ()):
            if row["id"] == defect.row:
                _at(row, defect)
                touched.add(defect.row)
            row_exceptions = [name for name in row.get("exception_to", ()) if name not in defect.drop]
            if "exception_to" in row:
                row["exception_to"] = row_exceptions
        if part in tree:
            touched |= {row["id"] for row in tree[part] if row["id"] in defect.drop}
            tree[part] = [row for row in tree[part] if row["id"] not in defect.drop]
    return touched


def _at(row: dict[str, Any], defect: Defect) -> None:
    *way, last = defect.at.split(".")
    node: Any = row
    for step in way:
        node = node[int(step)] if isinstance(node, list) else node[step]
    key: Any = int(last) if isinstance(node, list) else last
    if defect.value is not msgspec.UNSET:
        node[key] = defect.value
    else:
        del node[key]
