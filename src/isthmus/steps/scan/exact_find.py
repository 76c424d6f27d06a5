"""Values of an exact list in a text.

What could be a value is cut out of the text, brought into its one spelling and looked up. A name of two characters is
also much else: part of a longer name (李明 in 李明博), of a word (王明 in 国王明天), a word itself (和平). Such a name
is doubtful unless a number or mail address of the list stands near.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from isthmus.steps.scan.exact_form import HAN, MOST_DIGITS, WORD, Field, email, identifier, phone, plain
from isthmus.steps.scan.exact_list import ExactList
from isthmus.steps.scan.prose.segments import cut, engine
from isthmus.steps.scan.prose.tables import Tables

_NUMBER = re.compile(r"[+(]?[0-9](?:[ \t\-.()/–·]{0,2}[0-9])+")
_DIGITS = re.compile(r"[0-9]+")
_TOKENS = re.compile(r"[A-Za-z0-9]+(?:[\-_/. ][A-Za-z0-9]+)*(?:\([0-9A-Za-z]\))?")
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:\([0-9A-Za-z]\))?")
_DIGIT = re.compile(r"[0-9]")
_MAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_RUN = re.compile(rf"{HAN.pattern}(?:[ \u3000·•・.]?{HAN.pattern})+")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’][A-Za-z\u00c0-\u024f]+)*")
_GAP = re.compile(r"[ \t\u00a0]{1,2}|, ?|-|\n")
_MOST_GROUPS, _MANY = 5, 8
_AROUND, _NEAR = 8, 100  # code points
ORDINARY = 30  # how often the dictionary counted a word that is more than a name
LEADS = frozenset({"联系", "致", "收件人", "姓名", "户名", "收款人", "经办人"})


class Match(NamedTuple):
    """`[start, end)` of a text is a value of a list, though where it is `doubtful` perhaps by chance."""

    field: Field
    start: int
    end: int
    value: str
    doubtful: bool = False


class ExactFinder:
    """Looks for the values of one list, with the tables of Chinese names.

    `weak` are names in Latin script that are ordinary words too, in lower case.
    """

    def __init__(self, known: ExactList, tables: Tables, weak: frozenset[str]) -> None:
        self._list, self._tables, self._weak = known, tables, weak
        self._before = frozenset(word for word in tables.before if len(word) > 1) | tables.offices | LEADS
        self._behind = tables.titles | tables.speech
        outline = known.outline
        self._first = re.compile(f"[{re.escape(outline.first)}]") if outline.first else None

    def find(self, text: str) -> list[Match]:
        """The values in a text; beside a number or address of the list no name is doubtful."""
        found = [*self._numbers(text), *self._mails(text), *self._tokens(text), *self._words(text)]
        found += self._han(text)
        numbers = [match.start for match in found if match.field != "name"]
        return [
            match._replace(doubtful=match.doubtful and not any(abs(match.start - at) <= _NEAR for at in numbers))
            for match in found
        ]

    def _numbers(self, text: str) -> Iterator[Match]:
        for run in _NUMBER.finditer(text):
            groups = [match.span() for match in _DIGITS.finditer(text, *run.span())]
            for start, end in _joined(groups):
                if (digits := phone(text[start:end])) and self._list.holds("phone", digits):
                    low = start - (text[start - 1 : start] in ("+", "("))
                    yield Match("phone", low, end, digits)
                last = end + (text[end : end + 1] in ("x", "X"))
                for stop in {end, last}:
                    if (value := identifier(text[start:stop])) and self._list.holds("id", value):
                        yield Match("id", start, stop, value)

    def _mails(self, text: str) -> Iterator[Match]:
        if "@" not in text:
            return
        for run in _MAIL.finditer(text):
            value = email(run.group().rstrip("."))
            if self._list.holds("email", value):
                yield Match("email", run.start(), run.start() + len(value), value)

    def _tokens(self, text: str) -> Iterator[Match]:
        """Identifiers that have letters as well as digits."""
        for run in _TOKENS.finditer(text):
            if not _DIGIT.search(text, *run.span()):
                continue
            groups = [match.span() for match in _TOKEN.finditer(text, *run.span())]
            for start, end in _joined(groups):
                piece = text[start:end]
                if _DIGIT.search(piece) and not piece.isdigit() and len(piece) <= 40:
                    value = identifier(piece)
                    if value and not value.isdigit() and self._list.holds("id", value):
                        yield Match("id", start, end, value)

    def _words(self, text: str) -> Iterator[Match]:
        """Names in Latin script: chains of words that some name has."""
        most = self._list.outline.words
        if not most:
            return
        known: dict[str, bool] = {}
        chain: list[tuple[int, int, str]] = []
        for match in _WORD.finditer(text):
            word = plain(match.group())
            if word not in known:
                known[word] = self._list.holds(WORD, word)
            if chain and not (known[word] and _GAP.fullmatch(text, chain[-1][1], match.start())):
                yield from self._names(text, chain, most)
                chain = []
            if known[word]:
                chain.append((match.start(), match.end(), word))
        yield from self._names(text, chain, most)

    def _names(self, text: str, chain: list[tuple[int, int, str]], most: int) -> Iterator[Match]:
        for first in range(len(chain) - 1):
            for last in range(first + 1, min(first + most, len(chain))):
                words = chain[first : last + 1]
                value = " ".join(sorted(word for _, _, word in words))
                if self._list.holds("name", value):
                    small = [word for start, _, word in words if text[start].islower()]
                    doubtful = 0 < len(small) < len(words) or not self._weak.isdisjoint(small)
                    yield Match("name", words[0][0], words[-1][1], value, doubtful)

    def _han(self, text: str) -> Iterator[Match]:
        if self._first is None:
            return
        for run in _RUN.finditer(text):
            written = run.group()
            places = [place for place, character in enumerate(written) if HAN.match(character)]
            han = "".join([written[place] for place in places]).translate(self._tables.simplify)
            for begin in self._first.finditer(han):
                start = begin.start()
                for length in self._list.outline.lengths:
                    name = han[start : start + length]
                    if len(name) == length and self._list.holds("name", name):
                        low, high = run.start() + places[start], run.start() + places[start + length - 1] + 1
                        doubtful = high - low == length <= 3 and self._is_doubtful(han, start, start + length)
                        yield Match("name", low, high, name, doubtful)

    def _is_doubtful(self, han: str, start: int, end: int) -> bool:
        """Whether a short name may be part of a longer name or word, or an ordinary word itself."""
        low = max(0, start - _AROUND)
        words = cut(han[low : end + _AROUND])
        for place in (start - low, end - low):
            if place not in words.start:
                number = bisect_right(words.start, place) - 1
                if not words.tag[number].startswith("nr"):
                    return True
        if end - start > 2:
            return False
        if start - low in words.start:
            number = words.start.index(start - low)
            name = han[start:end]
            if words.text[number] == name and engine().suggest_freq(name) >= ORDINARY:
                before, behind = words.text[number - 1 : number], words.text[number + 1 : number + 2]
                return self._before.isdisjoint(before) and self._behind.isdisjoint(behind)
        following = han[end : end + 1]
        if not following or following in self._tables.particles:
            return False
        if end - low in words.start:
            return len(words.text[words.start.index(end - low)]) == 1
        return not engine().has_word(han[end : end + 2])


def _joined(groups: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Each group, and those beside each other taken together: in a long row three or four, as telephones have."""
    most = 4 if len(groups) > _MANY else _MOST_GROUPS
    for first in range(len(groups)):
        for size in range(1, most + 1):
            if first + size > len(groups):
                break
            start, end = groups[first][0], groups[first + size - 1][1]
            if end - start > 3 * MOST_DIGITS:
                break
            yield start, end
