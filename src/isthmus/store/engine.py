"""Opening the store, SQLite or PostgreSQL, and bringing it to the present schema."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from isthmus.errors import ConfigError, LedgerError
from isthmus.store import postgres_store, sqlite_store
from isthmus.store.schema import HEAD
from isthmus.store.sql import Sql


class Store(Protocol):
    """An open store. `mode` says what durable means in it; `where` names it without a secret."""

    engine: sa.Engine
    mode: str
    where: str

    def sql(self) -> Sql:
        """A connection of its own for one thread, to be closed by the caller."""
        ...

    def writing(self) -> AbstractContextManager[sa.Connection]:
        """A connection with the turn to write among all processes, all or nothing."""
        ...

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """A connection that sees one state of the store."""
        ...

    def close(self) -> None:
        """Close the pooled connections."""
        ...


def open_store(url: str, *, create: bool = True) -> Store:
    """The store behind a URL, made or migrated where needed; with `create=False` it must be there, and up to date.

    Raises `ConfigError` for a URL of neither kind, `LedgerError` where the store cannot be used.
    """
    store = _connect(url, create=create)
    try:
        if create:
            _migrate(store)
        else:
            _expect_head(store)
    except BaseException as error:
        store.close()
        if not isinstance(error, (OSError, sa.exc.SQLAlchemyError)):
            raise
        raise _unusable(store, error) from None
    return store


def is_there(url: str) -> bool:
    """Whether a store was made behind this URL; raises like `open_store`."""
    if url.startswith(sqlite_store.PREFIX):
        return Path(url.removeprefix(sqlite_store.PREFIX)).exists()
    store = _connect(url, create=False)
    try:
        return version(store) is not None
    except sa.exc.SQLAlchemyError as error:
        raise _unusable(store, error) from None
    finally:
        store.close()


def _expect_head(store: Store) -> None:
    found = version(store)
    if found is None:
        raise LedgerError("there is no ledger yet", where=store.where, remedy="run `isthmus serve` once")
    if found != HEAD:
        raise LedgerError("no ledger of this version is here", where=store.where, remedy="run `isthmus serve` once")


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


def _unusable(store: Store, error: Exception) -> LedgerError:
    said = f"the store cannot be opened: {_reason(error)}"
    return LedgerError(said, where=store.where, remedy="check address and rights")


def _reason(error: Exception) -> str:
    """The first line of what the driver or the system says."""
    found = str(getattr(error, "orig", None) or getattr(error, "strerror", None) or type(error).__name__)
    return found.split("\n", maxsplit=1)[0].rstrip()


def version(store: Store) -> str | None:
    """The revision of the schema in the store, or None for an empty one."""
    with store.engine.connect() as connection:
        return _version(connection)


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _migrate(store: Store) -> None:
    if version(store) == HEAD:
        return
    with store.writing() as connection:
        if _version(connection) != HEAD:
            _upgrade(connection, store.where)


def _upgrade(connection: sa.Connection, where: str) -> None:
    from alembic import command  # noqa: PLC0415 - a fifth of a second that only a new schema pays
    from alembic.config import Config  # noqa: PLC0415 - the same
    from alembic.util import CommandError  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise LedgerError(
            "the store was made by another version of isthmus", where=where, remedy="use that or a newer one"
        ) from None
