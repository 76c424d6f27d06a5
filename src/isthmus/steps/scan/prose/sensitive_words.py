"""The vocabulary of sensitive classes, read from `jurisdictions/common/sensitive` and compiled for one pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from isthmus import catalog
from isthmus.errors import CatalogError
from isthmus.steps.scan.database import Database, Expression, problem
from isthmus.steps.scan.identifiers import Name, Row

Lists = tuple[tuple[str, ...], ...]
AROUND = "around"
_PLURAL = "(?:s|es)?"
_CASED = re.compile(r"\[A-Z\]")
_EXPRESSION = re.compile(r"[\\\[\](){}?|.*+]")
SHORT = 4


class Around(Row, frozen=True, kw_only=True):
    """Words that every class shares: of persons, and of what is said in public or in general.

    What stands in `not_persons` or `not_public` only looks like such a word.
    """

    source: str
    persons: Lists
    not_persons: Lists
    public: Lists
    not_public: Lists


class Vocabulary(Row, frozen=True, kw_only=True):
    """One class: `marks` say it of someone, `topics` are what it is about, `against` speak for another subject.

    What stands in `traps` means something else. Where a topic beside a person says little (`needs_mark`), there must
    be a mark.
    """

    id: str
    name: Name
    word: Name
    source: str
    needs_mark: bool = False
    marks: Lists
    topics: Lists
    against: Lists
    traps: Lists


class Sense(NamedTuple):
    """What a hit means: of which class (or `around`), and in which of its lists the word stands."""

    owner: str
    role: str


class SensitiveWords(NamedTuple):
    """All classes in one database; `senses` gives what each of its numbers means.

    Of the numbers from `loose` on, the engine does not say whether a Latin letter continues what it hit.
    """

    vocabularies: tuple[Vocabulary, ...]
    senses: tuple[Sense, ...]
    loose: int
    database: Database


def read_sensitive(folder: Path) -> SensitiveWords:
    """The vocabularies in a folder; raises `CatalogError`."""
    around = catalog.read(folder / f"{AROUND}.yaml", Around)
    vocabularies = tuple(
        catalog.read(file, Vocabulary) for file in catalog.folder(folder, "*.yaml") if file.stem != AROUND
    )
    strict: list[tuple[Sense, Expression]] = []
    loose: list[tuple[Sense, Expression]] = []
    for sense, words in _lists(around, vocabularies):
        strict += [(sense, expression) for expression in _exact(words)]
        loose += [(sense, Expression(word, caseless=word.isascii())) for word in words if _is_plain(word)]
    both = (*strict, *loose)
    try:
        database = Database([expression for _, expression in both])
    except ValueError:
        for sense, expression in both:
            if reason := problem(expression):
                what = f"`{expression.core}` in {sense.owner}, {sense.role}"
                raise CatalogError(f"{what}: {reason}", where=str(folder)) from None
        raise
    return SensitiveWords(vocabularies, tuple(sense for sense, _ in both), len(strict), database)


def _lists(around: Around, vocabularies: tuple[Vocabulary, ...]) -> Iterator[tuple[Sense, list[str]]]:
    for role, lists in (
        ("person", around.persons),
        ("not person", around.not_persons),
        ("public", around.public),
        ("not public", around.not_public),
    ):
        yield Sense(AROUND, role), _flat(lists)
    for each in vocabularies:
        for role, lists in (
            ("mark", each.marks),
            ("topic", each.topics),
            ("against", each.against),
            ("trap", each.traps),
        ):
            yield Sense(each.id, role), _flat(lists)


def _flat(lists: Lists) -> list[str]:
    return [word for line in lists for word in line]


def _exact(words: list[str]) -> Iterator[Expression]:
    """What is more than a word, or so short that it stands in many others; each with its bounds."""
    short: list[str] = []
    for word in words:
        if _is_plain(word):
            continue
        if _EXPRESSION.search(word) or _is_cased(word):
            yield Expression(_bounded(word), caseless=word.isascii() and not _is_cased(word))
        else:
            short.append(_bounded(word))
    if short:
        yield Expression("|".join(short), caseless=True)


def _is_plain(word: str) -> bool:
    """Whether the engine looks for it letter by letter."""
    if _EXPRESSION.search(word):
        return False
    return not word.isascii() or not (len(word) <= SHORT or _is_cased(word))


def _bounded(word: str) -> str:
    """A word, or an expression in Latin script, that no Latin letter or digit continues, but for a plural's ending."""
    if not word.isascii():
        return word
    before = r"\b" if _is_latin(word[0]) or word[0] in "([" else ""
    after = rf"{_PLURAL}\b" if _is_latin(word[-1]) else r"\b" if word[-1] in ")]?" and word[-2] != "\\" else ""
    return f"{before}(?:{word}){after}"


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _is_cased(word: str) -> bool:
    """Whether it is meant in these very capitals: an abbreviation, or a pattern that says so."""
    return _CASED.search(word) is not None or (word.isupper() and word.isalnum() and len(word) <= 5)
