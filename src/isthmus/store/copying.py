"""Moving a ledger into another, empty store with everything that was counted: from SQLite to PostgreSQL, say."""

from __future__ import annotations

import sqlalchemy as sa

from isthmus.errors import LedgerError
from isthmus.store.schema import ENTRIES, METADATA, TIP
from isthmus.store.store import Store

_BATCH = 500


def copy_store(source: Store, target: Store) -> int:
    """Copy every row in one transaction; the number of entries.

    Raises `LedgerError` where an instance still writes to the source, the target holds entries, or both are one.
    """
    if source.where == target.where:
        raise LedgerError("source and target are one store", where=source.where, remedy="name another one with --to")
    _expect_rest(source)
    try:
        with source.altering() as old, target.altering() as new:
            if new.execute(sa.select(ENTRIES.c.seq).limit(1)).first() is not None:
                raise LedgerError("the target holds a ledger already", where=target.where, remedy="name an empty one")
            new.execute(sa.delete(TIP))
            for table in METADATA.sorted_tables:
                _copy(table, old, new)
            return int(new.execute(sa.select(TIP.c.size)).scalar_one())
    except sa.exc.SQLAlchemyError as error:
        raise LedgerError(f"the ledger cannot be copied: {type(error).__name__}", where=target.where) from None


def _copy(table: sa.Table, old: sa.Connection, new: sa.Connection) -> None:
    found = old.execution_options(yield_per=_BATCH).execute(sa.select(table))
    for rows in found.mappings().partitions(_BATCH):
        new.execute(sa.insert(table), [dict(row) for row in rows])


def _expect_rest(source: Store) -> None:
    with source.writing() as sql:
        begun = sql.rows("SELECT number, started FROM instances WHERE ended IS NULL")
        alive = sum(sql.is_alive(number, started) for number, started in begun)
    if alive:
        raise LedgerError(f"{alive} instance(s) write to this ledger", where=source.where, remedy="stop them first")
