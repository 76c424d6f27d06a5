"""Opening the store: one SQLite file in WAL mode with full synchronisation, brought to the present schema.

Durable means durable: `synchronous=FULL` waits for the disk at every commit. Whoever writes holds the turn of
`turns.py`, so that SQLite's own busy retry is never what decides who goes first.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from isthmus.errors import ConfigError, LedgerError
from isthmus.store.schema import HEAD
from isthmus.store.turns import Turns

MODE = "full"
_STATEMENTS = 512
_PREFIX = "sqlite:///"
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",
    "foreign_keys=ON",
    "cache_size=-4096",
    "journal_size_limit=67108864",
)


class Store:
    """An open store: `engine` for SQLAlchemy Core, `connection()` for one of the driver, `turns()` to write."""

    def __init__(self, engine: sa.Engine, file: Path) -> None:
        self.engine = engine
        self.file = file

    def __repr__(self) -> str:
        return f"Store({self.file.name})"

    def connection(self) -> Any:
        """A driver connection of its own, in autocommit mode, for one thread at a time, to be closed by the caller."""
        connection = sqlite3.connect(
            self.file, isolation_level=None, cached_statements=_STATEMENTS, check_same_thread=False
        )
        _prepare(connection, None)
        return connection

    def turns(self) -> Turns:
        """The lock file of this store, to be closed by the caller."""
        return Turns(self.file.with_name(f"{self.file.name}.turns"))

    def close(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()


def open_store(url: str, *, create: bool = True) -> Store:
    """The store behind a URL, made or migrated where needed; with `create=False` it must be there, and up to date.

    Raises `ConfigError` for a URL that is no file, `LedgerError` where the file cannot be used.
    """
    if not url.startswith(_PREFIX) or url == _PREFIX:
        raise ConfigError("the store must be a file", where="store.url", remedy="write `sqlite:///FILE`")
    file = Path(url.removeprefix(_PREFIX))
    if not create and not file.is_file():
        raise LedgerError("there is no ledger yet", where=str(file), remedy="run `isthmus serve` once")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"cached_statements": _STATEMENTS})
        sa.event.listen(engine, "connect", _prepare)
        store = Store(engine, file)
        if create:
            _migrate(store)
        elif version(store) != HEAD:
            raise LedgerError("no ledger of this version is here", where=str(file), remedy="run `isthmus serve` once")
    except (OSError, sa.exc.SQLAlchemyError) as error:
        raise LedgerError(
            f"the store cannot be opened: {_reason(error)}", where=str(file), remedy="check path and rights"
        ) from None
    return store


def _prepare(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or getattr(error, "strerror", None) or type(error).__name__)


def version(store: Store) -> str | None:
    """The revision of the schema in the file, or None for an empty one."""
    with store.engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)


def _migrate(store: Store) -> None:
    if version(store) == HEAD:
        return
    turns = store.turns()
    try:
        with turns.turn():
            if version(store) != HEAD:
                _upgrade(store)
    finally:
        turns.close()


def _upgrade(store: Store) -> None:
    from alembic import command  # noqa: PLC0415 - a fifth of a second that only a new schema pays
    from alembic.config import Config  # noqa: PLC0415 - the same
    from alembic.util import CommandError  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with store.engine.connect() as connection:
        config.attributes["connection"] = connection
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            command.upgrade(config, "head")
        except CommandError:
            connection.exec_driver_sql("ROLLBACK")
            raise LedgerError(
                "the store was made by another version of isthmus",
                where=str(store.file),
                remedy="use that or a newer one",
            ) from None
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")
