"""The tables of Chinese names, read from `jurisdictions/cn/names`."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from isthmus import catalog
from isthmus.steps.scan.identifiers import Row

# what speaks against a surname that is mostly another word; above which ratios one is hardly anything else
DOUBT, PLAIN, PLAIN_FUNCTION = 2.5, 1.5, 4.0
FOREIGN = 0.2
_ENTRY = re.compile(r"(\S)(-?\d+)")


class Words(Row, frozen=True, kw_only=True):
    """The hand-written lists: surnames, and the words that stand around names.

    `common_surnames` are hardly anything but surnames; `function_surnames` are mostly other words. `speech` follows a
    name that does something, `offices` come before a name, `before` and `after` are weaker. `address` follows a
    surname and belongs to it (张总); `prefixes` come before one (老张). `not_people` follows a transliterated place or
    thing. `traditional` pairs a traditional character with its simplified one. `known` are names that the figures miss,
    `particles` single characters that are words of their own, `word_endings` last characters of ordinary words.
    """

    surnames: tuple[str, ...]
    common_surnames: str
    function_surnames: str
    weak_surnames: str
    compound_surnames: tuple[str, ...]
    offices: tuple[str, ...]
    before: tuple[str, ...]
    speech: tuple[str, ...]
    after: tuple[str, ...]
    titles: tuple[str, ...]
    address: tuple[str, ...]
    prefixes: str
    not_given: tuple[str, ...]
    not_people: str
    not_names: tuple[str, ...]
    traditional: str
    japanese_surnames: tuple[str, ...]
    known: tuple[str, ...]
    particles: str
    word_endings: str


class Characters(Row, frozen=True, kw_only=True):
    """The written tables: a character and ten times its log ratio, separated by spaces."""

    surname: str
    first: str
    second: str
    single: str
    transliterated: str


class Tables(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a finder looks up: natural log ratios by character (less doubts), and sets of words.

    `plain_surname` are those that stand for themselves, `foreign` the characters of transliterated names; `_first` are
    first characters of the words in a set.
    """

    surname: dict[str, float]
    first: dict[str, float]
    second: dict[str, float]
    single: dict[str, float]
    transliterated: dict[str, float]
    compound: frozenset[str]
    compound_first: frozenset[str]
    plain_surname: frozenset[str]
    foreign: frozenset[str]
    address_first: frozenset[str]
    offices: frozenset[str]
    before: frozenset[str]
    speech: frozenset[str]
    after: frozenset[str]
    titles: frozenset[str]
    address: frozenset[str]
    prefixes: frozenset[str]
    not_given: frozenset[str]
    not_people: frozenset[str]
    not_names: frozenset[str]
    simplify: dict[int, str]
    known: frozenset[str]
    particles: frozenset[str]
    word_endings: frozenset[str]


def read_words(file: Path) -> Words:
    """The hand-written lists; raises `CatalogError`."""
    return catalog.read(file, Words)


def read_tables(folder: Path) -> Tables:
    """Both files of the folder; raises `CatalogError`."""
    words = read_words(folder / "words.yaml")
    characters = catalog.read(folder / "characters.yaml", Characters)
    surname = _ratios(characters.surname)
    function, weak = set(words.function_surnames), set(words.weak_surnames)
    plain = {c for c, ratio in surname.items() if ratio > PLAIN and (c not in function or ratio > PLAIN_FUNCTION)}
    transliterated = _ratios(characters.transliterated)
    compound = (*words.compound_surnames, *words.japanese_surnames)
    return Tables(
        known=frozenset(words.known),
        particles=frozenset(words.particles),
        word_endings=frozenset(words.word_endings),
        surname={c: ratio - DOUBT * (c in function) - DOUBT * (c in weak) for c, ratio in surname.items()},
        first=_ratios(characters.first),
        second=_ratios(characters.second),
        single=_single(_ratios(characters.single), _ratios(characters.second)),
        transliterated=transliterated,
        compound=frozenset(compound),
        compound_first=frozenset(surname[0] for surname in compound),
        plain_surname=frozenset(plain),
        foreign=frozenset(c for c, ratio in transliterated.items() if ratio > FOREIGN),
        address_first=frozenset(form[0] for form in words.address),
        offices=frozenset(words.offices),
        before=frozenset(words.before),
        speech=frozenset(words.speech),
        after=frozenset(words.after),
        titles=frozenset(words.titles),
        address=frozenset(words.address),
        prefixes=frozenset(words.prefixes),
        not_given=frozenset(words.not_given),
        not_people=frozenset(words.not_people),
        not_names=frozenset(words.not_names),
        simplify={ord(a): b for a, b in zip(words.traditional[::2], words.traditional[1::2], strict=True)},
    )


