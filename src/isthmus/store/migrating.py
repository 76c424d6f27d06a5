"""Bringing a store to the present schema by Alembic, while nobody else writes. Imported only where that is needed."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from isthmus.errors import LedgerError
from isthmus.store.engine import HEAD, unusable
from isthmus.store.store import Store


def migrate(store: Store) -> None:
    """Upgrade, if another process has not just done it; raises `LedgerError` where that cannot be."""
    try:
        with store.altering() as connection:
            if _version(connection) != HEAD:
                _upgrade(connection, store.where)
    except (OSError, sa.exc.SQLAlchemyError) as error:
        told = str(getattr(error, "orig", None) or getattr(error, "strerror", None) or type(error).__name__)
        raise unusable(store, told.split("\n", maxsplit=1)[0].rstrip()) from None


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _upgrade(connection: sa.Connection, where: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise LedgerError(
            "the store was made by another version of isthmus", where=where, remedy="use that or a newer one"
        ) from None
