"""A driver connection with the few verbs that the writer needs, without SQLAlchemy's cost per statement.

Rows go in by one statement with many values instead of one statement each: every statement hands the interpreter lock
over twice. Statements come in few lengths, so that the driver keeps them prepared.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar

_LENGTHS = (64, 16, 4, 1)


class Sql(ABC):
    """One connection of one thread. Parameters are written `?`.

    `pulse_s` says how often an idle writer has to look whether the store is still there; None where it cannot go away.
    """

    pulse_s: ClassVar[float | None] = None

    @abstractmethod
    def close(self) -> None:
        """Close the connection and give back its marks."""

    @abstractmethod
    def run(self, statement: str, *values: Any) -> None:
        """Run one statement."""

    @abstractmethod
    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""

    @abstractmethod
    def has(self, table: str) -> bool:
        """Whether there is a table of that name."""

    def rows_in(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """All rows of a query that ends with `IN`, for any number of values."""
        found: list[tuple[Any, ...]] = []
        for part in _parts(values):
            found += self.rows(f"{statement} ({','.join('?' * len(part))})", *part)
        return found

    def insert(self, statement: str, rows: Sequence[Sequence[Any]], then: str = "") -> None:
        """Insert rows by a statement that ends before `VALUES`; `then` says what to do on conflict."""
        for part in _parts(rows):
            one = f"({','.join('?' * len(part[0]))})"
            text = f"{statement} VALUES {','.join([one] * len(part))} {then}"
            self.run(text, *(value for row in part for value in row))

    def delete_in(self, statement: str, values: Sequence[Any]) -> None:
        """Delete by a statement that ends with `IN`, for any number of values."""
        for part in _parts(values):
            self.run(f"{statement} ({','.join('?' * len(part))})", *part)

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Wait for the turn to write among all processes, then write all or nothing."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[None]:
        """Read one state of the store."""

    @abstractmethod
    def mark(self, number: int) -> None:
        """Mark an instance as alive for as long as this connection is open."""

    @abstractmethod
    def is_alive(self, number: int, since: str) -> bool:
        """Whether another connection marks this instance, begun at `since`, as alive; asked inside a transaction."""

    def revive(self) -> bool:
        """Open the connection anew where it broke; whether that was needed. Raises where the store is not there."""
        return False


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    at = 0
    for length in _LENGTHS:
        while len(rows) - at >= length:
            yield rows[at : at + length]
            at += length
