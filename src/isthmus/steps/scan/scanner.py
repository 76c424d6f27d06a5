"""Load what can be found, and find it: one pass over all text slots of a call, then a confirmer for each candidate.

The slots are laid into one buffer behind a NUL each, encoded once and matched once. Only where something is found are
byte offsets turned into code points. A lone surrogate has no bytes; it is read as one unknown character.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from pathlib import Path

import msgspec

from isthmus.errors import CatalogError
from isthmus.exchange import Scan, Slot, Unscanned
from isthmus.steps.scan import checks
from isthmus.steps.scan.confirm import Candidate, Confirmer, Origin, context_pattern
from isthmus.steps.scan.database import Database, Expression, Hit, problem
from isthmus.steps.scan.identifiers import Catalogue, Identifier, Pattern, read_catalogue
from isthmus.steps.scan.mentions import Mentions
from isthmus.steps.scan.overlaps import Spot, resolve
from isthmus.steps.scan.prose.finders import Prose
from isthmus.steps.scan.prose.han_names import HAN
from isthmus.steps.scan.readings import TRIGGERS, Reading, Source, readings
from isthmus.steps.scan.terms import WORDS, term_core

NUL = "\0"


class Scanner(msgspec.Struct, frozen=True):
    """Everything that can be found, compiled; shared by threads, picklable.

    `words` gives the type word of each kind's pseudonyms, by language. `version` is the SHA-256 of catalogue and terms.
    """

    database: Database
    confirmers: tuple[Confirmer, ...]
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
    return Scanner(_compile(expressions, confirmers), tuple(confirmers), found, words, sees, version)


def _mentions(known: Catalogue, root: Path) -> Mentions:
    rows = [row for row in known.identifiers if row.finder]
    origins = {row.finder: Origin(kind=row.id, classes=known.classes.get(row.id, ())) for row in rows}
    try:
        return Mentions(prose=Prose(root, tuple(origins)), origins=origins)
    except LookupError as error:
        raise CatalogError(f"{error} is no finder", where=str(root), remedy="see steps/scan/prose") from None


def _compile(expressions: list[Expression], confirmers: list[Confirmer]) -> Database:
    """The database; where it cannot be made, the pattern that is to blame is named."""
    try:
        return Database(expressions, TRIGGERS)
    except ValueError:
        for expression, confirmer in zip(expressions, confirmers, strict=True):
            if reason := problem(expression):
                kind = confirmer.origin.kind
                remedy = "use bounded repetition, no look-around, no back-reference"
                raise CatalogError(f"pattern of `{kind}`: {reason}", where=kind, remedy=remedy) from None
        raise


def _compile(expressions: list[Expression], confirmers: list[Confirmer]) -> Database:
    """The database; where it cannot be made, the pattern that is to blame is named."""
    try:
        return Database(expressions, TRIGGERS)
    except ValueError:
        for expression, confirmer in zip(expressions, confirmers, strict=True):
            if reason := problem(expression):
                kind = confirmer.origin.kind
                remedy = "use bounded repetition, no look-around, no back-reference"
                raise CatalogError(f"pattern of `{kind}`: {reason}", where=kind, remedy=remedy) from None
        raise


def _finder(row: Identifier, known: Catalogue, root: Path) -> Finder:
    origin = Origin(kind=row.id, classes=known.classes.get(row.id, ()))
    try:
        return Finder(origin=origin, name=row.finder, find=load_finder(row.finder, root), sure=SURE)
    except LookupError:
        raise CatalogError(f"`{row.finder}` is no finder", where=row.id, remedy="see steps/scan/prose") from None


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


def scan(scanner: Scanner, slots: tuple[Slot, ...], unscanned: tuple[Unscanned, ...] = ()) -> Scan:
    """What is in the text of a call. Pure and thread-safe; never raises for any text."""
    text = NUL + NUL.join([slot.text for slot in slots]) + NUL
    hits = scanner.database.hits(text.encode("utf-8", "replace"))
    if not hits and not (scanner.mentions and HAN.search(text)):
        return Scan(findings=(), unscanned=unscanned, sees=scanner.sees)
    first = len(scanner.confirmers)
    sources = [Source(slot) for slot in slots]
    plain = [Reading(source, source.slot.text) for source in sources]
    seen: set[tuple[int, int, int, int]] = set()
    found = _confirm(scanner, hits, text, plain, seen)
    triggers = frozenset(TRIGGERS[hit[0] - first] for hit in hits if hit[0] >= first)
    unread: list[Unscanned] = []
    further: list[Reading] = []
    if triggers:
        for source in sources:
            more, missed = readings(source, triggers)
            further += more
            unread += missed
        text = NUL + NUL.join([reading.text for reading in further]) + NUL
        found += _confirm(scanner, scanner.database.hits(text.encode("utf-8", "replace")), text, further, seen)
    if scanner.mentions:
        found += scanner.mentions.find((*plain, *further))
    return Scan(findings=resolve(found), unscanned=(*unscanned, *dict.fromkeys(unread)), sees=scanner.sees)


def _confirm(
    scanner: Scanner, hits: list[Hit], text: str, read: list[Reading], seen: set[tuple[int, int, int, int]]
) -> list[Spot]:
    """The findings that the candidates in a buffer of readings become; what an earlier reading decided is `seen`."""
    starts = list(accumulate((len(reading.text) + 1 for reading in read), initial=1))[:-1]
    found: list[Spot] = []
    first = len(scanner.confirmers)
    hits = [hit for hit in hits if hit[0] < first]
    reach: dict[int, int] = {}
    for number, start, stop in _code_points(scanner.database, hits, text) if hits else ():
        end = stop
        place = bisect_right(starts, start) - 1
        reading, low = read[place], starts[place]
        high = low + len(reading.text)
        if reading.parent is None and reading.source.escaped:
            continue
        confirmer = scanner.confirmers[number]
        if confirmer.needs_context and not reading.speaks_of(confirmer.origin.kind, confirmer.origin.nearby):
            continue
        if confirmer.span is not None:
            whole = confirmer.span.match(text, start, high) if start >= reach.get(number, 0) else None
            if whole is None:
                continue
            end = reach[number] = whole.end()
        if start < end <= high:
            where = reading.in_area(start - low, end - low)
            mark = (id(reading.source), number, *where)
            if reading.area or mark not in seen:
                seen.add(mark)
                finding = confirmer.confirm(Candidate(text, start, end, low, high, reading))
                if finding is not None:
                    part = finding.parts[0]
                    found.append(Spot((part.pointer, part.key, reading.area), *where, finding))
    return found


def scan_text(scanner: Scanner, text: str) -> Scan:
    """Scan one text that is no part of a body."""
    return scan(scanner, (Slot(pointer="", text=text),))


def _code_points(database: Database, hits: list[Hit], text: str) -> list[Hit]:
    """The hits as code points of `text`, without their edges, each range once."""
    before, after, wide = database.before, database.after, database.wide
    narrow = [hit if wide[hit[0]] else (hit[0], hit[1] + before[hit[0]], hit[2] - after[hit[0]]) for hit in hits]
    offsets = sorted({offset for _, start, end in narrow for offset in (start, end)})
    data = text.encode("utf-8", "replace")
    if len(data) != len(text):
        points: dict[int, int] = {}
        byte = point = 0
        for offset in offsets:
            point += len(data[byte:offset].decode("utf-8", "replace"))
            byte = offset
            points[offset] = point
        narrow = [(number, points[start], points[end]) for number, start, end in narrow]
    return [
        (number, start + before[number], end - after[number]) if wide[number] else (number, start, end)
        for number, start, end in dict.fromkeys(narrow)
    ]
