"""Sensitive personal information in running text, sentence by sentence.

What is said counts for a class by three things: that it is about it (a topic), that it says so of someone (a mark, or a
person in the sentence), and that nothing speaks for another subject (news, research, a product, an ordinary use of the
word). The weights below were set on `bench/sensitive`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from isthmus.steps.scan.database import code_points
from isthmus.steps.scan.prose.sensitive_words import AROUND, SensitiveWords

MARK, TOPIC, PERSON, AGAINST, PUBLIC = 2.0, 1.0, 1.5, 1.0, 1.0
ENOUGH = 2.5
MOST = 2  # of the same sort of word that count
_END = re.compile(r"[。！？!?；;\n]+|(?<=[a-z0-9)\"”’])\.(?=\s|$)")
_LATIN = re.compile(rb"[0-9A-Za-z]")
_GOES_ON = re.compile(rb"(?!(?:e?s)(?![0-9A-Za-z]))[0-9A-Za-z]")
_NOT_ASCII = 0x80
_LATIN_DOT = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|No)$")


class Sensitive(NamedTuple):
    """A word that speaks of a sensitive class of someone: `[start, end)` of a text, the class, the word and why."""

    kind: str
    start: int
    end: int
    value: str
    why: str


class _Hit(NamedTuple):
    start: int
    end: int


_Hits = dict[tuple[str, str], list[_Hit]]


class SensitiveFinder(msgspec.Struct, frozen=True):
    """Finds what speaks of sensitive classes; picklable."""

    words: SensitiveWords

    def find(self, text: str, persons: Iterable[tuple[int, int]] = ()) -> Iterator[Sensitive]:
        """What a text says of someone; `persons` is where findings of other kinds speak of a person."""
        hits = self._hits(text)
        if not any(role in ("mark", "topic") for _, role in hits):
            return
        starts = [0, *(match.end() for match in _END.finditer(text) if not _LATIN_DOT.search(text, 0, match.start()))]
        sentences = _by_sentence(hits, starts)
        for person in persons:
            number = bisect_right(starts, person[0]) - 1
            if number in sentences and not _is_spoken_of(sentences[number], person):
                sentences[number][AROUND, "person"].append(_Hit(*person))
        for number, found in sorted(sentences.items()):
            before = sentences.get(number - 1)
            told = bool(found[AROUND, "person"]) or bool(before and before[AROUND, "person"])
            yield from self._weighed(text, found, person=bool(found[AROUND, "person"]), told=told)

    def _weighed(self, text: str, found: _Hits, *, person: bool, told: bool) -> Iterator[Sensitive]:
        public = min(_count(text, found[AROUND, "public"]), MOST) * PUBLIC
        for vocabulary in self.words.vocabularies:
            kind = vocabulary.id
            marks, topics = found[kind, "mark"], found[kind, "topic"]
            if not marks and (vocabulary.needs_mark or not topics):
                continue
            against = min(_count(text, found[kind, "against"]), MOST) * AGAINST
            weight = MARK * bool(marks) + TOPIC * min(_count(text, topics), MOST)
            weight += PERSON if person or (told and marks) else 0
            if weight - public - against >= ENOUGH:
                why = "said of someone" if marks else "named beside a person"
                for hit in _longest(topics or marks):
                    yield Sensitive(kind, hit.start, hit.end, text[hit.start : hit.end].casefold(), why)

    def _hits(self, text: str) -> _Hits:
        """The words of a text by class and list, without those that a trap takes in."""
        data = text.encode("utf-8", "replace")
        hits: _Hits = defaultdict(list)
        found = self.words.database.hits(data)
        if not found:
            return hits
        points = code_points(data, {offset for _, start, end in found for offset in (start, end)})
        senses, loose = self.words.senses, self.words.loose
        for number, start, end in found:
            if number < loose or _is_word(data, start, end):
                hits[senses[number]].append(_Hit(points[start], points[end]))
        for owner, role in tuple(hits):
            trap = {"person": "not person", "public": "not public"}.get(role, "trap")
            if role != trap and (traps := hits.get((owner, trap))):
                kept = [hit for hit in hits[owner, role] if not any(_within(hit, each) for each in traps)]
                hits[owner, role] = kept
        return hits


def _is_spoken_of(found: _Hits, person: tuple[int, int]) -> bool:
    """Whether what was taken for a person is a word of a class, such as a disease that is named after someone."""
    return any(
        role in ("mark", "topic") and any(hit.start < person[1] and person[0] < hit.end for hit in hits)
        for (_, role), hits in found.items()
    )


def _is_word(data: bytes, start: int, end: int) -> bool:
    """Whether no Latin letter or digit continues what was hit, but for the ending of a plural."""
    if data[start] < _NOT_ASCII and start and _LATIN.match(data, start - 1):
        return False
    return data[end - 1] >= _NOT_ASCII or not _GOES_ON.match(data, end)


def _by_sentence(hits: _Hits, starts: list[int]) -> dict[int, _Hits]:
    sentences: dict[int, _Hits] = {}
    for sense, places in hits.items():
        for hit in places:
            number = bisect_right(starts, hit.start) - 1
            sentences.setdefault(number, defaultdict(list))[sense].append(hit)
    return sentences


def _within(hit: _Hit, other: _Hit) -> bool:
    return other.start <= hit.start and hit.end <= other.end


def _count(text: str, hits: list[_Hit]) -> int:
    """How many different words were hit, one inside another not counted."""
    return len({text[hit.start : hit.end].casefold() for hit in _longest(hits)})


def _longest(hits: list[_Hit]) -> list[_Hit]:
    kept: list[_Hit] = []
    for hit in sorted(set(hits), key=lambda each: (each.start, -each.end)):
        if not kept or hit.end > kept[-1].end:
            kept.append(hit)
    return kept
