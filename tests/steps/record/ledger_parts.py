"""What the ledger's tests share: how to open one, entries, reservations, and an export of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from isthmus.exchange import People, Person, Reservation
from isthmus.steps.record import Entry, Ledger, entries, open_ledger
from isthmus.store import export_lines, open_store

ORIGIN = "test.local/ledger"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
KEYS: Mapping[str, tuple[str, bytes]] = {"e": ("key-1", b"k" * 32)}
AT = "2026-03-01T00:00:00.000Z"


def url(folder: Path) -> str:
    """The store's address in a folder: what `store-url` there says, else a file."""
    told = folder / "store-url"
    return told.read_text(encoding="utf-8") if told.exists() else f"sqlite:///{folder}/ledger.db"


def rows(folder: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """A look into the store from outside."""
    store = open_store(url(folder), create=False)
    sql = store.sql()
    try:
        return sql.rows(query, *values)
    finally:
        sql.close()
        store.close()


def change(folder: Path, *statements: str) -> None:
    """A change of the store from outside."""
    store = open_store(url(folder), create=False)
    try:
        with store.engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        store.close()


def kinds(folder: Path) -> list[str]:
    """The kinds of all entries, in order."""
    return [msgspec.json.decode(body)["kind"] for (body,) in rows(folder, "SELECT body FROM entries ORDER BY seq")]


async def ledger_in(folder: Path, **more: Any) -> Ledger:
    """An open ledger."""
    settings: dict[str, Any] = {"witness": folder / "witness", "signer": SIGNER, "origin": ORIGIN, "person_keys": KEYS}
    return await open_ledger(url(folder), **{**settings, **more})


def opened(number: int | str, **content: Any) -> Entry:
    """An entry that opens a send."""
    return entries.send_opened(at=AT, call=f"call-{number}", send=f"send-{number}", content=content)


def closed(number: int | str) -> Entry:
    """An entry that closes it."""
    return entries.send_closed(at=AT, call=f"call-{number}", send=f"send-{number}", content={"outcome": "answered"})


def persons(*names: str, **more: Any) -> Reservation:
    """A reservation of general persons, each with one identifier."""
    people = People(persons=tuple(Person(identifiers=(("kind", name),), category="general") for name in names))
    settings: dict[str, Any] = {
        "entity": "e",
        "scheme": "cn.export",
        "period": "2026",
        "categories": ("sensitive", "general"),
    }
    return Reservation(people=people, **{**settings, **more})


def exported(folder: Path) -> list[bytes]:
    """The lines of the ledger's export."""
    store = open_store(url(folder), create=False)
    try:
        return list(export_lines(store))
    finally:
        store.close()


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that another thread does."""
    while not condition():  # noqa: ASYNC110 - a thread sets no event of this loop
        await asyncio.sleep(0.002)
