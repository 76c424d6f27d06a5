"""What a region becomes, in the text itself or inside its layers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping

import msgspec

from isthmus.steps.transform.irreversible import generalised, hashed, removed
from isthmus.steps.transform.language import Lang, language, word_for
from isthmus.steps.transform.layers import Layer, LayerError, Opener, runs_of
from isthmus.steps.transform.naming import Namer
from isthmus.steps.transform.regions import DUTIES, REVERSIBLE_DUTIES, Inner, Marked, Region, regions

_GLUED = re.compile(r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]*")


class Change(msgspec.Struct, frozen=True):
    """The code points `[start, end)` of a text become `text`, because of a finding of `kind`."""

    start: int
    end: int
    text: str
    kind: str
    duty: str


class Writer(msgspec.Struct, frozen=True):
    """What is needed to write replacements in one request."""

    namer: Namer
    words: Mapping[str, Mapping[str, str]]
    lang: Lang

    def changes(self, text: str, marks: Iterable[Marked], pointer: str) -> list[Change]:
        """The changes of one text, disjoint and in order."""
        flat, runs = _flatten(text, marks)
        found = regions(text, flat)
        changes: list[Change] = []
        for number, region in enumerate(found):
            limit = found[number + 1].start if number + 1 < len(found) else len(text)
            if region.run is None:
                changes.append(self._change(text, region, limit, pointer))
                continue
            layer, inside = runs[region.run]
            inner = [(each.start, each.end, each.text) for each in self.changes(layer.text, inside, pointer)]
            new = layer.write(text[layer.start : layer.end], inner)
            changes.append(Change(region.start, region.end, new, region.kind, region.duty))
        return changes

    def _change(self, text: str, region: Region, limit: int, pointer: str) -> Change:
        start, end, duty, kind, value = region.start, region.end, region.duty, region.kind, region.value
        place = region.inner or Inner(text, start, end, str)
        lang = language(place.text, place.start, place.end, pointer, self.lang)
        word = word_for(kind, self.words, lang)
        if duty not in REVERSIBLE_DUTIES:
            surface = place.text[place.start : place.end]
            return Change(start, end, place.encode(self._less(region, surface, word, lang)), kind, duty)
        glued = _glued(text, end, limit)  # letters right behind would run into the code
        surface = place.text[place.start : place.end] + glued
        if glued:
            value = f"{value}\x1e{glued}"
        name = self.namer.name(kind, value, word, surface, duty)
        return Change(start, end + len(glued), place.encode(name), kind, duty)

    def _less(self, region: Region, surface: str, word: str, lang: str) -> str:
        if region.duty == "hash":
            return hashed(self.namer.issuer.key, region.kind, region.value, word)
        if region.duty == "generalise":
            return generalised(surface, word, lang)
        return removed(word, lang)


def _glued(text: str, at: int, limit: int) -> str:
    match = _GLUED.match(text, at, limit)
    return match.group() if match else ""


def _flatten(text: str, marks: Iterable[Marked]) -> tuple[list[Marked], list[tuple[Layer, list[Marked]]]]:
    """Marks on `text` itself, and the layers that are edited from inside, with their marks.

    A mark whose layer cannot be read covers all that was called encoded.
    """
    flat: list[Marked] = []
    runs: dict[tuple[int, int, str], tuple[Layer, list[Marked]]] = {}
    opener = Opener(text)
    openers: dict[tuple[int, int, str], Opener] = {}
    seen: set[tuple[object, ...]] = set()
    for mark in marks:
        if not mark.via:
            flat.append(mark)
            continue
        if (same := _identity(mark)) in seen:
            continue  # every occurrence was meant before
        seen.add(same)
        try:
            layer = opener.open(mark.start, mark.end, mark.via[0])
        except LayerError:
            flat.append(msgspec.structs.replace(mark, via=()))
            continue
        below = openers.setdefault((layer.start, layer.end, mark.via[0]), Opener(layer.text))
        for start, end in _within(layer, mark, below):
            if layer.marks is not None and len(mark.via) == 1:
                flat.append(_outward(layer, mark, start, end))
            else:
                inner = msgspec.structs.replace(mark, start=start, end=end, via=mark.via[1:])
                runs.setdefault((layer.start, layer.end, mark.via[0]), (layer, []))[1].append(inner)
    listed = list(runs.values())
    for number, (layer, inside) in enumerate(listed):
        strongest = min(inside, key=lambda each: DUTIES.index(each.duty))
        flat.append(msgspec.structs.replace(strongest, start=layer.start, end=layer.end, via=(), run=number))
    return flat, listed


def _identity(mark: Marked) -> tuple[object, ...]:
    finding = mark.finding
    return (mark.start, mark.end, mark.via, mark.duty, mark.value, finding.kind, finding.surface, finding.strength)


def _outward(layer: Layer, mark: Marked, start: int, end: int) -> Marked:
    assert layer.marks is not None
    return msgspec.structs.replace(
        mark,
        start=layer.start + layer.marks[start],
        end=layer.start + layer.marks[end],
        via=(),
        inner=Inner(layer.text, start, end, layer.encode),
    )


def _within(layer: Layer, mark: Marked, opener: Opener) -> list[tuple[int, int]]:
    """Where the mark stands in the layer's own text, whose layers `opener` opens.

    Its offsets give the place where they cut out a part of the run; where they cover the whole run, every occurrence of
    the surface is meant, or under a further layer every run that may be one; where there is none, all of the text.
    """
    text, surface = layer.text, mark.finding.surface
    whole = [(0, len(text))]
    if layer.atom:
        return whole
    if layer.marks is not None:
        start, end = (bisect_left(layer.marks, at - layer.start) for at in (mark.start, mark.end))
        cut = layer.marks[start : start + 1] + layer.marks[end : end + 1]
        if start < end and cut == (mark.start - layer.start, mark.end - layer.start):
            return [(start, end)]
    if len(mark.via) > 1:
        return [run for run in runs_of(text, mark.via[1]) if _holds(opener, run, mark)] or whole
    return _occurrences(surface, text) or whole


def _occurrences(surface: str, text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = text.find(surface) if surface else -1
    while at >= 0:
        found.append((at, at + len(surface)))
        at = text.find(surface, at + len(surface))
    return found


def _holds(opener: Opener, run: tuple[int, int], mark: Marked) -> bool:
    """Whether a run of an inner layer can be opened, and holds the surface where it is the innermost."""
    try:
        inner = opener.open(*run, mark.via[1])
    except LayerError:
        return False
    return len(mark.via) > 2 or mark.finding.surface in inner.text
