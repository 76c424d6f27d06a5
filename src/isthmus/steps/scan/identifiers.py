"""The identifier and class files of the jurisdictions: what a kind looks like, which legal classes it falls under."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

import msgspec

from isthmus import catalog
from isthmus.errors import CatalogError
from isthmus.exchange import Strength

Edges = Literal["digits", "word", "dotted", "none"]


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of a file of ours."""


class Name(Row, frozen=True, kw_only=True):
    """A text in both languages."""

    en: str
    zh: str


class Strengths(Row, frozen=True, kw_only=True):
    """How sure a candidate is: with a passing check, with a failing one, without any; null is no finding.

    `_in_context` holds where a context word stands nearby, and falls back to the form without it.
    """

    valid: Strength | None = None
    valid_in_context: Strength | None = None
    invalid: Strength | None = None
    invalid_in_context: Strength | None = None
    unchecked: Strength | None = None
    unchecked_in_context: Strength | None = None


class Pattern(Row, frozen=True, kw_only=True):
    """A form of the identifier, in the syntax of a linear-time engine, without what stands around it.

    `edges` says what may not touch it: a digit; a Latin letter or digit; that, or a dot with a digit. `context` demands
    a context word nearby.
    With `span`, `match` is only the beginning by which it is seen, and `span` (a regular expression without nested
    repetition, matched once from that beginning) gives the whole. `check` and `strength` stand in for the kind's own.
    `lead` must stand right before `match` and is no part of the finding.
    """

    match: str
    lead: str = ""
    span: str = ""
    edges: Edges = "word"
    context: bool = False
    caseless: bool = False
    check: str = ""
    strength: Strengths | None = None


class Example(Row, frozen=True, kw_only=True):
    """A text, and the exact findings of this kind that it holds; none makes it a counter-example."""

    text: str
    finds: tuple[str, ...] = ()
    strength: Strength | None = None


class Identifier(Row, frozen=True, kw_only=True):
    """One kind of thing that may not leave unseen: one file.

    What has no form of its own has `finders` (`prose/finders.py`) instead of patterns, and an id without a folder.
    `word` is the type word of its pseudonyms, `check` a module of `checks/`. `near` is how many code points before
    the candidate are read for context words (a quarter of that behind it). The canonical value is upper case without
    separators, unless the check says otherwise or the text is `exact`. A word of `against` right before a candidate
    makes what is likely only possible.
    """

    id: str
    name: Name
    word: Name
    patterns: tuple[Pattern, ...] = ()
    finders: tuple[str, ...] = ()
    check: str = ""
    context: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    near: int = 32
    exact: bool = False
    strength: Strengths = Strengths()
    source: str
    note: str = ""
    examples: tuple[Example, ...] = ()


class ClassRow(Row, frozen=True, kw_only=True):
    """A kind falls under a legal class, by an article."""

    kind: str
    legal: str = msgspec.field(name="class")
    article: str


class ClassFile(Row, frozen=True, kw_only=True):
    """The classes of one body of law."""

    id: str
    source: str
    verified_at: str
    note: str = ""
    rows: tuple[ClassRow, ...]


class Catalogue(msgspec.Struct, frozen=True):
    """Every identifier and every class row, with the SHA-256 of the files."""

    identifiers: tuple[Identifier, ...]
    classes: dict[str, tuple[str, ...]]
    version: str


def read_catalogue(root: Path) -> Catalogue:
    """Read `*/identifiers/*.yaml` and `*/classes/*.yaml` below `root`; raises `CatalogError`."""
    digest = hashlib.sha256()
    found: dict[str, Identifier] = {}
    for file in catalog.folder(root, "*/identifiers/*.yaml"):
        content = file.read_bytes()
        digest.update(content)
        document = catalog.parse(content, str(file))
        row = catalog.convert(document, Identifier)
        if row.id in found:
            raise document.error(("id",), f"`{row.id}` is already the id of another file", "keep one of the two")
        if row.id.split(".")[0] != file.parent.parent.name and not row.finders:
            raise document.error(("id",), f"`{row.id}` does not begin with its folder", "move it or rename it")
        found[row.id] = row
    if not found:
        raise CatalogError("no identifier is here", where=str(root), remedy="name the folder of the jurisdictions")
    classes = _read_classes(root, set(found), digest)
    return Catalogue(tuple(found.values()), classes, digest.hexdigest())


def _read_classes(root: Path, kinds: set[str], digest: hashlib._Hash) -> dict[str, tuple[str, ...]]:
    classes: dict[str, tuple[str, ...]] = {}
    for file in catalog.folder(root, "*/classes/*.yaml"):
        content = file.read_bytes()
        digest.update(content)
        document = catalog.parse(content, str(file))
        for place, row in enumerate(catalog.convert(document, ClassFile).rows):
            if row.kind not in kinds and not row.kind.startswith(("term.", "text.")):
                raise document.error(("rows", place, "kind"), f"`{row.kind}` is no identifier", "see identifiers/")
            if row.legal not in classes.get(row.kind, ()):
                classes[row.kind] = (*classes.get(row.kind, ()), row.legal)
    return classes
