"""The ledger on PostgreSQL: several processes, a server that goes away, an answer that never comes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import psycopg
import pytest
from tests.postgres_cluster import Cluster
from tests.steps.record.ledger_parts import change, closed, exported, kinds, ledger_in, opened, persons, rows, until
from tests.steps.record.tcp_gate import Gate

from isthmus.errors import ConfigError, LedgerError
from isthmus.steps.record.verify import verify
from isthmus.store import open_store


@pytest.fixture
def place(tmp_path: Path, database: str) -> Path:
    """A folder whose ledger is a database."""
    (tmp_path / "store-url").write_text(database, encoding="utf-8")
    return tmp_path


@pytest.fixture
async def gate(place: Path, postgres: Cluster) -> AsyncIterator[Gate]:
    """A gate to the server, and a folder `gated` whose ledger is behind it."""
    async with Gate(postgres.port) as made:
        url = (place / "store-url").read_text(encoding="utf-8").replace(f":{postgres.port}/", f":{made.port}/")
        (place / "gated").mkdir()
        (place / "gated" / "store-url").write_text(url, encoding="utf-8")
        yield made


def told(place: Path) -> list[tuple[str, str, str]]:
    """Kind, send and outcome of all entries but the instances' beginnings and ends."""
    found = [msgspec.json.decode(body) for (body,) in rows(place, "SELECT body FROM entries ORDER BY seq")]
    left = [entry for entry in found if entry["kind"] not in ("instance.started", "instance.stopped")]
    return [(entry["kind"], entry["send"], entry["content"].get("outcome", "")) for entry in left]


def setting(postgres: Cluster, name: str) -> str:
    """What a new connection is told."""
    with psycopg.connect(postgres.url) as connection:
        row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
        assert row is not None
        return str(row[0])


async def test_a_server_that_restarts_is_noticed_and_found_again(place: Path, postgres: Cluster):
    """Without any call: not ready, sends refused at once, ends of sends kept; then ready, and nothing is missing."""
    async with await ledger_in(place) as ledger:
        await ledger.append(opened(1), (persons("a"),))
        await asyncio.to_thread(postgres.stop)
        try:
            async with asyncio.timeout(10):
                await until(lambda: ledger.failure)
            began = time.monotonic()
            with pytest.raises(LedgerError, match="cannot be written: the database does not answer"):
                await ledger.append(opened(2), (persons("b"),))
            with pytest.raises(LedgerError, match="cannot be written"):
                await ledger.append(opened(3), durable=False)
            with pytest.raises(LedgerError):
                await ledger.tallies(persons("c"))
            assert time.monotonic() - began < 1
            await ledger.append(closed(1), durable=False)
        finally:
            await asyncio.to_thread(postgres.start)
        async with asyncio.timeout(10):
            await until(lambda: not ledger.failure and not ledger.backlog)
        await ledger.append(opened(4), (persons("b"),))
        assert (await ledger.tallies(persons("c")))[1].before == 2
        await ledger.append(closed(4))
    assert told(place) == [
        ("send.opened", "send-1", ""),
        ("send.closed", "send-1", "answered"),
        ("send.opened", "send-4", ""),
        ("send.closed", "send-4", "answered"),
    ]
    report = verify(exported(place))
    assert (report.ok, report.open_sends) == (True, 0)


async def test_a_commit_whose_answer_never_came_is_neither_lost_nor_doubled(place: Path, gate: Gate):
    """Who waited was refused, so that send is closed as interrupted; who did not wait stands once."""
    async with await ledger_in(place / "gated") as ledger:
        await ledger.append(opened("first"))
        gate.shut_after_commit()
        for number in range(3):
            await ledger.append(opened(f"lazy-{number}"), durable=False)
        with pytest.raises(LedgerError, match="cannot be written"):
            await ledger.append(opened("waits"), (persons("a"),))
        await gate.swallowed.wait()
        gate.open()
        async with asyncio.timeout(10):
            await until(lambda: not ledger.failure and not ledger.backlog)
        for name in ("first", "lazy-0", "lazy-1", "lazy-2"):
            await ledger.append(closed(name))
    found = told(place)
    names = ["send-first", "send-lazy-0", "send-lazy-1", "send-lazy-2", "send-waits"]
    assert [send for kind, send, _ in found if kind == "send.opened"] == names
    assert [send for _, send, outcome in found if outcome == "interrupted"] == ["send-waits"]
    assert verify(exported(place)).ok


