"""A registry file: acts of people to record, as `isthmus registry apply FILE` reads them.

Applying the same file twice gives the same registry. A row under a known id whose content differs is a new version;
earlier versions stay. `by` is who records.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from isthmus.catalog import Document, convert_all, parse
from isthmus.config import Config, Id, fraction, raise_problems, unknown
from isthmus.errors import CatalogError, ConfigError
from isthmus.registry.acts import AMOUNTS, Act, kinds
from isthmus.registry.keys import Key, values_of
from isthmus.store import NewRow


class Revocation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The end of a key or an act, from now on."""

    what: Literal["key", "act"]
    id: Id
    reason: Annotated[str, Meta(max_length=500)] = ""


class RegistryFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to record, and who records it."""

    by: Annotated[str, Meta(min_length=1, max_length=200)]
    keys: tuple[Key, ...] = ()
    acts: tuple[Act, ...] = ()
    revoke: tuple[Revocation, ...] = ()


def read_registry(file: Path, config: Config) -> RegistryFile:
    """The checked content of a registry file; raises `ConfigError` with every problem found."""
    try:
        document = parse(file.read_bytes(), str(file))
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", where=str(file)) from None
    except CatalogError as error:
        raise ConfigError(error.message, where=error.where, remedy=error.remedy, problems=(error,)) from None
    content, problems = convert_all(document, RegistryFile)
    if content is not None:
        problems = (*_keys(document, content, config), *_acts(document, content, config))
    raise_problems(problems, str(file))
    assert content is not None
    return content


def _keys(document: Document, content: RegistryFile, config: Config) -> list[CatalogError]:
    entities, purposes = [row.id for row in config.entities], [row.id for row in config.purposes]
    problems = []
    for index, key in enumerate(content.keys):
        if key.entity not in entities:
            problems.append(unknown(document, ("keys", index, "entity"), "entity", key.entity, entities))
        problems += fraction(document, ("keys", index, "min_quality"), key.min_quality)
        for place, choice in enumerate(key.choices):
            path = ("keys", index, "choices", place)
            if choice.default is not None and choice.default not in choice.values:
                problems.append(document.error((*path, "default"), "the default is not among `values`", "add it"))
            if choice.fact == "purpose":
                problems += [
                    unknown(document, (*path, "values"), "purpose", name, purposes)
                    for name in choice.values
                    if name not in purposes
                ]
            elif known := values_of(choice.fact):
                problems += [
                    unknown(document, (*path, "values"), choice.fact, name, list(known))
                    for name in choice.values
                    if name not in known
                ]
        problems += [
            unknown(document, ("keys", index, "media", place, "purpose"), "purpose", row.purpose, purposes)
            for place, row in enumerate(key.media)
            if row.purpose not in purposes
        ]
        problems += _day(document, ("keys", index, "expires"), key.expires)
    problems += _twice(document, "keys", [key.id for key in content.keys], "id")
    problems += _twice(document, "keys", [key.hash for key in content.keys], "hash")
    return problems


def _acts(document: Document, content: RegistryFile, config: Config) -> list[CatalogError]:
    entities = [row.id for row in config.entities]
    problems = []
    for index, act in enumerate(content.acts):
        if act.entity not in entities:
            problems.append(unknown(document, ("acts", index, "entity"), "entity", act.entity, entities))
        if act.kind not in kinds():
            problems.append(unknown(document, ("acts", index, "kind"), "kind of act", act.kind, list(kinds())))
        if act.kind in AMOUNTS and not act.number.isdecimal():
            expected = 'write it in digits, say number: "1200000"'
            problems.append(document.error(("acts", index, "number"), f"`{act.kind}` needs a whole number", expected))
        days = [_day(document, ("acts", index, n), getattr(act, n)) for n in ("valid_from", "valid_until", "filed_on")]
        problems += [problem for found in days for problem in found]
        if not any(days) and (act.valid_until or "9999") < (act.valid_from or ""):
            problems.append(document.error(("acts", index, "valid_until"), "`valid_until` lies before `valid_from`"))
    return problems + _twice(document, "acts", [act.id for act in content.acts], "id")


def _twice(document: Document, section: str, found: list[str], member: str) -> list[CatalogError]:
    """Rows that state what another row of the file states already: each would undo the other."""
    return [
        document.error((section, index, member), f"this `{member}` stands twice in the file", "keep one of the two")
        for index, value in enumerate(found)
        if value in found[:index]
    ]


def _day(document: Document, path: tuple[str | int, ...], stated: str | None) -> list[CatalogError]:
    """A problem where a day is in no calendar."""
    try:
        date.fromisoformat(stated or "2000-01-01")
    except ValueError:
        return [document.error(path, f"`{stated}` is no day of the calendar", "write it as YYYY-MM-DD")]
    return []


def rows_of(content: RegistryFile) -> list[NewRow]:
    """A registry file as rows of the store."""
    plain = msgspec.to_builtins
    return [
        *(NewRow(what="key", id=key.id, content=_stated(plain(key))) for key in content.keys),
        *(NewRow(what="act", id=act.id, content=_stated(plain(act))) for act in content.acts),
        *(NewRow(what="revoke", id=row.id, content=plain(row)) for row in content.revoke),
    ]


def _stated(content: dict[str, object]) -> dict[str, object]:
    """Without what was left out, so that a new optional member makes no new version of every row."""
    return {name: value for name, value in content.items() if value not in (None, "", [], (), {}, False)}
