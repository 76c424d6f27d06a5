"""Postal addresses in Chinese text, of street level or finer, whole from province to room.

Each dictionary word gets a part of an address by its tag and its last character (province to village, road, number,
unit, building); names between them that no list knows are let through where such a part follows soon. A row of parts is
an address where it goes down to a road, a village or a building and has a number, or names a road in a known place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from isthmus.steps.scan.prose.han_names import Mention
from isthmus.steps.scan.prose.segments import Word
from isthmus.steps.scan.prose.tables import PlaceWords

_HINT = re.compile(r"[0-9A-Za-z一二三四五六七八九十百]\s?(?:号|栋|幢|弄|室|单元|座|组|层|楼|#)|[路街巷弄道村镇]")
_NUMBER = re.compile(r"(?:[0-9A-Za-z]+|[一二三四五六七八九十百零]+|[甲乙丙丁东西南北]?[0-9]+)(?:[-—~][0-9A-Za-z]+)*")
_DASHED = re.compile(r"[0-9]+[-—][0-9]+")
_UNITED = re.compile(r"[0-9A-Za-z一二三四五六七八九十]+(?:号楼|号院|号|栋|幢|座|区|楼|室|层|期|单元|组|弄)")
_SOFT_TAGS = frozenset(["d", "t", "o", "k", "e", "y", "c", "p", "u", "ul", "uj", "uz", "ug", "ud", "uv", "r"])
_COUNTED = re.compile("NU|[RVB]J?N")
_JOINERS = frozenset("-—_()（）#·/ ~")
_MAX_FILL, _MAX_VERBS = 4, 2
_MAX_TAIL = 8
_WEIGHT = 4.0


class Piece(NamedTuple):
    """A word with its part in an address, a letter.

    A area, L area below the district, R road, V village, B building, N number, U unit, J joiner, F a word no list
    knows, W a verb, D a word seldom in names of places, S what is in no address.
    """

    word: Word
    part: str


def finder(places: PlaceWords) -> Callable[[str, list[Word]], list[Mention]]:
    """A function that finds the addresses in a text and its words, in order."""
    endings = places.endings()

    @lru_cache(maxsize=65536)
    def part(text: str, tag: str) -> str:
        return _part(text, tag, places, endings)

    def find(text: str, words: list[Word]) -> list[Mention]:
        if not _HINT.search(text):
            return []
        pieces = [Piece(word, part(word.text, word.tag)) for word in words]
        return list(_addresses(pieces, places.units, places.fine_units))

    return find


def _addresses(pieces: list[Piece], units: frozenset[str], fine: frozenset[str]) -> Iterator[Mention]:
    at = 0
    while at < len(pieces):
        end = _row(pieces, at)
        first, last = _trim(pieces, at, end)
        if first < last and _is_address(pieces[first:last], units, fine):
            last = end = max(_tail(pieces, end), last) if last == end else last
            start, stop = pieces[first].word.start, pieces[last - 1].word.end
            yield Mention(start, stop, _WEIGHT, "parts of an address in a row")
        at = max(end, at + 1)


def _part(text: str, tag: str, words: PlaceWords, endings: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    if text in words.leads or text in words.not_roads or text in words.never:
        return "S"
    if text in _JOINERS or tag == "x":
        return "J" if text in _JOINERS else "S"
    if text in words.units or _UNITED.fullmatch(text):
        return "U"
    if _NUMBER.fullmatch(text):
        return "N"
    by_ending = next((part for part, ending in endings if text.endswith(ending)), "")
    by_tag = "A" if tag == "ns" else "D" if tag in _SOFT_TAGS else "W" if tag.startswith("v") else "F"
    return by_ending or by_tag


def _row(pieces: list[Piece], start: int) -> int:
    """The end of the row of parts that begins at `start`; `start` itself where none does."""
    at = start
    placed = False  # a known place stands in the row, so that odd words may follow it
    while at < len(pieces):
        part = pieces[at].part
        if part in "ALRVBNU":
            placed = placed or part in "ALR"
            at += 1
        elif part == "J":
            if at == start or at + 1 == len(pieces) or pieces[at + 1].part not in "ALRVBNUF":
                break
            at += 1
        else:
            reach = _reach(pieces, at, placed=placed)
            if reach == at:
                break
            placed = placed or pieces[reach - 1].part in "ALR"
            at = reach
    return at


def _reach(pieces: list[Piece], at: int, *, placed: bool) -> int:
    """Past a few words that no list knows, to the part of an address they belong to; `at` where none follows."""
    allowed = "FWAD" if placed else "FWA"
    verbs = 0
    for here in range(at, min(at + _MAX_FILL + 1, len(pieces))):
        part = pieces[here].part
        if part in "LRVB" or (part == "A" and here > at and len(pieces[here].word.text) == 1):
            return here + 1
        if part == "N" and not pieces[here].word.text.isascii() and not _next_is(pieces, here, "U"):
            continue  # a numeral in a name: 文一西路
        if part in "NU" and here > at:
            counted = part == "N" and _next_is(pieces, here, "USJ" if placed else "U")
            return here if counted and (placed or not verbs) else at
        verbs += part in "WD"
        if part not in allowed or verbs > _MAX_VERBS or (part == "W" and here > at + 1 and not placed):
            return at
    return at


def _next_is(pieces: list[Piece], at: int, parts: str) -> bool:
    return (pieces[at + 1].part if at + 1 < len(pieces) else "S") in parts


def _trim(pieces: list[Piece], first: int, last: int) -> tuple[int, int]:
    """The row without joiners at its ends, and without loose numbers before its first part."""
    start = first
    while start < last and pieces[start].part in "JNU":
        start += 1
    start = first if start == last else start
    while last > start and pieces[last - 1].part == "J":
        last -= 1
    return start, last


def _tail(pieces: list[Piece], at: int) -> int:
    """Past the name of a house or firm that closes an address just before a punctuation mark or the end."""
    verbs = 0
    for here in range(at, min(at + _MAX_TAIL + 1, len(pieces) + 1)):
        if here == len(pieces) or pieces[here].word.tag == "x":
            return here
        verbs += pieces[here].part == "W"
        if pieces[here].part not in "FNUABLVRJW" or verbs > 1:
            break
    return at


def _is_address(row: list[Piece], known_units: frozenset[str], fine_units: frozenset[str]) -> bool:
    parts = "".join(piece.part for piece in row)
    areas = parts.count("A") + parts.count("L")
    units = {piece.word.text for piece in row if piece.part == "U"}
    numbered = _COUNTED.search(parts) is not None or any(unit not in known_units for unit in units)
    dashed = any(piece.part == "N" and _DASHED.match(piece.word.text) for piece in row) or "NJN" in parts
    if (numbered and ({"R", "V", "L"} & set(parts) or areas >= 2)) or (dashed and areas >= 2):
        return True
    if (numbered or dashed) and "B" in parts and (areas or units & fine_units):
        return True
    down_to_street = ("R" in parts and areas >= 1 and len(parts) >= 3) or (row[-1].part == "V" and areas >= 2)
    return down_to_street or len(units & fine_units) >= 2
