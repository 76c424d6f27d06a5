"""A client that leaves while its send is being written into the ledger."""

from __future__ import annotations

import asyncio
import json

import pytest

from isthmus.config import read_config
from isthmus.store import entry_bodies, open_store


async def test_a_client_that_leaves_while_the_entry_is_written(house):
    """The entry is written all the same, so it is closed too, at once; nothing left."""
    store = open_store(read_config(house.config).store_url(), create=False)
    try:
        with store.writing():
            task = asyncio.ensure_future(house.chat("电话13912345678", "abroad"))
            await house.until(lambda: house.gateway.ready()["ledger_backlog"] > 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await house.until(lambda: any(b'"send.closed"' in each for each in entry_bodies(store)))
        entries = [json.loads(each) for each in entry_bodies(store)]
    finally:
        store.close()
    [opened] = [entry["send"] for entry in entries if entry["kind"] == "send.opened"]
    closed = [(entry["send"], entry["content"]["outcome"]) for entry in entries if entry["kind"] == "send.closed"]
    assert closed == [(opened, "client_left")]
    assert house.sent("mistral-frankfurt") == []
