"""Gateways on PostgreSQL: what one records the other knows, and what happens while the database is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.gateway.conftest import House
from tests.postgres_cluster import Cluster

from isthmus.apps.demo.ecosystems import Ecosystems
from isthmus.clock import now
from isthmus.config import read_config
from isthmus.gateway import Gateway, build
from isthmus.steps.record.verify import verify
from isthmus.store import NewRow, append_registry, export_lines, open_store

SIMULATED = "mistral-frankfurt"
EXPORT = "客户手机13912345678，请回电。"


@pytest.fixture
async def house(tmp_path: Path, database: str) -> AsyncIterator[House]:
    """A gateway whose store is a database."""
    async with Ecosystems() as ecosystems:
        made = House(tmp_path, ecosystems, database)
        made.write()
        made.gateway = await build(str(made.config))
        try:
            yield made
        finally:
            await made.gateway.close()


async def test_while_the_database_is_away_nothing_leaves(house: House, postgres: Cluster):
    """Readiness tells why within seconds, calls are 503 and reach nobody; back again it serves by itself."""
    assert (await house.chat(EXPORT, "abroad")).status == 200
    assert house.gateway.ready()["durability"] == "synchronous_commit=on"
    reached = len(house.sent(SIMULATED))
    await asyncio.to_thread(postgres.stop)
    try:
        await house.until(lambda: not house.gateway.ready()["ready"])
        assert "the database does not answer" in house.gateway.ready()["why"]
        for text, model in ((EXPORT, "abroad"), ("客户手机13912345679。", "abroad"), ("Hello", "home")):
            answer = await house.chat(text, model)
            assert answer.status == 503, answer.body
            assert "x-should-retry" not in answer.headers
        assert len(house.sent(SIMULATED)) == reached
    finally:
        await asyncio.to_thread(postgres.start)
    await house.until(lambda: house.gateway.ready()["ready"] and house.gateway.ready()["registry"] == "fresh")
    assert (await house.chat(EXPORT, "abroad")).status == 200
    assert (await house.chat("Hello", "home")).status == 200
    await house.gateway.close()
    store = open_store(read_config(house.config).store_url())
    report = verify(export_lines(store))
    store.close()
    assert (report.ok, report.open_sends) == (True, 0)


async def test_what_is_recorded_at_one_gateway_holds_at_the_other(house: House):
    """A key that is revoked in the store ends everywhere within seconds."""
    other: Gateway = await build(str(house.config))
    mine, house.gateway = house.gateway, other
    assert (await house.chat("Hello", "home")).status == 200
    store = open_store(read_config(house.config).store_url())
    revoked = NewRow(what="revoke", id="app", content={"what": "key", "id": "app", "reason": "lost"})
    append_registry(store, [revoked], at=now(), by="tester")
    store.close()
    before = (mine.ready()["snapshot"], other.ready()["snapshot"])
    await house.until(lambda: mine.ready()["snapshot"] != before[0] and other.ready()["snapshot"] != before[1])
    assert (await house.chat("Hello", "home")).status == 401
    house.gateway = mine
    assert (await house.chat("Hello", "home")).status == 401
    await other.close()
