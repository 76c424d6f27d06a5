"""What can be found, compiled: the catalogue of identifiers, the operator's words, the finders of running text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from isthmus.errors import CatalogError
from isthmus.steps.scan import checks
from isthmus.steps.scan.confirm import Confirmer, Origin, context_pattern
from isthmus.steps.scan.database import Database, Expression, problem
from isthmus.steps.scan.identifiers import Catalogue, Identifier, Pattern, read_catalogue
from isthmus.steps.scan.mentions import Mentions
from isthmus.steps.scan.prose.finders import Prose
from isthmus.steps.scan.readings import TRIGGERS
from isthmus.steps.scan.terms import WORDS, term_core


class Scanner(msgspec.Struct, frozen=True):
    """Everything that can be found, compiled; shared by threads, picklable.

    The database's numbers are those of `confirmers`, then of `TRIGGERS`, then of `contexts`: the kinds whose context
    words are looked for in all text at once. `words` gives the type word of each kind's pseudonyms, by language.
    `version` is the SHA-256 of catalogue and terms.
    """

    database: Database
    confirmers: tuple[Confirmer, ...]
    contexts: tuple[str, ...]
    mentions: Mentions | None
    words: dict[str, dict[str, str]]
    sees: tuple[str, ...]
    version: str

    def __repr__(self) -> str:
        return f"Scanner({len(self.confirmers)} patterns, {self.version[:12]})"


def load_scanner(root: Path, *, terms: Mapping[str, tuple[str, ...]], prose: bool = False) -> Scanner:
    """Compile the catalogue below `root` and the operator's word lists; raises `CatalogError`.

    `prose` adds the finders of running text (names of persons), which take longer than all patterns together.
    """
    known = read_catalogue(root)
    expressions, confirmers = _patterns(known)
    words = {row.id: {"en": row.word.en, "zh": row.word.zh} for row in known.identifiers}
    for name, listed in sorted(terms.items()):
        kind = f"term.{name}"
        words[kind] = WORDS.get(name, WORDS[""])
        origin = Origin(kind=kind, classes=known.classes.get(kind, known.classes.get("term.other", ())), term=True)
        for word in sorted({w.strip() for w in listed if w.strip()}):
            expressions.append(Expression(term_core(word), caseless=True))
            confirmers.append(Confirmer(origin=origin))
    listing = repr(sorted((kind, sorted(listed)) for kind, listed in terms.items()))
    version = hashlib.sha256(f"{known.version}\n{listing}".encode("utf-8", "replace")).hexdigest()
    sees = tuple(sorted({legal for confirmer in confirmers for legal in confirmer.origin.classes}))
    found = _mentions(known, root) if prose else None
    contexts = {row.id: row.context for row in known.identifiers if any(pattern.context for pattern in row.patterns)}
    database = _compile(expressions, confirmers, contexts)
    return Scanner(database, tuple(confirmers), tuple(contexts), found, words, sees, version)


def _mentions(known: Catalogue, root: Path) -> Mentions:
    rows = [row for row in known.identifiers if row.finder]
    origins = {row.finder: Origin(kind=row.id, classes=known.classes.get(row.id, ())) for row in rows}
    try:
        return Mentions(prose=Prose(root, tuple(origins)), origins=origins)
    except LookupError as error:
        raise CatalogError(f"{error} is no finder", where=str(root), remedy="see steps/scan/prose") from None


def _compile(
    expressions: list[Expression], confirmers: list[Confirmer], contexts: Mapping[str, tuple[str, ...]]
) -> Database:
    """The database; where it cannot be made, the pattern that is to blame is named."""
    triggers = [Expression(trigger, once=True) for trigger in TRIGGERS]
    triggers += [Expression("|".join(map(term_core, w)), caseless=True, once=True) for w in contexts.values()]
    try:
        return Database([*expressions, *triggers])
    except ValueError:
        for expression, confirmer in zip(expressions, confirmers, strict=True):
            if reason := problem(expression):
                kind = confirmer.origin.kind
                remedy = "use bounded repetition, no look-around, no back-reference"
                raise CatalogError(f"pattern of `{kind}`: {reason}", where=kind, remedy=remedy) from None
        raise


def _patterns(known: Catalogue) -> tuple[list[Expression], list[Confirmer]]:
    expressions: list[Expression] = []
    confirmers: list[Confirmer] = []
    for row in known.identifiers:
        nearby = context_pattern(row.context) if row.context else None
        origin = Origin(kind=row.id, classes=known.classes.get(row.id, ()), near=row.near, nearby=nearby)
        for pattern in row.patterns:
            expressions.append(Expression(pattern.match, pattern.edges, pattern.caseless, bool(pattern.span)))
            confirmers.append(_confirmer(row, pattern, origin))
    return expressions, confirmers


def _confirmer(row: Identifier, pattern: Pattern, origin: Origin) -> Confirmer:
    name = pattern.check or row.check
    try:
        check = checks.find_check(name) if name else None
        canonical = checks.find_canonical(name) if name else None
    except LookupError:
        raise CatalogError(f"`{name}` is no check", where=row.id, remedy="see steps/scan/checks") from None
    return Confirmer(
        origin=origin,
        check=check,
        canonical=str if row.exact else canonical,
        strength=pattern.strength or row.strength,
        needs_context=pattern.context,
        dotted=pattern.edges == "dotted",
        span=_span(pattern, row.id),
    )


def _span(pattern: Pattern, kind: str) -> re.Pattern[str] | None:
    if not pattern.span:
        return None
    try:
        return re.compile(pattern.span, re.IGNORECASE if pattern.caseless else 0)
    except re.error as error:
        raise CatalogError(f"span of `{kind}`: {error}", where=kind) from None
