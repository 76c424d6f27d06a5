"""What can be found, compiled: the catalogue of identifiers, the operator's words, the finders of running text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count
from pathlib import Path
from typing import NamedTuple

import msgspec

from isthmus.errors import CatalogError
from isthmus.steps.scan import checks
from isthmus.steps.scan.confirm import Confirmer, Origin
from isthmus.steps.scan.context import ContextWords, context_trigger
from isthmus.steps.scan.database import Database, Expression, problem
from isthmus.steps.scan.exact import KINDS, Exact
from isthmus.steps.scan.exact_list import ExactList
from isthmus.steps.scan.identifiers import Catalogue, Identifier, Pattern, read_catalogue
from isthmus.steps.scan.mentions import Mentions
from isthmus.steps.scan.overlaps import is_general
from isthmus.steps.scan.own import OwnPattern, exact_of, own_pairs, own_words
from isthmus.steps.scan.prose.finders import Prose
from isthmus.steps.scan.prose.sensitive import SensitiveFinder
from isthmus.steps.scan.prose.sensitive_words import read_sensitive
from isthmus.steps.scan.readings import TRIGGERS
from isthmus.steps.scan.statements import Statements


class Matcher(msgspec.Struct, frozen=True):
    """Compiled patterns, and the confirmer of each by its number; in the rows of a scanner they begin at `first`."""

    database: Database
    confirmers: tuple[Confirmer, ...]
    first: int = 0


class Row(NamedTuple):
    """A pattern as the scan meets it: its confirmer, its kind, and whether that is one of all countries.

    Of a hit's edges `head` and `tail` are cut off as bytes, `before` and `after` as code points. `alike` is the
    number of the first row that makes the same of the same range. `whole` is the bytes that may follow from where it
    hits, where only its beginning was looked for; with `strict` nothing else may.
    """

    confirmer: Confirmer
    kind: str
    general: bool
    head: int
    tail: int
    before: int
    after: int
    alike: int
    whole: re.Pattern[bytes] | None
    strict: bool


class Scanner(msgspec.Struct, frozen=True):
    """Everything that can be found, compiled; shared by threads, picklable.

    In the database of `forms` the numbers after its confirmers are those of `TRIGGERS`, then of `contexts`: the kinds
    whose context words are looked for in all text at once. The patterns that need one are `beside`,
    by kind. `words` gives the type word of each kind's pseudonyms, by language. `version` is the SHA-256 of catalogue
    and terms. `rows` are the patterns of `forms`, then those `beside`.
    """

    forms: Matcher
    beside: tuple[Matcher, ...]
    contexts: tuple[str, ...]
    mentions: Mentions | None
    statements: Statements | None
    lists: Exact | None
    words: dict[str, dict[str, str]]
    sees: tuple[str, ...]
    version: str
    rows: tuple[Row, ...]

    def __repr__(self) -> str:
        return f"Scanner({len(self.rows)} patterns, {self.version[:12]})"


# a class that may take what is not ASCII, of which bytes do not count as code points do
_ANY = re.compile(rb"\[\^|\\[sSwWdD]|(?<!\\)\.")
Pair = tuple[Expression, Confirmer]


def load_scanner(
    root: Path,
    *,
    terms: Mapping[str, tuple[str, ...]],
    patterns: tuple[OwnPattern, ...] = (),
    exact: tuple[ExactList, ...] = (),
    prose: bool = False,
    sensitive: bool = False,
) -> Scanner:
    """Compile the catalogue below `root` and the operator's own words, patterns and lists; raises `CatalogError`.

    `prose` adds the finders of running text (names, addresses), which take longer than all patterns together;
    `sensitive` what is said of someone's health, belief, whereabouts and the like.
    """
    known = read_catalogue(root)
    pairs = _patterns(known)
    forms = [pair for pair in pairs if not pair[1].needs_context] + own_pairs(known, terms, patterns)
    mentions = _mentions(known, root) if prose else None
    statements = _statements(known, root) if sensitive else None
    lists = exact_of(root, known, exact)
    contexts = {row.id: row.context for row in known.identifiers if any(pattern.context for pattern in row.patterns)}
    triggers = [Expression(trigger, once=True) for trigger in TRIGGERS]
    triggers += [Expression(context_trigger(listed), once=True) for listed in contexts.values()]
    found = _matcher(forms, triggers)
    beside = _beside(pairs, tuple(contexts), len(forms))
    extra = [each.origins.values() for each in (mentions, statements, lists) if each]
    origins = [*(confirmer.origin for _, confirmer in (*pairs, *forms)), *chain.from_iterable(extra)]
    return Scanner(
        forms=found,
        beside=beside,
        contexts=tuple(contexts),
        mentions=mentions,
        statements=statements,
        lists=lists,
        words=_words(known, statements, {*terms, *(each.kind for each in patterns)}, lists),
        sees=tuple(sorted({legal for origin in origins for legal in origin.classes})),
        version=_version(known, terms, patterns, exact),
        rows=tuple(_rows((found, *beside))),
    )


def _words(
    known: Catalogue, statements: Statements | None, own: set[str], lists: Exact | None
) -> dict[str, dict[str, str]]:
    named = [(row.id, row.word) for row in known.identifiers]
    named += [(row.id, row.word) for row in (statements.finder.words.vocabularies if statements else ())]
    fields = {kind.removeprefix("term.") for kind in KINDS.values()} if lists else set()
    return {kind: {"en": word.en, "zh": word.zh} for kind, word in named} | own_words(own | fields)


def _version(
    known: Catalogue,
    terms: Mapping[str, tuple[str, ...]],
    patterns: tuple[OwnPattern, ...],
    exact: tuple[ExactList, ...],
) -> str:
    listing = repr(sorted((kind, sorted(listed)) for kind, listed in terms.items()))
    own = repr((patterns, [each.version for each in exact])) if patterns or exact else ""
    return hashlib.sha256(f"{known.version}\n{listing}{own}".encode("utf-8", "replace")).hexdigest()


def _beside(pairs: list[Pair], kinds: tuple[str, ...], first: int) -> tuple[Matcher, ...]:
    """A matcher for each kind of the patterns that need a context word of it: most texts speak of few kinds."""
    matchers: list[Matcher] = []
    for kind in kinds:
        own = [pair for pair in pairs if pair[1].needs_context and pair[1].origin.kind == kind]
        matchers.append(_matcher(own, first=first))
        first += len(own)
    return tuple(matchers)


def _rows(matchers: tuple[Matcher, ...]) -> Iterator[Row]:
    known: dict[tuple[str | int, ...], list[tuple[Confirmer, int]]] = {}
    numbers = count()
    for matcher in matchers:
        database = matcher.database
        for place, confirmer in enumerate(matcher.confirmers):
            kind, number = confirmer.origin.kind, next(numbers)
            before, after = database.before[place], database.after[place]
            edges = (0, 0, before, after) if database.wide[place] else (before, after, 0, 0)
            same = known.setdefault((kind, *edges), [])
            alike = next((first for other, first in same if other is confirmer or other == confirmer), number)
            if alike == number:
                same.append((confirmer, number))
            whole = None if database.wide[place] else _in_bytes(confirmer.span)
            strict = whole is not None and not _ANY.search(whole.pattern)
            yield Row(confirmer, kind, is_general(kind), *edges, alike, whole, strict)


def _in_bytes(span: re.Pattern[str] | None) -> re.Pattern[bytes] | None:
    if span is None or not span.pattern.isascii():
        return None
    return re.compile(span.pattern.encode(), span.flags & re.IGNORECASE)


def _mentions(known: Catalogue, root: Path) -> Mentions:
    origins = {
        name: Origin(kind=row.id, classes=known.classes.get(row.id, ()))
        for row in known.identifiers
        for name in row.finders
    }
    try:
        return Mentions(prose=Prose(root, tuple(origins)), origins=origins)
    except LookupError as error:
        raise CatalogError(f"{error} is no finder", where=str(root), remedy="see steps/scan/prose") from None


def _statements(known: Catalogue, root: Path) -> Statements:
    words = read_sensitive(root / "common" / "sensitive")
    kinds = [row.id for row in words.vocabularies]
    origins = {kind: Origin(kind=kind, classes=known.classes.get(kind, ())) for kind in kinds}
    return Statements(finder=SensitiveFinder(words), origins=origins)


def _matcher(pairs: list[Pair], triggers: Sequence[Expression] = (), first: int = 0) -> Matcher:
    """The compiled patterns; where that fails, the pattern that is to blame is named."""
    try:
        database = Database([*(expression for expression, _ in pairs), *triggers])
    except ValueError:
        for expression, confirmer in pairs:
            if reason := problem(expression):
                kind = confirmer.origin.kind
                remedy = "use bounded repetition, no look-around, no back-reference"
                raise CatalogError(f"pattern of `{kind}`: {reason}", where=kind, remedy=remedy) from None
        raise
    return Matcher(database, tuple(confirmer for _, confirmer in pairs), first)


def _patterns(known: Catalogue) -> list[Pair]:
    pairs: list[Pair] = []
    for row in known.identifiers:
        nearby = ContextWords(row.context) if row.context else None
        against = ContextWords(row.against) if row.against else None
        classes = known.classes.get(row.id, ())
        origin = Origin(kind=row.id, classes=classes, near=row.near, nearby=nearby, against=against)
        alike: dict[tuple[Expression, str], Confirmer] = {}  # of patterns that match alike one is tried after another
        for pattern in reversed(row.patterns):
            core = f"(?:{pattern.lead})(?:{pattern.match})" if pattern.lead else pattern.match
            expression = Expression(core, pattern.edges, pattern.caseless, bool(pattern.span))
            key = (expression, f"{pattern.span}\0{pattern.context}")
            alike[key] = _confirmer(row, pattern, origin, alike.pop(key, None))
        pairs += [(expression, confirmer) for (expression, _), confirmer in reversed(alike.items())]
    return pairs


def _confirmer(row: Identifier, pattern: Pattern, origin: Origin, otherwise: Confirmer | None) -> Confirmer:
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
        span=_regex(pattern.span, pattern, row.id),
        lead=_regex(pattern.lead, pattern, row.id),
        otherwise=otherwise,
    )


def _regex(source: str, pattern: Pattern, kind: str) -> re.Pattern[str] | None:
    if not source:
        return None
    try:
        return re.compile(source, re.IGNORECASE if pattern.caseless else 0)
    except re.error as error:
        raise CatalogError(f"expression of `{kind}`: {error}", where=kind) from None
