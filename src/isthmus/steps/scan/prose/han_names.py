"""Names of persons in Chinese text: a surname with a given name, a surname with a form of address, a transliteration.

The evidence for a candidate is a sum of log ratios: how much more name-like than ordinary its characters are, less what
speaks for the dictionary words it would break or be, plus what stands before and after. Candidates above `THRESHOLD`
stay, the best of those that overlap. The weights were set by looking at errors on labelled public texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from isthmus.steps.scan.prose.segments import UNKNOWN, Words, log_frequency
from isthmus.steps.scan.prose.tables import Tables

HAN = re.compile(r"[㐀-鿿\U00020000-\U0003ffff]")
NAME_TAGS = frozenset({"nr", "nrfg"})
THRESHOLD = -0.6
SURE = 6.0
RARE = -2.5
DOTS = frozenset("·•")
COMPOUND = 7.5
MOST_AROUND = 5.5
SURNAME_WEIGHT = 0.8


class Mention(NamedTuple):
    """A range of the text, the weight of evidence for it, and what it looks like."""

    start: int
    end: int
    weight: float
    why: str


class Reader(NamedTuple):
    """A text while it is read: its words, the word at each place, and whether a word begins there."""

    text: str
    words: Words
    at: list[int]
    begins: bytearray
    tables: Tables

    def before(self, number: int) -> str:
        """The word before word `number`."""
        return self.words.text[number - 1] if number else ""

    def behind(self, end: int) -> str:
        """What stands at `end`: the word that begins there, else one character."""
        if end >= len(self.text):
            return ""
        return self.words.text[self.at[end]] if self.begins[end] else self.text[end]


def finder(tables: Tables) -> Callable[[str, Words], list[Mention]]:
    """A function that finds the names in a text and its words: in order, none overlapping another."""

    def find(text: str, words: Words) -> list[Mention]:
        reader = _read(text, words, tables)
        found = [*_full_names(reader), *_addressed(reader), *_transliterated(reader), *_known(reader)]
        found.sort(key=lambda mention: (-mention.weight, mention.start))
        used = bytearray(len(text))
        kept = []
        for mention in found:
            if mention.weight >= THRESHOLD and not any(used[mention.start : mention.end]):
                used[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
                kept.append(mention)
        return sorted(kept)

    return find


def _read(text: str, words: Words, tables: Tables) -> Reader:
    at: list[int] = []
    begins = bytearray(len(text) + 1)
    for number, word in enumerate(words.text):
        at += (number,) * len(word)
    for start in words.start:
        begins[start] = 1
    return Reader(text, words, at, begins, tables)


def _full_names(reader: Reader) -> Iterator[Mention]:
    """Surname and one or two characters, from the beginning of a word on."""
    text, tables = reader.text, reader.tables
    surname, compound, compound_first = tables.surname, tables.compound, tables.compound_first
    for number, (start, word) in enumerate(zip(reader.words.start, reader.words.text, strict=False)):
        first = word[0]
        ratio = surname.get(first)
        if ratio is not None:
            yield from _with_given(reader, number, start + 1, ratio * SURNAME_WEIGHT)
        if first in compound_first:
            for size in (2, 3):
                if text[start : start + size] in compound:
                    yield from _with_given(reader, number, start + size, COMPOUND * SURNAME_WEIGHT)


def _with_given(reader: Reader, number: int, middle: int, ratio: float) -> Iterator[Mention]:
    """The given names that could stand at `middle`, behind a surname with this evidence."""
    text, tables = reader.text, reader.tables
    start = reader.words.start[number]
    one, two = text[middle : middle + 1], text[middle + 1 : middle + 2]
    weights = (
        (middle + 2, ratio + tables.first.get(one, RARE) + tables.second.get(two, RARE)),
        (middle + 1, ratio + tables.single.get(one, RARE) - 0.8),
    )
    for end, characters in weights:
        if characters > THRESHOLD - MOST_AROUND and end <= len(text) and _may_be_given(reader, middle, end):
            weight = characters + _shape(reader, start, end)
            if end == middle + 1 and _goes_on(reader, end):
                weight -= 1.5
            if weight > THRESHOLD - MOST_AROUND:
                yield Mention(start, end, weight + _surroundings(reader, number, end), "surname and given name")


def _goes_on(reader: Reader, end: int) -> bool:
    """Whether a loose character follows that could belong to the name."""
    behind = reader.behind(end)
    return len(behind) == 1 and HAN.match(behind) is not None and behind not in reader.tables.particles


def _may_be_given(reader: Reader, start: int, end: int) -> bool:
    given = reader.text[start:end]
    tables = reader.tables
    if given in tables.not_given or given in tables.not_names or (len(given) == 2 and given in tables.titles):
        return False
    if reader.text[start - 1 : end] in tables.not_names or given[-1] + reader.text[end : end + 1] in tables.titles:
        return False
    if given[0] == reader.text[start - 1] == given[-1]:  # 哈哈哈, 张张
        return False
    return "一" <= given[0] <= "鿿" and "一" <= given[-1] <= "鿿"


def _shape(reader: Reader, start: int, end: int) -> float:
    """How the candidate lies among the words: a word of the dictionary, a row of pieces, or across an edge."""
    first, last, words = reader.at[start], reader.at[end - 1], reader.words
    if first == last and reader.begins[end]:
        return _whole_word(reader, first)
    weight = 0.0
    if not reader.begins[end]:
        broken = reader.at[end]
        inside_name = first == last and words.tag[broken] in NAME_TAGS
        weight -= 3.0 if inside_name else 3.0 + 0.4 * log_frequency(words.text[broken])
    loose = True
    for number in range(first, last + 1):
        word = words.text[number]
        if len(word) == 1:
            continue
        loose = False
        if words.start[number + 1] <= end:
            frequency = log_frequency(word)
            if words.tag[number] in NAME_TAGS or words.tag[number] == "nrt":
                weight -= 0.2 * frequency
            elif number == first:
                weight -= 1.5 + 0.7 * frequency
            else:
                weight -= 0.5 + 0.55 * frequency
    return weight + (1.0 if loose else 0.0)


def _whole_word(reader: Reader, number: int) -> float:
    """A dictionary word that looks like a name: frequent ones are not, whatever the dictionary calls them."""
    word, tag = reader.words.text[number], reader.words.tag[number]
    frequency = log_frequency(word)
    long = len(word) > 2
    if tag in NAME_TAGS:
        plain = word[0] in reader.tables.plain_surname
        ordinary = 3.0 if long and word[-1] in reader.tables.word_endings and not plain else 0.0
        return 2.5 - (0.35 if plain else 0.7) * frequency - ordinary if long else 0.3 - 0.8 * frequency
    return -3.0 - 0.5 * frequency if long else -4.0 - 0.8 * frequency


def _surroundings(reader: Reader, number: int, end: int) -> float:
    tables = reader.tables
    before, behind = reader.before(number), reader.behind(end)
    weight = 0.0
    if before in tables.offices:
        weight += 2.2
    elif before in tables.before:
        weight += 1.5
    elif not HAN.match(before):
        weight += 0.8
    if behind in tables.titles:
        weight += 2.0
    elif behind in tables.speech:
        weight += 2.2
    elif behind in tables.after or not behind:
        weight += 1.0
    elif not HAN.match(behind):
        weight += 0.8
    return weight


def _addressed(reader: Reader) -> Iterator[Mention]:
    """A surname with what people are called by: 张总, 顾老师, 老王."""
    text, tables = reader.text, reader.tables
    plain, address_first, prefixes = tables.plain_surname, tables.address_first, tables.prefixes
    for number, (start, word) in enumerate(zip(reader.words.start, reader.words.text, strict=False)):
        if word[0] not in plain:
            if len(word) == 2 and word[0] in prefixes and word[1] in plain:
                yield _nickname(reader, start, tables.surname[word[1]] * SURNAME_WEIGHT)
            continue
        ratio = tables.surname[word[0]] * SURNAME_WEIGHT
        if text[start + 1 : start + 2] in address_first:
            inside = number and reader.before(number) in plain  # 卢林先生 is no 林先生
            yield from _with_form(reader, start, word, ratio - (4.0 if inside else 0.0))
        if len(word) == 1 and reader.before(number) in prefixes:
            yield _nickname(reader, start - 1, ratio)


def _nickname(reader: Reader, start: int, ratio: float) -> Mention:
    """A prefix and a surname, at a word's edge."""
    tables, behind = reader.tables, reader.behind(start + 2)
    known = behind in tables.speech or behind in tables.after or not HAN.match(behind)
    return Mention(start, start + 2, ratio - (-0.5 if known else 3.0), "surname and form of address")


