"""A driver connection with the few verbs that the writer needs, without SQLAlchemy's cost per statement.

Rows go in by one statement with many values instead of one statement each: every statement hands the interpreter lock
over twice. Statements come in few lengths, so that the driver keeps them prepared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_LENGTHS = (64, 16, 4, 1)


class Sql:
    """One connection of one thread. Parameters are written `?`."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._cursor = connection.cursor()

    def close(self) -> None:
        """Close the connection."""
        self._cursor.close()
        self._connection.close()

    def run(self, statement: str, *values: Any) -> None:
        """Run one statement."""
        self._cursor.execute(statement, values)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        found: list[tuple[Any, ...]] = self._cursor.execute(statement, values).fetchall()
        return found

    def rows_in(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """All rows of a query that ends with `IN`, for any number of values."""
        found: list[tuple[Any, ...]] = []
        for part in _parts(values):
            found += self._cursor.execute(f"{statement} ({','.join('?' * len(part))})", part).fetchall()
        return found

    def insert(self, statement: str, rows: Sequence[Sequence[Any]], then: str = "") -> None:
        """Insert rows by a statement that ends before `VALUES`; `then` says what to do on conflict."""
        for part in _parts(rows):
            one = f"({','.join('?' * len(part[0]))})"
            text = f"{statement} VALUES {','.join([one] * len(part))} {then}"
            self._cursor.execute(text, [value for row in part for value in row])

    def delete_in(self, statement: str, values: Sequence[Any]) -> None:
        """Delete by a statement that ends with `IN`, for any number of values."""
        for part in _parts(values):
            self._cursor.execute(f"{statement} ({','.join('?' * len(part))})", part)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all or nothing."""
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


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    at = 0
    for length in _LENGTHS:
        while len(rows) - at >= length:
            yield rows[at : at + length]
            at += length