def _ratios(entries: str) -> dict[str, float]:
    return {character: int(value) / 10 for character, value in _ENTRY.findall(entries)}


def _single(single: dict[str, float], second: dict[str, float]) -> dict[str, float]:
    """Given names of one character: few are in the dictionary, so the second character of longer ones helps out."""
    alone = {c: ratio - 0.5 for c, ratio in second.items()}
    return alone | {c: 0.9 * ratio + 0.1 * second.get(c, -2.5) for c, ratio in single.items()}


class PlaceWords(Row, frozen=True, kw_only=True):
    """What the parts of an address end in. `leads` come before one, `never` is in none."""

    units: frozenset[str]
    fine_units: frozenset[str]
    areas: tuple[str, ...]
    low_areas: tuple[str, ...]
    roads: tuple[str, ...]
    not_roads: frozenset[str]
    villages: tuple[str, ...]
    buildings: tuple[str, ...]
    leads: frozenset[str]
    never: frozenset[str]

    def endings(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The part that each ending makes of a word, in the order in which they are tried."""
        zones = tuple(ending for ending in self.buildings if ending.endswith("区"))
        rest = (("A", self.areas), ("V", self.villages), ("B", self.buildings))
        return (("B", zones), ("L", self.low_areas), ("R", self.roads), *rest)


def read_places(folder: Path) -> PlaceWords:
    """The words of addresses; raises `CatalogError`."""
    return catalog.read(folder / "places.yaml", PlaceWords)


class LatinList(Row, frozen=True, kw_only=True):
    """The written list of Latin-script names; `weak` ones are ordinary words too."""

    given: str
    family: str
    weak: str


class LatinWords(Row, frozen=True, kw_only=True):
    """The words around names in Latin script; `never` are capitalised words that are none.

    `leads` stand right before a name, `after` right behind one; `surname_endings` make an unknown word look like one.
    """

    titles: frozenset[str]
    leads: tuple[str, ...]
    particles: tuple[str, ...]
    never: frozenset[str]
    after: tuple[str, ...]
    surname_endings: tuple[str, ...]


class LatinNames(msgspec.Struct, frozen=True, kw_only=True):
    """Both, as sets."""

    given: frozenset[str]
    family: frozenset[str]
    weak: frozenset[str]
    titles: frozenset[str]
    leads: tuple[str, ...]
    particles: tuple[str, ...]
    never: frozenset[str]
    after: tuple[str, ...]
    surname_endings: tuple[str, ...]


def read_latin(folder: Path) -> LatinNames:
    """The names and words of Latin script; raises `CatalogError`."""
    names, words = catalog.read(folder / "latin.yaml", LatinList), catalog.read(folder / "latin_words.yaml", LatinWords)
    return LatinNames(
        given=frozenset(names.given.split()) - words.never,
        family=frozenset(names.family.split()) - words.never,
        weak=frozenset(names.weak.split()),
        titles=words.titles,
        leads=words.leads,
        particles=words.particles,
        never=words.never,
        after=words.after,
        surname_endings=words.surname_endings,
    )
