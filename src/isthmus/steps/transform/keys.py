"""Object keys that were edited stay apart: two spellings of one value must not become one key of one object."""

from __future__ import annotations

from typing import Any

import msgspec

from isthmus.dialects import pointers
from isthmus.exchange import Edit
from isthmus.steps.transform.pseudonyms import Issuer
from isthmus.steps.transform.regions import REVERSIBLE_DUTIES


def apart(body: Any, edits: list[Edit], issuer: Issuer) -> list[Edit]:
    """`edits`, where those that would give a key its object already has get another pseudonym or marker."""
    by_key: dict[str, list[Edit]] = {}
    for edit in edits:
        if edit.key:
            by_key.setdefault(edit.pointer, []).append(edit)
    if not by_key:
        return edits
    taken: dict[str, set[str]] = {}
    kept = [edit for edit in edits if not edit.key]
    for pointer, group in by_key.items():
        parent = pointer[: pointer.rfind("/")]
        if parent not in taken:
            edited = {pointers.tokens(other)[-1] for other in by_key if other[: other.rfind("/")] == parent}
            taken[parent] = set(pointers.get(body, parent)) - edited
        name = pointers.text_at(body, pointer, key=True)
        kept += _fresh(name, group, taken[parent], issuer)
    return kept


def _fresh(name: str, group: list[Edit], taken: set[str], issuer: Issuer) -> list[Edit]:
    made, tries = group, 1
    while (new := pointers.splice(name, made)) in taken:
        tries += 1
        last = group[-1]
        made = [*group[:-1], msgspec.structs.replace(last, text=_another(last, name, tries, issuer))]
    taken.add(new)
    return made


def _another(edit: Edit, name: str, tries: int, issuer: Issuer) -> str:
    if edit.duty not in REVERSIBLE_DUTIES:
        return f"{edit.text} {tries}"
    surface = name[edit.start : edit.end]
    return issuer.pseudonym(edit.kind, f"{surface}\x1e{tries}", edit.text.partition("-")[0], surface)
