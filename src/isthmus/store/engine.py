"""Opening the store, SQLite or PostgreSQL, and seeing to it that it has the present schema."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from isthmus.errors import ConfigError, LedgerError
from isthmus.store import postgres_store, sqlite_store
from isthmus.store.store import Store

HEAD = "0003"


def open_store(url: str, *, create: bool = True) -> Store:
    """The store behind a URL, made or migrated where needed; with `create=False` it must be there, and up to date.

    Raises `ConfigError` for a URL of neither kind, `LedgerError` where the store cannot be used.
    """
    store = _connect(url, create=create)
    try:
        found = version(store)
        if found != HEAD:
            _migrate(store, found, create=create)
    except BaseException:
        store.close()
        raise
    return store


def is_there(url: str) -> bool:
    """Whether a store was made behind this URL; raises like `open_store`."""
    if url.startswith(sqlite_store.PREFIX):
        return Path(url.removeprefix(sqlite_store.PREFIX)).exists()
    store = _connect(url, create=False)
    try:
        return version(store) is not None
    finally:
        store.close()


def version(store: Store) -> str | None:
    """The revision of the schema in the store, or None for an empty one."""
    try:
        with store.reading() as sql:
            rows = sql.rows("SELECT version_num FROM alembic_version") if sql.has("alembic_version") else []
    except sqlite3.Error as error:
        raise unusable(store, str(error)) from None
    except LedgerError as error:
        raise LedgerError(error.message, where=store.where, remedy="check address and rights") from None
    return str(rows[0][0]) if rows else None


def unusable(store: Store, why: str) -> LedgerError:
    """What is raised where a store cannot be opened."""
    return LedgerError(f"the store cannot be opened: {why}", where=store.where, remedy="check address and rights")


def _connect(url: str, *, create: bool) -> Store:
    if url.startswith(sqlite_store.PREFIX):
        return sqlite_store.SqliteStore(url, create=create)
    if url.startswith(postgres_store.PREFIXES):
        return postgres_store.PostgresStore(url)
    raise ConfigError(
        "the store must be a file or a PostgreSQL database",
        where="store.url",
        remedy="write `sqlite:///FILE` or `postgresql://USER@HOST/DATABASE`",
    )


def _migrate(store: Store, found: str | None, *, create: bool) -> None:
    if not create:
        what = "there is no ledger yet" if found is None else "no ledger of this version is here"
        raise LedgerError(what, where=store.where, remedy="run `isthmus serve` once")
    from isthmus.store.migrating import migrate  # noqa: PLC0415 - a third of a second that only a new schema pays

    migrate(store)
