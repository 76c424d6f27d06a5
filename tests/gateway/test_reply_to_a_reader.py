"""A reply goes to whoever asked: where that is another country, what stands in it is decided before it is given out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.gateway.callers import CLIENTS, WAYS
from tests.gateway.conftest import House

from isthmus.apps.demo.ecosystems import Ecosystems
from isthmus.clock import now
from isthmus.config import read_config
from isthmus.gateway import build
from isthmus.registry.keys import digest
from isthmus.store import NewRow, append_registry, open_store

NUMBER = "13987654321"
OWN = "13912345678"
CHOICES = [{"fact": "purpose", "values": ["drafting"], "default": "drafting"}]
KEYS: dict[str, dict[str, Any]] = {
    "away": {"entity": "sh", "choices": CHOICES, "located_in": "sg"},
    "there": {"entity": "sg", "choices": CHOICES},
}


@pytest.fixture
async def away(tmp_path: Path) -> AsyncIterator[House]:
    """The house with a key of the mainland entity whose callers sit in Singapore."""
    async with Ecosystems() as ecosystems:
        house = House(tmp_path, ecosystems)
        house.write()
        rows = []
        for name, key in KEYS.items():
            house.keys[name] = f"isk_{name}"
            rows.append(NewRow(what="key", id=name, content={"id": name, "hash": digest(house.keys[name]), **key}))
        record(house, rows)
        house.gateway = await build(str(house.config))
        try:
            yield house
        finally:
            await house.gateway.close()


def record(house: House, rows: list[NewRow]) -> None:
    store = open_store(read_config(house.config).store_url())
    append_registry(store, rows, at=now(), by="tester")
    store.close()


async def ground(house: House) -> None:
    """The contract, assessment and notice that let personal data go to the entity's people abroad."""
    acts = [
        {"id": f"r-{kind}", "kind": kind, "entity": "sh", "recipient": "sh", "valid_from": "2026-01-01"}
        for kind in ("standard_contract", "impact_assessment", "notice", "separate_consent")
    ]
    acts[0]["filed_on"] = "2026-01-05"
    record(house, [NewRow(what="act", id=act["id"], content=act) for act in acts])
    snapshot = house.gateway.ready()["snapshot"]
    await house.until(lambda: house.gateway.ready()["snapshot"] != snapshot)


async def ask(house: House, way: str, *, stream: bool, key: str = "away"):
    """A call of a dialect to the deployment at home."""
    client = CLIENTS[way]
    items = [client.user(f"请写安装说明，联系{OWN}。")]
    if way == "gemini":
        method = "streamGenerateContent" if stream else "generateContent"
        path, query = client.path.format(model="home", method=method), "alt=sse" if stream else ""
        return await house.ask({"contents": items}, path=path, query=query, key=key)
    body = {"input" if way == "openai_responses" else "messages": items, "model": "home", "stream": stream}
    return await house.ask(body | ({"max_tokens": 999} if way == "anthropic" else {}), path=client.path, key=key)


def kinds(entries: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [entry["content"] for entry in entries if entry["kind"] == kind]


@pytest.mark.parametrize(
    ("key", "model", "mode"),
    [("app", "home", "none"), ("app", "abroad", "observe"), ("there", "home", "observe"), ("away", "home", "hold"),
     ("away", "elsewhere", "none")],
)  # fmt: skip
async def test_the_decision_chooses_the_mode(away, key, model, mode):
    """At home, from abroad to home, to another entity abroad, to its own people abroad, and within one place abroad."""
    answer = await away.chat("hello", model, key=key)
    assert (answer.status, answer.headers["x-isthmus-reply-scan"]) == (200, mode)
    assert [opened["reply_scan"] for opened in kinds(await away.entries(), "send.opened")] == [mode]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("way", WAYS)
async def test_what_the_caller_sent_itself_is_nothing_new(away, way, stream):
    answer = await ask(away, way, stream=stream)
    assert answer.status == 200, answer.body
    assert OWN in CLIENTS[way].text(CLIENTS[way].read(answer))
    assert kinds(await away.entries(), "reply.decided") == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("way", WAYS)
async def test_what_may_not_go_to_the_reader_is_refused_with_the_article(away, way, stream):
    """Nothing was given out yet, so the refusal is whole; the answer was paid for all the same."""
    away.ecosystems.fail("qwen-beijing", "indiscreet_now")
    answer = await ask(away, way, stream=stream)
    assert (answer.status, answer.headers["x-isthmus-error"]) == (451, "reply_withheld")
    assert "PIPL" in answer.body.decode()
    assert NUMBER not in answer.body.decode()
    entries = await away.entries()
    [decided] = kinds(entries, "reply.decided")
    assert (decided["reader"], decided["found"], decided["released"]) == ("sg", {"cn.mobile": 1}, False)
    [closed] = kinds(entries, "send.closed")
    assert closed["outcome"] == "reply_withheld"
    assert kinds(entries, "call.refused") == []
    assert NUMBER not in json.dumps(entries)


STOPS = {
    "openai_chat": '"finish_reason":"content_filter"',
    "openai_responses": "response.incomplete",
    "anthropic": '"stop_reason":"refusal"',
    "gemini": '"finishReason":"SAFETY"',
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_stream_that_may_not_go_on_stops_in_the_dialects_own_form(away, way):
    """With the ledger's id, and without a digit of what is kept back."""
    away.ecosystems.fail("qwen-beijing", "indiscreet")
    answer = await ask(away, way, stream=True)
    assert (answer.status, answer.headers["x-isthmus-reply-scan"]) == (200, "hold")
    said = answer.body.decode()
    assert STOPS[way] in said
    assert answer.headers["x-isthmus-ledger-id"] in said
    assert "轴承须" in said
    assert "手机1" not in said
    assert not any(NUMBER[:digits] in said.replace(OWN, "") for digits in (6, 11))
    entries = await away.entries()
    assert [closed["outcome"] for closed in kinds(entries, "send.closed")] == ["stopped"]


@pytest.mark.parametrize("fault", ["indiscreet_now", "indiscreet"])
@pytest.mark.parametrize("stream", [False, True])
async def test_with_a_ground_the_reply_goes_to_the_reader_and_its_persons_are_counted(away, stream, fault):
    await ground(away)
    away.ecosystems.fail("qwen-beijing", fault)
    answer = await away.chat("负责人是谁？", "home", key="away", stream=stream)
    assert answer.status == 200, answer.body
    assert NUMBER in answer.text
    assert answer.headers["x-isthmus-reply-scan"] == "hold"
    again = await away.chat(f"联系{NUMBER}。", "abroad", isthmus={"decision": True})
    counts = {row["category"]: (row["before"], row["after"]) for row in again.json["isthmus"]["counts"]}
    assert counts["general"] == (1, 1), "the person of the reply is known"
    [decided] = kinds(await away.entries(), "reply.decided")
    assert decided["released"] is True


async def test_a_held_stream_comes_as_it_was(away):
    """The same pieces of text, the same finish, after a prompt without any data."""
    held = await away.chat("hello", "home", key="away", stream=True)
    free = await away.chat("hello", "home", key="app", stream=True)
    same = [{**event, "id": "", "created": 0} for event in held.events]
    assert same == [{**event, "id": "", "created": 0} for event in free.events]


async def test_half_a_held_stream_is_an_error_behind_all_that_came(away):
    away.ecosystems.fail("qwen-beijing", "half")
    answer = await away.chat("hello", "home", key="away", stream=True)
    assert answer.events[-1]["error"]["code"] == "upstream_broken_reply"
    assert len(answer.events) > 2
