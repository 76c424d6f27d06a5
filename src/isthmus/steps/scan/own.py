"""What an enterprise itself wants found: its term lists, its patterns, its exact lists."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from isthmus.exchange import Strength
from isthmus.steps.scan.confirm import Confirmer, Origin
from isthmus.steps.scan.database import Expression, problem
from isthmus.steps.scan.exact import KINDS, Exact
from isthmus.steps.scan.exact_find import ExactFinder
from isthmus.steps.scan.exact_list import ExactList
from isthmus.steps.scan.identifiers import Catalogue, Strengths
from isthmus.steps.scan.prose.tables import read_latin, read_tables
from isthmus.steps.scan.terms import WORDS, term_core


class OwnPattern(msgspec.Struct, frozen=True, kw_only=True):
    """A pattern in the syntax of a linear-time engine: found as `term.<kind>`, between word edges where `whole`."""

    kind: str
    match: str
    caseless: bool = False
    whole: bool = True
    strength: Strength = "likely"

    @property
    def expression(self) -> Expression:
        """What is compiled."""
        return Expression(self.match, "word" if self.whole else "none", self.caseless)


def pattern_problem(pattern: OwnPattern) -> str:
    """Why the engine cannot take a pattern, with its edges or without, or nothing."""
    return problem(Expression(pattern.match, caseless=pattern.caseless)) or problem(pattern.expression)


def own_pairs(
    known: Catalogue, terms: Mapping[str, tuple[str, ...]], patterns: tuple[OwnPattern, ...]
) -> list[tuple[Expression, Confirmer]]:
    """What is compiled of terms and patterns, each with what confirms it."""
    pairs: list[tuple[Expression, Confirmer]] = []
    for name, listed in sorted(terms.items()):
        words_of = Confirmer(origin=_origin(known, name, term=True))
        pairs += [
            (Expression(term_core(word), caseless=True), words_of)
            for word in sorted({w.strip() for w in listed} - {""})
        ]
    for pattern in patterns:
        strength = Strengths(unchecked=pattern.strength)
        origin = _origin(known, pattern.kind, term=False)
        pairs.append((pattern.expression, Confirmer(origin=origin, strength=strength)))
    return pairs


def exact_of(root: Path, known: Catalogue, lists: tuple[ExactList, ...]) -> Exact | None:
    """The finders of exact lists; none where there is no list."""
    if not lists:
        return None
    tables = read_tables(root / "cn" / "names")
    weak = frozenset(word.lower() for word in read_latin(root / "common" / "names").weak)
    origins = {field: _origin(known, kind.removeprefix("term."), term=False) for field, kind in KINDS.items()}
    return Exact(
        finders=tuple(ExactFinder(each, tables, weak) for each in lists),
        origins=origins,
    )


def own_words(names: set[str]) -> dict[str, dict[str, str]]:
    """The type words of kinds of one's own."""
    return {f"term.{name}": WORDS.get(name, WORDS[""]) for name in sorted(names)}


def _origin(known: Catalogue, name: str, *, term: bool) -> Origin:
    kind, others = f"term.{name}", known.classes.get("term.other", ())
    return Origin(kind=kind, classes=known.classes.get(kind, others), term=term)
