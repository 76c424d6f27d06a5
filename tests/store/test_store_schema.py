"""The store: its schema is what the migrations make, it is durable, and it is not guessed at."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from isthmus.errors import ConfigError, LedgerError
from isthmus.store import is_there, open_store
from isthmus.store.engine import HEAD, version
from isthmus.store.schema import METADATA


def test_the_migrations_make_the_schema(url: str):
    """A new store has exactly the tables, columns and indexes of `schema.py`."""
    store = open_store(url)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    assert version(store) == HEAD
    store.close()
    again = open_store(url, create=False)
    assert version(again) == HEAD
    again.close()


def test_an_older_store_is_brought_up_to_date_with_what_it_holds(url: str):
    """Made by the first schema, opened by this one."""
    store = open_store(url)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("DROP TABLE joined")
        connection.exec_driver_sql("DROP TABLE kept")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        connection.exec_driver_sql("INSERT INTO instances (number, id, started) VALUES (1, 'i', 't')")
    store.close()
    with pytest.raises(LedgerError, match="version"):
        open_store(url, create=False)
    store = open_store(url)
    assert version(store) == HEAD
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert connection.exec_driver_sql("SELECT id FROM instances").scalar() == "i"
    store.close()


def test_each_connection_waits_for_the_disk(tmp_path: Path):
    """WAL and full synchronisation hold for SQLAlchemy's connections and for the driver's."""
    store = open_store(f"sqlite:///{tmp_path}/s.db")
    sql = store.sql()
    with store.engine.connect() as connection:
        for pragma, expected in (("journal_mode", "wal"), ("synchronous", 2)):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == expected
            assert sql.rows(f"PRAGMA {pragma}") == [(expected,)]
    sql.close()
    store.close()


def test_a_store_of_another_version_is_left_alone(url: str):
    """What a newer isthmus made is neither migrated nor read."""
    store = open_store(url)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    for create in (True, False):
        with pytest.raises(LedgerError, match="version"):
            open_store(url, create=create)


@pytest.mark.parametrize("url", ["mysql://localhost/x", "sqlite://", "sqlite:///", "file.db"])
def test_a_store_that_is_no_file_is_refused(url: str):
    """The error says what to write."""
    with pytest.raises(ConfigError, match="sqlite:///FILE"):
        open_store(url)


def test_a_store_that_cannot_be_opened_says_where(tmp_path: Path):
    """A file that is none of ours, and a missing one where none may be made."""
    (tmp_path / "s.db").write_bytes(b"this is not a database, and long enough to be sure of it" * 20)
    with pytest.raises(LedgerError, match=r"s\.db"):
        open_store(f"sqlite:///{tmp_path}/s.db")
    with pytest.raises(LedgerError, match="no ledger yet"):
        open_store(f"sqlite:///{tmp_path}/missing.db", create=False)
    assert not (tmp_path / "missing.db").exists()


def test_rows_of_any_number_go_in_and_come_out(url: str):
    """Statements are split into a few lengths and lose nothing."""
    store = open_store(url)
    sql = store.sql()
    for count in (0, 1, 3, 4, 63, 64, 65, 200):
        rows = [(f"send-{number}", "call", 1) for number in range(count)]
        with sql.transaction():
            sql.insert("INSERT INTO open_sends (send, call, instance)", rows)
        names = [row[0] for row in rows]
        assert sorted(sql.rows_in("SELECT send, call, instance FROM open_sends WHERE send IN", names)) == sorted(rows)
        sql.delete_in("DELETE FROM open_sends WHERE send IN", names)
        assert sql.rows("SELECT count(*) FROM open_sends") == [(0,)]
    with pytest.raises(sa.exc.SQLAlchemyError), store.engine.connect() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")
    sql.close()
    store.close()


def test_a_transaction_is_all_or_nothing(url: str):
    """An error inside takes back what was written before it."""
    store = open_store(url)
    sql = store.sql()

    def half() -> None:
        with sql.transaction():
            sql.run("INSERT INTO open_sends (send, call, instance) VALUES ('s', 'c', 1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert sql.rows("SELECT count(*) FROM open_sends") == [(0,)]
    sql.close()
    store.close()


def test_a_statement_that_fails_takes_the_transaction_along(url: str):
    """Also where the driver learns of it later; the connection is good afterwards."""
    store = open_store(url)
    sql = store.sql()
    row = ("s", "c", 1)

    def twice() -> None:
        with sql.transaction():
            sql.insert("INSERT INTO open_sends (send, call, instance)", [row])
            sql.insert("INSERT INTO open_sends (send, call, instance)", [row])

    for _ in range(2):
        with pytest.raises(Exception, match=r"(?i)unique"):
            twice()
    with sql.transaction():
        sql.insert("INSERT INTO open_sends (send, call, instance)", [row])
    with sql.reading():
        assert sql.rows("SELECT * FROM open_sends") == [row]
    sql.close()
    store.close()


def test_what_is_not_there_yet_is_not_made_by_reading(url: str):
    """A file that is missing, a database that is empty."""
    assert not is_there(url)
    with pytest.raises(LedgerError, match="no ledger yet"):
        open_store(url, create=False)
    assert not is_there(url)
    open_store(url).close()
    assert is_there(url)


def test_whatever_a_column_may_hold_comes_back(url: str):
    """Bytes of every value, numbers of 63 bits, text of every plane."""
    store = open_store(url)
    sql = store.sql()
    rows = [(bytes(range(256)), "实体 \U00020000 ' %s ? \\", (1 << 63) - 1), (b"", "", 0)]
    with sql.transaction():
        sql.insert("INSERT INTO identifiers (digest, entity, person)", rows)
    assert sorted(sql.rows("SELECT digest, entity, person FROM identifiers"), reverse=True) == rows
    sql.close()
    store.close()
