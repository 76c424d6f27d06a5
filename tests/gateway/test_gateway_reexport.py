"""Data that came from abroad may leave again while nothing from here was added: remembered for each conversation."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.gateway.conftest import Answer, House

from isthmus.apps.demo.ecosystems import Ecosystems
from isthmus.catalogues import load_catalogues
from isthmus.clock import now
from isthmus.config import read_config
from isthmus.explaining import explain, key_named, registered
from isthmus.gateway import build
from isthmus.registry.keys import digest
from isthmus.store import NewRow, append_registry, open_store

ACTS: list[dict[str, Any]] = [
    {"id": "pia-2", "kind": "impact_assessment", "entity": "sh", "recipient": "nobody", "valid_from": "2026-01-01"},
    {"id": "notice-2", "kind": "notice", "entity": "sh", "recipient": "nobody", "valid_from": "2026-01-01"},
]
CHOICES = [
    {"fact": "purpose", "values": ["drafting"], "default": "drafting"},
    {"fact": "origin", "values": ["here", "abroad"]},
]
KEYS: dict[str, dict[str, Any]] = {
    "transit": {"entity": "sh", "choices": CHOICES, "reexport": True},
    "either": {"entity": "sh", "choices": CHOICES},
}
# A sensitive datum of a person; nobody at `elsewhere` signed a contract, so only the exemption lets it leave.
SENSITIVE = "客户身份证号110101199003070134，请核对。"


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """Nothing for the house's own file, or a database."""
    return str(request.getfixturevalue("database")) if request.param == "postgresql" else ""


@asynccontextmanager
async def gateways(folder: Path, store_url: str) -> AsyncIterator[tuple[House, House]]:
    """Two gateways on one store, with keys for data from abroad."""
    async with Ecosystems() as ecosystems:
        house = House(folder, ecosystems, store_url)
        house.write()
        rows = [NewRow(what="act", id=act["id"], content=act) for act in ACTS]
        for name, key in KEYS.items():
            house.keys[name] = f"isk_{name}"
            rows.append(NewRow(what="key", id=name, content={"id": name, "hash": digest(house.keys[name]), **key}))
        store = open_store(read_config(house.config).store_url())
        append_registry(store, rows, at=now(), by="tester")
        store.close()
        house.gateway = await build(str(house.config))
        other = copy.copy(house)
        other.gateway = await build(str(house.config))
        try:
            yield house, other
        finally:
            await house.gateway.close()
            await other.gateway.close()


async def say(
    house: House, text: str, *, key: str = "transit", model: str = "elsewhere", origin: str = "abroad", named: str = "a"
) -> Answer:
    """A call in a conversation, with data from there."""
    own = {"origin": origin} | ({"conversation": named} if named else {})
    return await house.chat(text, model, key=key, isthmus=own)


async def test_what_came_from_abroad_leaves_until_something_from_here_joins(tmp_path: Path, store_url: str):
    """At either gateway, for that conversation alone, and for good."""
    async with gateways(tmp_path, store_url) as (one, two):
        answer = await say(one, SENSITIVE)
        assert answer.status == 200, answer.body
        assert (await say(two, "客户手机13912345678。", model="home", origin="here")).status == 200
        for house in (one, two):
            refused = await say(house, SENSITIVE)
            assert refused.status == 451
            assert (await say(house, SENSITIVE, named="b")).status == 200
        assert (await say(one, SENSITIVE, key="either", named="a")).status == 200  # the name is another key's
        entries = await one.entries()
        joined = [entry["content"] for entry in entries if entry["kind"] == "conversation.joined"]
        assert [(row["entity"], row["joined"]) for row in joined] == [
            ("sh", [{"origin": "here", "classes": ["cn.personal", "common.personal"]}])
        ]
        assert joined[0]["conversation"] != "a"


async def test_explain_knows_what_joined(tmp_path: Path):
    """What it prints is what the call would meet."""
    async with gateways(tmp_path, "") as (one, _):
        await say(one, "客户手机13912345678。", model="home", origin="here")
        catalogues = load_catalogues(one.config)
        released = {}
        for named in ("a", "b"):
            own = {"origin": "abroad", "conversation": named}
            body = {"model": "elsewhere", "messages": [{"role": "user", "content": SENSITIVE}], "isthmus": own}
            store, current = registered(catalogues)
            key = key_named(current, "transit")
            asked = partial(explain, catalogues, current, store, key=key, body=json.dumps(body).encode(), headers={})
            (found,) = [row for row in (await asyncio.to_thread(asked)).outlooks if row.deployment == "elsewhere"]
            released[named] = found.decision.release
            store.close()
        assert released == {"a": False, "b": True}


async def test_what_holds_no_data_does_not_join(tmp_path: Path):
    """Nor does what came from abroad itself."""
    async with gateways(tmp_path, "") as (one, _):
        assert (await say(one, "请翻译：你好。", model="home", origin="here")).status == 200
        assert (await say(one, SENSITIVE, model="home")).status == 200
        assert (await say(one, SENSITIVE)).status == 200


async def test_what_could_not_be_read_joins(tmp_path: Path):
    """An image from here may hold anything."""
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    async with gateways(tmp_path, "") as (one, _):
        content = [{"type": "text", "text": "这是什么？"}, image]
        body = {"model": "home", "messages": [{"role": "user", "content": content}]}
        own = {"origin": "here", "conversation": "a"}
        await one.ask({**body, "isthmus": own}, key="transit")
        assert (await say(one, SENSITIVE)).status == 451


async def test_without_a_name_the_origin_is_not_believed(tmp_path: Path):
    """A key for re-export must name the conversation; another key's origin is then unknown."""
    async with gateways(tmp_path, "") as (one, _):
        assert (await say(one, SENSITIVE, named="")).status == 400
        assert (await say(one, SENSITIVE, key="either", named="")).status == 451
        assert (await say(one, SENSITIVE, key="either")).status == 200
