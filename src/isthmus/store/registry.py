"""Rows of the registry: keys, acts and revocations, append-only, each with who recorded it and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from isthmus.errors import LedgerError
from isthmus.store.engine import Store
from isthmus.store.schema import REGISTRY

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
        with store.engine.connect() as connection:
            return [_row(row) for row in connection.execute(sa.select(REGISTRY).order_by(REGISTRY.c.seq))]
    except (sa.exc.SQLAlchemyError, msgspec.MsgspecError) as error:
        raise LedgerError(f"the registry cannot be read: {type(error).__name__}") from None


def append_registry(store: Store, rows: Iterable[NewRow], *, at: str, by: str) -> list[RegistryRow]:
    """Record the rows that are not already what the registry says last; returns those that were recorded."""
    try:
        with store.writing() as connection:
            return _append(connection, rows, at, by)
    except sa.exc.SQLAlchemyError as error:
        raise LedgerError(f"the registry cannot be written: {type(error).__name__}") from None


def _append(connection: sa.Connection, rows: Iterable[NewRow], at: str, by: str) -> list[RegistryRow]:
    last: dict[tuple[str, str], tuple[str, str]] = {}
    seq = 0
    for old in connection.execute(sa.select(REGISTRY).order_by(REGISTRY.c.seq)):
        seq = old.seq
        last[_subject(old.what, old.id, old.content)] = (old.what, old.content)
    added = []
    for row in rows:
        content = msgspec.json.encode(row.content, order="sorted").decode()
        subject = _subject(row.what, row.id, content)
        if last.get(subject) == (row.what, content):
            continue
        seq += 1
        last[subject] = (row.what, content)
        values = {"seq": seq, "at": at, "author": by, "what": row.what, "id": row.id, "content": content}
        connection.execute(sa.insert(REGISTRY).values(values))
        added.append(RegistryRow(seq=seq, at=at, by=by, what=row.what, id=row.id, content=msgspec.json.decode(content)))
    return added


def _subject(what: str, name: str, content: str) -> tuple[str, str]:
    """What a row speaks of: a revocation speaks of the key or act that it ends."""
    return (msgspec.json.decode(content)["what"], name) if what == "revoke" else (what, name)


def _row(row: Any) -> RegistryRow:
    return RegistryRow(
        seq=row.seq, at=row.at, by=row.author, what=row.what, id=row.id, content=msgspec.json.decode(row.content)
    )