def _with_form(reader: Reader, start: int, word: str, ratio: float) -> Iterator[Mention]:
    for size in (3, 2, 1):
        form = reader.text[start + 1 : start + 1 + size]
        if len(form) == size and form in reader.tables.address:
            weight = ratio + (3.5 if size > 1 else 0.5)
            if size == 1 and not (reader.begins[start + 2] or len(word) == 2):
                weight -= 2.0
            if len(word) > 1 and word[1:] != form and log_frequency(word) != UNKNOWN:
                weight -= 1.0 + 0.5 * log_frequency(word)
            yield Mention(start, start + 1 + size, weight, "surname and form of address")
            return


def _transliterated(reader: Reader) -> Iterator[Mention]:
    """A row of pieces in characters that foreign names are written with."""
    words, foreign = reader.words, reader.tables.foreign
    number, count = 0, len(words.text)
    while number < count:
        if not _is_foreign(words, number, foreign):
            number += 1
            continue
        last = number + 1
        while last < count and _is_foreign(words, last, foreign):
            last += 1
        start, end = words.start[number], words.start[last]
        name = reader.text[start:end]
        if 2 <= len(name) <= 9 and name not in reader.tables.not_names:
            varied = max(map(name.count, name)) < 3 and len(set(name)) * 2 > len(name)
            if varied:
                yield Mention(start, end, _foreign_weight(reader, name, number, last), "transliterated name")
        number = last


