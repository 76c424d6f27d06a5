"""SQLite: one file in WAL mode with full synchronisation.

Durable means durable: `synchronous=FULL` waits for the disk at every commit. Whoever writes holds the turn of
`turns.py`, so that SQLite's own busy retry is never what decides who goes first.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from isthmus.errors import ConfigError, LedgerError
from isthmus.store.sql import Sql
from isthmus.store.turns import Turns

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


class SqliteStore:
    """A file; see `engine.Store` for what a store does."""

    mode = "full"

    def __init__(self, url: str, *, create: bool) -> None:
        if url == PREFIX:
            raise ConfigError("the store must be a file", where="store.url", remedy="write `sqlite:///FILE`")
        self.file = Path(url.removeprefix(PREFIX))
        self.where = str(self.file)
        if create:
            _make_folder(self.file.parent)
        elif not self.file.is_file():
            raise LedgerError("there is no ledger yet", where=self.where, remedy="run `isthmus serve` once")
        self.engine = sa.create_engine(
            url, isolation_level="AUTOCOMMIT", connect_args={"cached_statements": _STATEMENTS}
        )
        sa.event.listen(self.engine, "connect", _prepare)

    def __repr__(self) -> str:
        return f"Store({self.file.name})"

    def sql(self) -> Sql:
        """A connection of its own for one thread, to be closed by the caller."""
        connection = sqlite3.connect(
            self.file, isolation_level=None, cached_statements=_STATEMENTS, check_same_thread=False
        )
        _prepare(connection, None)
        return SqliteSql(connection, self._turns())

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A connection with the turn to write, all or nothing."""
        turns = self._turns()
        try:
            with turns.turn(), self.engine.connect() as connection, _block(connection, "BEGIN IMMEDIATE"):
                yield connection
        finally:
            turns.close()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one state of the store."""
        with self.engine.connect() as connection, _block(connection, "BEGIN"):
            yield connection

    def close(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()

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


@contextmanager
def _block(connection: sa.Connection, begin: str) -> Iterator[None]:
    connection.exec_driver_sql(begin)
    try:
        yield
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")


def _prepare(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
