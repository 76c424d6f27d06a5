"""SQLite: one file in WAL mode with full synchronisation.

Durable means durable: `synchronous=FULL` waits for the disk at every commit. Whoever writes holds the turn of
`turns.py`, so that SQLite's own busy retry is never what decides who goes first.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.errors import ConfigError, LedgerError
from isthmus.store.sql import Sql
from isthmus.store.store import Store
from isthmus.store.turns import Turns

if TYPE_CHECKING:
    import sqlalchemy as sa

PREFIX = "sqlite:///"
_STATEMENTS = 512
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",
    "foreign_keys=ON",
    "cache_size=-4096",
    "journal_size_limit=67108864",
)


class SqliteStore(Store):
    """A file."""

    mode = "full"

    def __init__(self, url: str, *, create: bool) -> None:
        super().__init__()
        if url == PREFIX:
            raise ConfigError("the store must be a file", where="store.url", remedy="write `sqlite:///FILE`")
        self.file = Path(url.removeprefix(PREFIX))
        self.where = str(self.file)
        if create:
            _make_folder(self.file.parent)
        elif not self.file.is_file():
            raise LedgerError("there is no ledger yet", where=self.where, remedy="run `isthmus serve` once")

    def sql(self) -> Sql:
        """A connection of its own for one thread, to be closed by the caller."""
        connection = sqlite3.connect(
            self.file, isolation_level=None, cached_statements=_STATEMENTS, check_same_thread=False
        )
        try:
            _prepare(connection, None)
            return SqliteSql(connection, self._turns())
        except BaseException:
            connection.close()
            raise

    @contextmanager
    def altering(self) -> Iterator[sa.Connection]:
        """SQLAlchemy's connection with the turn to write, all or nothing."""
        turns = self._turns()
        try:
            with turns.turn(), self.engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                try:
                    yield connection
                except BaseException:
                    connection.exec_driver_sql("ROLLBACK")
                    raise
                connection.exec_driver_sql("COMMIT")
        finally:
            turns.close()

    def _make_engine(self) -> sa.Engine:
        import sqlalchemy as sa  # noqa: PLC0415 - see store.py

        engine = sa.create_engine(
            f"{PREFIX}{self.file}", isolation_level="AUTOCOMMIT", connect_args={"cached_statements": _STATEMENTS}
        )
        sa.event.listen(engine, "connect", _prepare)
        return engine

    def _turns(self) -> Turns:
        return Turns(self.file.with_name(f"{self.file.name}.turns"))


class SqliteSql(Sql):
    """A connection and the turns of its file."""

    def __init__(self, connection: sqlite3.Connection, turns: Turns) -> None:
        self._connection, self._turns = connection, turns
        self._cursor = connection.cursor()

    def close(self) -> None:
        """Close the connection and give back its marks."""
        self._cursor.close()
        self._connection.close()
        self._turns.close()

    def run(self, statement: str, *values: Any) -> None:
        """Run one statement."""
        self._cursor.execute(statement, values)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        found: list[tuple[Any, ...]] = self._cursor.execute(statement, values).fetchall()
        return found

    def has(self, table: str) -> bool:
        """Whether there is a table of that name."""
        return bool(self.rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", table))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Wait for the turn to write among all processes, then write all or nothing."""
        with self._turns.turn():
            self._cursor.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._cursor.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._cursor.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read one state of the store."""
        self._cursor.execute("BEGIN")
        try:
            yield
        finally:
            self._cursor.execute("COMMIT")

    def mark(self, number: int) -> None:
        """Mark an instance as alive; the kernel takes the mark away when the process ends."""
        self._turns.mark(number)

    def is_alive(self, number: int, since: str) -> bool:
        """Whether another open file marks this instance as alive."""
        del since
        return self._turns.is_alive(number)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError(
            f"the store cannot be opened: {error.strerror}", where=str(folder), remedy="check path and rights"
        ) from None


def _prepare(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
