"""Postal addresses in Chinese text, of street level or finer, whole from province to room.

Each dictionary word gets a part of an address by its tag and its last character (province to village, road, number,
unit, building); names between them that no list knows are let through where such a part follows soon. A row of parts is
an address where it goes down to a road, a village or a building and has a number, or names a road in a known place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from isthmus.steps.scan.prose.han_names import Mention
from isthmus.steps.scan.prose.segments import Words
from isthmus.steps.scan.prose.tables import PlaceWords

_HINT = re.compile(r"[0-9A-Za-z一二三四五六七八九十百]\s?(?:号|栋|幢|弄|室|单元|座|组|层|楼|#)|[路街巷弄道村镇]")
_NUMBER = re.compile(r"(?:[0-9A-Za-z]+|[一二三四五六七八九十百零]+|[甲乙丙丁东西南北]?[0-9]+)(?:[-—~][0-9A-Za-z]+)*")
_DASHED = re.compile(r"[0-9]+[-—][0-9]+")
_UNITED = re.compile(r"[0-9A-Za-z一二三四五六七八九十]+(?:号楼|号院|号|栋|幢|座|区|楼|室|层|期|单元|组|弄)")
_SOFT_TAGS = frozenset(["d", "t", "o", "k", "e", "y", "c", "p", "u", "ul", "uj", "uz", "ug", "ud", "uv", "r"])
_STRETCH = re.compile("[^S]+")
_DOWN_TO_STREET = re.compile("[RUV]|B.*N|NJN")
_COUNTED = re.compile("NU|[RVB]J?N")
_JOINERS = frozenset("-—_()（）#·/ ~")
_MAX_FILL, _MAX_VERBS = 4, 2
_MAX_TAIL = 8
_MAX_KNOWN = 100_000
_WEIGHT = 4.0


def finder(places: PlaceWords) -> Callable[[str, Words], list[Mention]]:
    """A function that finds the addresses in a text and its words, in order.

    Each word gets a part, a letter: A area, L area below the district, R road, V village, B building, N number, U unit,
    J joiner, F a word no list knows, W a verb, D a word seldom in names of places, S what is in no address.
    """
    part = _parts(places)

    def find(text: str, words: Words) -> list[Mention]:
        if not _HINT.search(text):
            return []
        parts = "".join(map(part, words.text, words.tag))
        return [
            mention
            for stretch in _STRETCH.finditer(parts)
            if _DOWN_TO_STREET.search(parts, *stretch.span())
            for mention in _addresses(parts, words, *stretch.span(), places)
        ]

    return find


def _parts(places: PlaceWords) -> Callable[[str, str], str]:
    """The part of a word; what is no number is remembered, being a word of the dictionary."""
    known: dict[tuple[str, str], str] = {}
    endings = places.endings()
    apart = places.leads | places.not_roads | places.never

    def part(text: str, tag: str) -> str:
        found = known.get((text, tag))
        if found is None:
            found = "S" if text in apart else _part(text, tag, places.units, endings)
            if not text.isascii() and len(known) < _MAX_KNOWN:
                known[text, tag] = found
        return found

    return part


def _part(text: str, tag: str, units: frozenset[str], endings: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    if text in _JOINERS or tag == "x":
        return "J" if text in _JOINERS else "S"
    if text in units or _UNITED.fullmatch(text):
        return "U"
    if _NUMBER.fullmatch(text):
        return "N"
    by_ending = next((part for part, ending in endings if text.endswith(ending)), "")
    by_tag = "A" if tag == "ns" else "D" if tag in _SOFT_TAGS else "W" if tag.startswith("v") else "F"
    return by_ending or by_tag


def _addresses(parts: str, words: Words, at: int, stop: int, places: PlaceWords) -> Iterator[Mention]:
    """The addresses in a stretch of words without a stop."""
    while at < stop:
        end = _row(parts, words, at, stop)
        first, last = _trim(parts, at, end)
        if first < last and _is_address(parts[first:last], words.text[first:last], places):
            if last == end:
                last = end = _tail(parts, words, end)
            yield Mention(words.start[first], words.start[last], _WEIGHT, "parts of an address in a row")
        at = max(end, at + 1)


def _row(parts: str, words: Words, start: int, stop: int) -> int:
    """The end of the row of parts that begins at `start`; `start` itself where none does."""
    at = start
    placed = False  # a known place stands in the row, so that odd words may follow it
    while at < stop:
        part = parts[at]
        if part in "ALRVBNU":
            placed = placed or part in "ALR"
            at += 1
        elif part == "J":
            if at == start or at + 1 == stop or parts[at + 1] not in "ALRVBNUF":
                break
            at += 1
        else:
            reach = _reach(parts, words, at, stop, placed=placed)
            if reach == at:
                break
            placed = placed or parts[reach - 1] in "ALR"
            at = reach
    return at


def _reach(parts: str, words: Words, at: int, stop: int, *, placed: bool) -> int:
    """Past a few words that no list knows, to the part of an address they belong to; `at` where none follows."""
    allowed = "FWAD" if placed else "FWA"
    verbs = 0
    for here in range(at, min(at + _MAX_FILL + 1, stop)):
        part = parts[here]
        behind = parts[here + 1] if here + 1 < len(parts) else "S"
        if part in "LRVB" or (part == "A" and here > at and len(words.text[here]) == 1):
            return here + 1
        if part == "N" and behind != "U" and not words.text[here].isascii():
            continue  # a numeral in a name: 文一西路
        if part in "NU" and here > at:
            counted = part == "N" and behind in ("USJ" if placed else "U")
            return here if counted and (placed or not verbs) else at
        verbs += part in "WD"
        if part not in allowed or verbs > _MAX_VERBS or (part == "W" and here > at + 1 and not placed):
            return at
    return at


def _trim(parts: str, first: int, last: int) -> tuple[int, int]:
    """The row without joiners at its ends, and without loose numbers before its first part."""
    start = first
    while start < last and parts[start] in "JNU":
        start += 1
    start = first if start == last else start
    while last > start and parts[last - 1] == "J":
        last -= 1
    return start, last


def _tail(parts: str, words: Words, at: int) -> int:
    """Past the name of a house or firm that closes an address just before a punctuation mark or the end."""
    verbs = 0
    for here in range(at, min(at + _MAX_TAIL + 1, len(words.text) + 1)):
        if here == len(words.text) or words.tag[here] == "x":
            return here
        verbs += parts[here] == "W"
        if parts[here] not in "FNUABLVRJW" or verbs > 1:
            break
    return at


def _is_address(parts: str, row: list[str], places: PlaceWords) -> bool:
    areas = parts.count("A") + parts.count("L")
    units = {word for word, part in zip(row, parts, strict=True) if part == "U"}
    numbered = _COUNTED.search(parts) is not None or any(unit not in places.units for unit in units)
    dashed = "NJN" in parts or any(_DASHED.match(word) for word, part in zip(row, parts, strict=True) if part == "N")
    if (numbered and ({"R", "V", "L"} & set(parts) or areas >= 2)) or (dashed and areas >= 2):
        return True
    if (numbered or dashed) and "B" in parts and (areas or units & places.fine_units):
        return True
    down_to_street = ("R" in parts and areas >= 1 and len(parts) >= 3) or (parts[-1] == "V" and areas >= 2)
    return down_to_street or len(units & places.fine_units) >= 2
