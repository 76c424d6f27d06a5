"""Responses that are kept at home: continued, shown, listed, deleted, expired, and nobody else's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai.types.responses import Response
from tests.gateway.callers import LETTER, MOBILE, NAME, RESIDENT_ID, WAYS, sent

from isthmus.config import read_config
from isthmus.gateway import build
from isthmus.store import open_store

PATH = "/v1/responses"
PLANTED = (NAME, RESIDENT_ID, MOBILE)


@pytest.fixture
async def keeping(pairs):
    """The house with a deployment abroad for each wire form; its operator lets responses be kept for a week."""
    text = pairs.config.read_text(encoding="utf-8").replace("store: {", "policy: {keep_responses_days: 7}\nstore: {", 1)
    pairs.config.write_text(text, encoding="utf-8")
    await pairs.gateway.close()
    pairs.gateway = await build(str(pairs.config))
    return pairs


def response_of(answer: Any) -> Any:
    assert answer.status == 200, answer.body
    body = answer.events[-1]["response"] if answer.pieces else answer.json
    Response.model_validate(body)
    return body


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("out", WAYS)
async def test_a_conversation_goes_on_from_what_is_kept(keeping, out, stream):
    model = f"out-{out.replace('_', '-')}"
    first = await keeping.ask({"model": model, "input": LETTER, "stream": stream}, path=PATH)
    said = response_of(first)
    assert (said["store"], said["previous_response_id"]) == (True, None)
    assert first.headers["x-isthmus-kept-until"]
    if stream:
        assert {event["response"]["id"] for event in first.events if "response" in event} == {said["id"]}
    asked = {"model": model, "input": f"再说一次{NAME}", "previous_response_id": said["id"], "stream": stream}
    second = response_of(await keeping.ask(asked, path=PATH))
    assert second["previous_response_id"] == said["id"] != second["id"]
    left = [json.dumps(body, ensure_ascii=False) for body in sent(keeping)]
    assert not any(original in body for original in PLANTED for body in left)
    assert all(body.get("store") in (None, False) for body in sent(keeping))
    tokens = [body.partition("电话-")[2][:5] for body in left]
    assert tokens[0] == tokens[1] != "", "the first call's conversation goes on: a number keeps its pseudonym"
    shown = await keeping.ask(b"", path=f"{PATH}/{second['id']}", method="GET")
    assert shown.json == second


async def test_what_went_in_is_listed_in_pages(keeping):
    first = response_of(await keeping.ask({"model": "out-openai-chat", "input": LETTER}, path=PATH))
    asked = {"model": "out-openai-chat", "previous_response_id": first["id"], "input": "and now?"}
    second = response_of(await keeping.ask(asked, path=PATH))
    path = f"{PATH}/{second['id']}/input_items"
    listed = (await keeping.ask(b"", path=path, method="GET", query="order=asc")).json
    assert [item["role"] for item in listed["data"]] == ["user", "assistant", "user"]
    assert listed["data"][0]["content"][0]["text"] == LETTER
    page = (await keeping.ask(b"", path=path, method="GET", query="limit=2")).json
    assert ([item["id"] for item in page["data"]], page["has_more"]) == (
        [item["id"] for item in listed["data"][:0:-1]],
        True,
    )
    rest = (await keeping.ask(b"", path=path, method="GET", query=f"limit=2&after={page['last_id']}")).json
    assert ([item["id"] for item in rest["data"]], rest["has_more"]) == ([listed["first_id"]], False)
    wrong = await keeping.ask(b"", path=path, method="GET", query="limit=0")
    assert wrong.status == 400


async def test_what_is_deleted_is_gone(keeping):
    said = response_of(await keeping.ask({"model": "home", "input": "hello"}, path=PATH))
    path = f"{PATH}/{said['id']}"
    assert (await keeping.ask(b"", path=f"{path}/cancel")).status == 400
    deleted = await keeping.ask(b"", path=path, method="DELETE")
    assert deleted.json == {"id": said["id"], "object": "response", "deleted": True}
    assert (await keeping.ask(b"", path=path, method="GET")).status == 404
    gone = await keeping.ask({"model": "home", "input": "x", "previous_response_id": said["id"]}, path=PATH)
    assert (gone.status, gone.json["error"]["param"]) == (404, "/previous_response_id")


async def test_nobody_else_sees_it_and_the_store_holds_no_text(keeping):
    said = response_of(await keeping.ask({"model": "home", "input": LETTER}, path=PATH))
    path = f"{PATH}/{said['id']}"
    for key in ("narrow", "asia"):
        assert (await keeping.ask(b"", path=path, method="GET", key=key)).status == 404
        asked = {"model": "home", "input": "x", "previous_response_id": said["id"]}
        assert (await keeping.ask(asked, path=PATH, key=key)).status == 404
    await keeping.gateway.close()
    store = open_store(read_config(keeping.config).store_url())
    with store.reading() as sql:
        [row] = sql.rows("SELECT id, entity, caller, conversation, until, body FROM kept")
    assert not any(original.encode() in bytes(row[-1]) for original in PLANTED)
    with store.writing() as sql:
        sql.run("UPDATE kept SET until = '2020-01-01'")
    store.close()
    keeping.gateway = await build(str(keeping.config))
    assert (await keeping.ask(b"", path=path, method="GET")).status == 404


async def test_what_is_not_to_be_stored_is_not(keeping):
    answer = await keeping.ask({"model": "home", "input": "hello", "store": False}, path=PATH)
    assert answer.json["store"] is False
    assert "x-isthmus-kept-until" not in answer.headers
    shown = await keeping.ask(b"", path=f"{PATH}/{answer.json['id']}", method="GET")
    assert shown.status == 404


async def test_where_the_operator_keeps_nothing_the_routes_say_so(house):
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/input_items"), ("POST", "/cancel")):
        answer = await house.ask(b"", path=f"{PATH}/resp_1{path}", method=method)
        assert answer.status == 501
        assert "send the whole conversation" in answer.json["error"]["message"]
