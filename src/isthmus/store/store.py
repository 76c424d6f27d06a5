"""What a store is, of whichever kind.

SQLAlchemy stands behind `engine` and `altering` only: schema, migrations, moving. A worker does none of these and never
imports it.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from isthmus.store.sql import Sql

if TYPE_CHECKING:
    import sqlalchemy as sa


class Store(ABC):
    """An open store. `mode` says what durable means in it; `where` names it without a secret."""

    where: str
    mode: str

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._own: Sql | None = None

    def __repr__(self) -> str:
        return f"Store({self.where})"

    @abstractmethod
    def sql(self) -> Sql:
        """A connection of its own for one thread, to be closed by the caller."""

    @contextmanager
    def reading(self) -> Iterator[Sql]:
        """One state of the store, on the store's own connection: from any thread, one after the other."""
        with self._lock, self._shared().reading():
            yield self._shared()

    @contextmanager
    def writing(self) -> Iterator[Sql]:
        """The turn to write among all processes, all or nothing, on the store's own connection."""
        with self._lock, self._shared().transaction():
            yield self._shared()

    @cached_property
    def engine(self) -> sa.Engine:
        """SQLAlchemy's engine, for those who need one."""
        return self._make_engine()

    @abstractmethod
    def altering(self) -> AbstractContextManager[sa.Connection]:
        """SQLAlchemy's connection with the turn to write among all processes, all or nothing, however long it takes."""

    def close(self) -> None:
        """Close what is open."""
        if self._own is not None:
            self._own.close()
            self._own = None
        if "engine" in self.__dict__:
            self.engine.dispose()

    @abstractmethod
    def _make_engine(self) -> sa.Engine: ...

    def _shared(self) -> Sql:
        if self._own is None:
            self._own = self.sql()
        return self._own
