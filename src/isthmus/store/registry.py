"""Rows of the registry: keys, acts and revocations, append-only, each with who recorded it and when."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from isthmus.errors import LedgerError
from isthmus.store.sql import Sql
from isthmus.store.store import Store

_LAST = "SELECT coalesce(max(seq), 0) FROM registry"
_ALL = "SELECT seq, at, author, what, id, content FROM registry ORDER BY seq"
What = Literal["key", "act", "revoke"]


class NewRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row to record. The content's `id` is the row's."""

    what: What
    id: str
    content: Mapping[str, Any]


class RegistryRow(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded row."""

    seq: int
    at: str
    by: str
    what: What
    id: str
    content: dict[str, Any]


def registry_rows(store: Store) -> list[RegistryRow]:
    """All rows, oldest first; raises `LedgerError` where the store cannot be read."""
    try:
        with store.reading() as sql:
            rows = sql.rows(_ALL)
        return [_row(row) for row in rows]
    except (sqlite3.Error, msgspec.MsgspecError) as error:
        raise LedgerError(f"the registry cannot be read: {type(error).__name__}") from None


def last_row(store: Store) -> int:
    """The number of the newest row, 0 where there is none; raises `LedgerError` where the store cannot be read."""
    try:
        with store.reading() as sql:
            ((number,),) = sql.rows(_LAST)
    except sqlite3.Error as error:
        raise LedgerError(f"the registry cannot be read: {type(error).__name__}") from None
    return int(number)


def append_registry(store: Store, rows: Iterable[NewRow], *, at: str, by: str) -> list[RegistryRow]:
    """Record the rows that are not already what the registry says last; returns those that were recorded."""
    try:
        with store.writing() as sql:
            return _append(sql, rows, at, by)
    except sqlite3.Error as error:
        raise LedgerError(f"the registry cannot be written: {type(error).__name__}") from None


def _append(sql: Sql, rows: Iterable[NewRow], at: str, by: str) -> list[RegistryRow]:
    last: dict[tuple[str, str], tuple[str, str]] = {}
    seq = 0
    for number, _, _, what, name, content in sql.rows(_ALL):
        seq = number
        last[_subject(what, name, content)] = (what, content)
    added = []
    for row in rows:
        content = msgspec.json.encode(row.content, order="sorted").decode()
        subject = _subject(row.what, row.id, content)
        if last.get(subject) == (row.what, content):
            continue
        seq += 1
        last[subject] = (row.what, content)
        added.append((seq, at, by, row.what, row.id, content))
    sql.insert("INSERT INTO registry (seq, at, author, what, id, content)", added)
    return [_row(row) for row in added]


def _subject(what: str, name: str, content: str) -> tuple[str, str]:
    """What a row speaks of: a revocation speaks of the key or act that it ends."""
    return (msgspec.json.decode(content)["what"], name) if what == "revoke" else (what, name)


def _row(row: tuple[Any, ...]) -> RegistryRow:
    seq, at, by, what, name, content = row
    return RegistryRow(seq=seq, at=at, by=by, what=what, id=name, content=msgspec.json.decode(content))