async def test_one_that_was_thought_dead_says_so_and_goes_on(place: Path, gate: Gate):
    """Cut off from the database, its sends are closed by a living one; back again, it closes them as they ended."""
    mine = await ledger_in(place / "gated")
    other = await ledger_in(place, checkpoint_every_s=0.05)
    await mine.append(opened(1), (persons("a"),))
    gate.shut()
    async with asyncio.timeout(20):
        await until(lambda: "instance.recovered" in kinds(place))
        await until(lambda: mine.failure)
        await mine.append(closed(1), durable=False)
        gate.open()
        await until(lambda: not mine.failure and not mine.backlog)
    await other.close()
    await mine.append(opened(2))
    await mine.append(closed(2))
    await mine.close()
    assert told(place) == [
        ("send.opened", "send-1", ""),
        ("send.closed", "send-1", "interrupted"),
        ("instance.recovered", "", ""),
        ("instance.resumed", "", ""),
        ("send.closed", "send-1", "answered"),
        ("send.opened", "send-2", ""),
        ("send.closed", "send-2", "answered"),
    ]
    assert verify(exported(place)).ok


async def test_the_living_are_not_thought_dead(place: Path):
    """Two instances look at each other many times."""
    async with await ledger_in(place, checkpoint_every_s=0.01) as one, await ledger_in(place) as two:
        await two.append(opened(2))
        for number in range(20):
            await one.append(opened(f"one-{number}"))
            await one.append(closed(f"one-{number}"))
        assert rows(place, "SELECT send FROM open_sends") == [("send-2",)]
    assert "instance.recovered" not in kinds(place)


async def test_after_a_restart_of_the_server_the_living_have_time_to_come_back(place: Path, postgres: Cluster):
    """Who was there before the restart is not dead yet; who came after it, without a mark, is."""
    store = open_store((place / "store-url").read_text(encoding="utf-8"))
    await asyncio.to_thread(postgres.stop)
    await asyncio.to_thread(postgres.start)
    sql = store.sql()
    with sql.transaction():
        assert sql.is_alive(7, "2020-01-01T00:00:00.000Z")
        assert not sql.is_alive(8, "2999-01-01T00:00:00.000Z")
    sql.close()
    store.close()


async def test_a_database_that_lost_what_was_durable_is_not_written_to(place: Path, gate: Gate):
    """A copy that lags behind takes over: the instance sees that its entries are gone, and nothing leaves."""
    ledger = await ledger_in(place / "gated")
    await ledger.append(opened(1))
    ((peaks,),) = rows(place, "SELECT peaks FROM tip")
    await ledger.append(opened(2))
    gate.shut()
    change(place, "DELETE FROM entries WHERE seq = 2", f"UPDATE tip SET size = 2, peaks = '\\x{peaks.hex()}'")
    gate.open()
    async with asyncio.timeout(10):
        await until(lambda: "gone from the store" in (ledger.failure or ""))
    with pytest.raises(LedgerError, match="gone from the store"):
        await ledger.append(opened(3))
    await ledger.close()
    assert kinds(place) == ["instance.started", "send.opened"]


async def test_four_open_an_empty_database_at_once(place: Path):
    """One makes the schema, the others wait for it; their numbers have no gap."""
    ledgers = await asyncio.gather(*(ledger_in(place) for _ in range(4)))
    await asyncio.gather(*(ledger.append(opened(f"{n}-{i}")) for n in range(10) for i, ledger in enumerate(ledgers)))
    await asyncio.gather(*(ledger.close() for ledger in ledgers))
    report = verify(exported(place))
    assert (report.ok, report.size, report.open_sends) == (True, 4 + 40 + 40 + 4, 0)


async def test_commits_wait_for_the_disk_whatever_the_server_thinks(place: Path, postgres: Cluster):
    """A weaker `synchronous_commit` is overruled and the mode told; a server without fsync is refused."""
    url = (place / "store-url").read_text(encoding="utf-8")
    (place / "store-url").write_text(f"{url}%20-csynchronous_commit%3Doff", encoding="utf-8")
    async with await ledger_in(place) as ledger:
        assert ledger.mode == "synchronous_commit=on"
    assert rows(place, "SHOW synchronous_commit") == [("on",)]
    postgres.run_sql("ALTER SYSTEM SET fsync = off")
    postgres.run_sql("SELECT pg_reload_conf()")
    try:
        await until(lambda: setting(postgres, "fsync") == "off")
        with pytest.raises(ConfigError, match="fsync is off"):
            await ledger_in(place)
    finally:
        postgres.run_sql("ALTER SYSTEM RESET fsync")
        postgres.run_sql("SELECT pg_reload_conf()")
        await until(lambda: setting(postgres, "fsync") == "on")


def test_no_password_is_in_an_error(postgres: Cluster):
    """The place is named, the secret is not."""
    for url in (
        f"postgresql://someone:hidden-word@127.0.0.1:{postgres.port}/nowhere",
        "postgresql://someone:hidden-word@127.0.0.1:1/nowhere",
        "postgresql://someone:hidden-word@127.0.0.1:port/nowhere",
        "postgresql://someone@127.0.0.1:1/nowhere?password=hidden-word&unknown=1",
    ):
        with pytest.raises((LedgerError, ConfigError)) as caught:
            open_store(url)
        assert "hidden-word" not in str(caught.value)
        assert "hidden-word" not in repr(caught.value)
