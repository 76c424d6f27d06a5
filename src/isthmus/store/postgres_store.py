"""PostgreSQL: one database for gateways on many machines.

Any URL that libpq reads is good, with several hosts too. psycopg is imported when a URL asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from isthmus.errors import ConfigError, LedgerError
from isthmus.store.sql import Sql
from isthmus.store.store import Store

if TYPE_CHECKING:
    import psycopg
    import sqlalchemy as sa

PREFIXES = ("postgresql://", "postgres://")
# What a connection gets where the URL says nothing: seconds until a host that is silent counts as gone.
_PATIENCE = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
    "target_session_attrs": "read-write",
    "application_name": "isthmus",
}
# The server drops a writer that holds the turn and says nothing, or whose machine is gone; nobody waits for ever.
_SESSION = (
    "SET lock_timeout = '10s'; SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '10s';"
    " SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;"
)
STRONG = ("on", "remote_apply")
SPACE = "('x' || substr(md5('isthmus ' || current_schema()), 1, 8))::bit(32)::int"
_FACTS = (
    "SELECT current_setting('fsync'), current_setting('server_encoding'), current_setting('synchronous_commit'),"
    f" current_setting('synchronous_standby_names'), {SPACE}"
)


class PostgresStore(Store):
    """A database. `mode` is known after the first connection.

    Raises `ConfigError` where psycopg is missing or the URL is none; connecting raises it where the server does not
    wait for its disk.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._settings, self.where = _settings(url)
        self.mode = ""

    def connect(self) -> tuple[psycopg.Connection[Any], int]:
        """A new driver connection whose commits wait for the disk, and the number of its schema among locks."""
        import psycopg  # noqa: PLC0415 - an extra that only this store needs

        connection = psycopg.connect(**self._settings, autocommit=True)
        try:
            connection.execute(_SESSION)
            row = connection.execute(_FACTS).fetchone()
            assert row is not None
            fsync, encoding, commit, standbys, space = row
            self._check(fsync, encoding)
            if commit not in STRONG:
                connection.execute("SET synchronous_commit = on")
                commit = "on"
            self.mode = f"synchronous_commit={commit}" + (" with standby" if standbys else "")
        except BaseException:
            connection.close()
            raise
        return connection, space

    def _check(self, fsync: str, encoding: str) -> None:
        if fsync != "on":
            raise ConfigError(
                "the database does not wait for its disk: fsync is off", where=self.where, remedy="set `fsync = on`"
            )
        if encoding != "UTF8":
            raise ConfigError(
                f"the database is encoded in {encoding}", where=self.where, remedy="make one with ENCODING 'UTF8'"
            )

    def sql(self) -> Sql:
        """A connection of its own for one thread, to be closed by the caller."""
        from isthmus.store.postgres_sql import PostgresSql  # noqa: PLC0415 - it imports psycopg

        return PostgresSql(self.connect)

    @contextmanager
    def altering(self) -> Iterator[sa.Connection]:
        """SQLAlchemy's connection with the turn to write, all or nothing; it may take its time."""
        with (
            self.engine.connect() as connection,
            connection.execution_options(isolation_level="READ COMMITTED").begin(),
        ):
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({SPACE}, 0)")
            yield connection

    def _make_engine(self) -> sa.Engine:
        import sqlalchemy as sa  # noqa: PLC0415 - see store.py

        return sa.create_engine(
            "postgresql+psycopg://",
            creator=lambda: self.connect()[0],
            isolation_level="AUTOCOMMIT",
            poolclass=sa.NullPool,
        )


def _settings(url: str) -> tuple[dict[str, Any], str]:
    """What psycopg connects with, and the database's name without a secret."""
    try:
        from psycopg import ProgrammingError  # noqa: PLC0415 - an extra that only this store needs
        from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - the same
    except ImportError:
        raise ConfigError(
            "a PostgreSQL store needs psycopg", where="store.url", remedy="pip install 'isthmus[postgres]'"
        ) from None
    try:
        told = conninfo_to_dict(url)
    except ProgrammingError:
        raise ConfigError(
            "the URL of the store cannot be read", where="store.url", remedy="write postgresql://USER@HOST/DATABASE"
        ) from None
    where = f"{told.get('host', 'localhost')}/{told.get('dbname', '')}"
    return {**_PATIENCE, **told}, where


def lost(reason: str) -> LedgerError:
    """What is raised while the server is away."""
    return LedgerError(f"the database does not answer: {reason}", remedy="calls are served again when it does")
