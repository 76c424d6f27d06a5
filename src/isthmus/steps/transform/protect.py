"""Findings and duties in, an edited body and the way back out.

Only findings whose class carries a duty are touched. The order is that of the document, so that a history that grows
keeps its pseudonyms. Text that looked like a pseudonym before there was one gets a pseudonym of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from isthmus.dialects import pointers
from isthmus.exchange import Edit, Finding, Protected, Slot
from isthmus.steps.transform.constraints import constraints
from isthmus.steps.transform.keys import apart
from isthmus.steps.transform.language import Lang
from isthmus.steps.transform.literals import Place, literal_edits
from isthmus.steps.transform.naming import Namer
from isthmus.steps.transform.pseudonyms import Issuer
from isthmus.steps.transform.regions import DUTIES, REVERSIBLE_DUTIES, Marked
from isthmus.steps.transform.replacement import Writer

_Marks = dict[tuple[str, bool], list[Marked]]


def protect(
    body: Any,
    findings: Iterable[Finding],
    transforms: Mapping[str, str],
    *,
    key: bytes | Issuer,
    words: Mapping[str, Mapping[str, str]],
    lang: Lang = "auto",
    slots: Sequence[Slot] | None = None,
) -> Protected:
    """Do the duties of `transforms` (legal class -> duty) to `body`.

    `key` is the conversation's, or an issuer that goes on from what it issued before; `words` are the type words by
    kind and language. `slots`, the texts of the body in document order, limit where text that looks like a pseudonym
    is escaped (None: every string and key). Raises `ValueError` for an unknown duty, `PointerError` for a finding that
    addresses no text of `body`, `RefusedError` where a schema demands a form that no replacement can have.
    """
    if unknown := set(transforms.values()) - set(DUTIES):
        raise ValueError(f"no such duty: {', '.join(sorted(unknown))}")
    marked = _marked(findings, transforms)
    reversible = not REVERSIBLE_DUTIES.isdisjoint(transforms.values())
    if not marked and not reversible:
        return Protected(body=body)
    places = _places(body, slots, marked)
    issuer = key if isinstance(key, Issuer) else Issuer(key)
    writer = Writer(Namer(issuer, constraints(body), words, places), words, lang)
    edits: list[Edit] = []
    for place in places:
        marks = marked.pop((place.pointer, place.key), None)
        if marks:
            edits += _edits(place, marks, writer)
    if marked:
        raise pointers.PointerError("a finding addresses no text of the body")
    if reversible:
        edits += literal_edits(places, edits, words, issuer)
    edits = apart(body, edits, issuer)
    return Protected(body=pointers.apply_edits(body, edits), edits=tuple(edits), originals=issuer.originals)


def _marked(findings: Iterable[Finding], transforms: Mapping[str, str]) -> _Marks:
    marked: _Marks = {}
    for finding in findings:
        duties = {transforms[legal] for legal in finding.classes if legal in transforms}
        if not duties:
            continue
        duty = min(duties, key=DUTIES.index)
        for number, part in enumerate(finding.parts):
            mark = Marked(start=part.start, end=part.end, duty=duty, finding=finding, part=number, via=part.via)
            marked.setdefault((part.pointer, part.key), []).append(mark)
    return marked


def _places(body: Any, slots: Sequence[Slot] | None, marked: _Marks) -> list[Place]:
    """The texts to look at, in document order; one with a finding that is no slot is read from the body."""
    if slots is None:
        return [Place(text.pointer, text.key, text.text) for text in pointers.walk(body)]
    places = [Place(slot.pointer, slot.key, slot.text) for slot in slots]
    for pointer, key in marked.keys() - {(place.pointer, place.key) for place in places}:
        places.append(Place(pointer, key, pointers.text_at(body, pointer, key=key)))
    return places


def _edits(place: Place, marks: list[Marked], writer: Writer) -> list[Edit]:
    return [
        Edit(
            pointer=place.pointer,
            start=change.start,
            end=change.end,
            text=change.text,
            kind=change.kind,
            duty=change.duty,
            key=place.key,
        )
        for change in writer.changes(place.text, marks, place.pointer)
    ]