def _known(reader: Reader) -> Iterator[Mention]:
    """Words that are names, whatever the figures say."""
    words, known = reader.words, reader.tables.known
    for number, word in enumerate(words.text):
        if word in known:
            yield Mention(words.start[number], words.start[number + 1], SURE, "well-known name")


def _is_foreign(words: Words, number: int, foreign: frozenset[str]) -> bool:
    text, tag = words.text[number], words.tag[number]
    if len(text) == 1:
        return text in foreign
    if tag == "nrt":
        return True
    if not foreign.issuperset(text):
        return False
    return tag in NAME_TAGS or (tag == "nz" and len(text) > 2) or log_frequency(text) < 3.2


def _foreign_weight(reader: Reader, name: str, first: int, last: int) -> float:
    words, tables = reader.words, reader.tables
    start, end = words.start[first], words.start[last]
    weight = sum(tables.transliterated.get(character, -1.0) for character in name) - 1.5
    if any(words.tag[number] == "nrt" and len(words.text[number]) > 1 for number in range(first, last)):
        weight += 4.0
    if any(words.tag[number] == "nr" and len(words.text[number]) > 2 for number in range(first, last)):
        weight += 2.0
    behind = reader.behind(end)
    weight += 2.0 if behind in tables.titles else 1.0 if behind in tables.after or behind in tables.speech else 0.0
    weight += 1.0 if reader.before(first) in tables.before or reader.before(first) in tables.offices else 0.0
    weight += 3.0 * ((reader.text[end : end + 1] in DOTS) + (reader.text[max(start - 1, 0)] in DOTS))
    weight -= 5.0 if behind[:1] in tables.not_people else 0.0
    return weight - (3.0 if len(name) == 2 else 0.0)
