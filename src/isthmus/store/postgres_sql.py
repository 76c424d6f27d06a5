"""A connection to PostgreSQL: pipelined, with the turn to write and the marks of the living as advisory locks.

Locks are `(space, 0)` for the turn, first come, first served until the commit is on the disk, and `(space, number)` for
an instance as long as its connection lives. `space` is one number for each schema of a database. The server frees both
when a process or its machine dies.

Statements of a transaction are sent without waiting for each answer: a group without counts costs three round trips.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, ClassVar

import psycopg
from psycopg.types.numeric import Int8BinaryDumper
from psycopg.types.string import StrDumper

from isthmus.store.postgres_store import lost
from isthmus.store.sql import Sql

# So long after a restart of the server an instance that was there before has to come back before it counts as dead.
GRACE_S = 10
RETRY_S = 0.2
_PREPARE = 3
_OLDER = (
    "SELECT now() < pg_postmaster_start_time() + make_interval(secs => ?)"
    " AND ?::timestamptz < pg_postmaster_start_time()"
)


@lru_cache(512)
def _spelt(statement: str) -> str:
    return statement.replace("?", "%s")


class PostgresSql(Sql):
    """One connection, opened by `connect` and opened anew after it broke."""

    pulse_s: ClassVar[float | None] = 1.0

    def __init__(self, connect: Callable[[], tuple[psycopg.Connection[Any], int]]) -> None:
        self._connect = connect
        self._marks: list[int] = []
        self._next_try = 0.0
        self._connection: psycopg.Connection[Any]
        with _told():
            self._open()

    def _open(self) -> None:
        self._connection, self._space = self._connect()
        self._connection.prepare_threshold = _PREPARE
        self._connection.adapters.register_dumper(int, Int8BinaryDumper)
        self._connection.adapters.register_dumper(str, StrDumper)
        self._cursor = self._connection.cursor()
        try:
            for number in self._marks:
                self._hold(number)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the connection, which gives back its marks."""
        self._connection.close()

    def run(self, statement: str, *values: Any) -> None:
        """Run one statement; inside a transaction what goes wrong shows at the next query or at the commit."""
        with _told():
            self._cursor.execute(_spelt(statement), values)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with _told():
            self._cursor.execute(_spelt(statement), values)
            return self._cursor.fetchall()

    def has(self, table: str) -> bool:
        """Whether there is a table of that name."""
        return bool(self.rows("SELECT to_regclass(?) IS NOT NULL", table)[0][0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Wait for the turn to write among all processes, then write all or nothing."""
        with self._block("BEGIN"):
            self.run("SELECT pg_advisory_xact_lock(?::int, 0)", self._space)
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read one state of the store."""
        self.revive()
        with self._block("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"):
            self.run("SET LOCAL idle_in_transaction_session_timeout = 0")  # an export may go into a slow pipe
            yield

    @contextmanager
    def _block(self, begin: str) -> Iterator[None]:
        with _told(), self._pipeline():
            self._cursor.execute(begin)
            yield
            self._cursor.execute("COMMIT")
        if self._cursor.statusmessage != "COMMIT":
            raise lost(f"it answered {self._cursor.statusmessage} to COMMIT")

    @contextmanager
    def _pipeline(self) -> Iterator[None]:
        """A pipeline that is left clean, and no transaction open, when something goes wrong inside."""
        manager = self._connection.pipeline()
        pipeline = manager.__enter__()
        try:
            yield
            pipeline.sync()
        except BaseException:
            with contextlib.suppress(psycopg.Error):
                pipeline.sync()
            manager.__exit__(None, None, None)
            with contextlib.suppress(psycopg.Error):
                self._connection.execute("ROLLBACK")
            raise
        manager.__exit__(None, None, None)

    def mark(self, number: int) -> None:
        """Mark an instance as alive, again after each time that the connection is opened anew."""
        self._hold(number)
        self._marks.append(number)

    def _hold(self, number: int) -> None:
        self.rows("SELECT pg_advisory_lock(?::int, ?::int)", self._space, number)

    def is_alive(self, number: int, since: str) -> bool:
        """Whether another connection marks this instance; just after a restart of the server it may still come back."""
        ((free,),) = self.rows("SELECT pg_try_advisory_xact_lock(?::int, ?::int)", self._space, number)
        return not free or bool(self.rows(_OLDER, GRACE_S, since)[0][0])

    def revive(self) -> bool:
        """Open the connection anew where it broke; whether that was needed. Raises where the server is not there."""
        if not self._connection.closed:
            return False
        if time.monotonic() < self._next_try:
            raise lost("it did not a moment ago")
        try:
            with _told():
                self._open()
        finally:
            self._next_try = time.monotonic() + RETRY_S
        return True


@contextmanager
def _told() -> Iterator[None]:
    """The driver's errors as ours: the first line, which holds no value of a row."""
    try:
        yield
    except psycopg.Error as error:
        raise lost(str(error).split("\n", maxsplit=1)[0].rstrip() or type(error).__name__) from None
