"""Messages as a way in, before deployments that speak Chat: pseudonyms, streams, errors, tokens."""

from __future__ import annotations

import json

import pytest
from anthropic.types import Message

RESIDENT_ID = "11010519491231002X"
MOBILE = "13912345678"
LETTER = f"请给周建国（身份证号{RESIDENT_ID}，手机{MOBILE}）写一封道歉信。"
PATH = "/v1/messages"


def asked(model: str, **more):
    return {"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": LETTER}], **more}


def text_of(answer) -> str:
    """The text of a whole message, or of a stream of one."""
    if not answer.pieces:
        return "".join(block.text for block in Message.model_validate(answer.json).content if block.type == "text")
    deltas = [event["delta"] for event in answer.events if event["type"] == "content_block_delta"]
    return "".join(delta.get("text", "") for delta in deltas)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_messages_call_leaves_as_pseudonyms_in_chat_and_comes_back_as_messages(house, stream):
    answer = await house.ask(asked("abroad", stream=stream, top_k=3), path=PATH)
    assert answer.status == 200, answer.body
    [sent] = house.sent("mistral-frankfurt")
    assert sent["max_tokens"] == 100
    for original in ("周建国", RESIDENT_ID, MOBILE):
        assert original not in json.dumps(sent, ensure_ascii=False)
    assert MOBILE in text_of(answer)
    assert answer.headers["x-isthmus-not-carried"] == "top_k"
    if stream:
        assert [event["type"] for event in answer.events][-1] == "message_stop"
        assert answer.headers["content-type"].startswith("text/event-stream")
    entries = await house.entries()
    closed = next(entry["content"] for entry in entries if entry["kind"] == "send.closed")
    assert closed["asked_in"] == "openai_chat"
    assert closed["not_carried"] == ["top_k"]
    assert closed["outcome"] == "answered"
    assert closed["usage"]["input"]["provenance"] == "provider"


async def test_strict_refuses_what_would_be_left_out(house):
    answer = await house.ask(asked("home", top_k=3, isthmus={"strict": True}), path=PATH)
    assert answer.status == 400
    assert answer.json["type"] == "error"
    assert answer.json["error"]["type"] == "invalid_request_error"
    assert "top_k" in answer.json["error"]["message"]
    assert house.sent("qwen-beijing") == []


async def test_what_cannot_be_carried_names_the_field(house):
    tool = {"type": "web_search_20250305", "name": "web_search"}
    answer = await house.ask(asked("home", tools=[tool]), path=PATH)
    assert answer.status == 400
    assert "/tools/0" in answer.json["error"]["message"]


async def test_a_refusal_is_told_in_the_callers_dialect(house):
    answer = await house.ask(asked("elsewhere"), path=PATH)
    assert answer.status == 451
    assert answer.json["type"] == "error"
    assert answer.json["error"]["type"] == "permission_error"
    assert answer.json["isthmus"]["decisions"]
    assert answer.headers["x-should-retry"] == "false"


async def test_every_place_of_a_key_works_on_every_route(house):
    key = house.keys["app"]
    for header in ("x-api-key", "x-goog-api-key", "authorization"):
        sent = {header: f"Bearer {key}" if header == "authorization" else key}
        for path in (PATH, "/v1/chat/completions"):
            body = {"model": "home", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]}
            answer = await house.ask(body, key="", path=path, **sent)
            assert answer.status == 200, (header, path)
    both = await house.ask(asked("home"), path=PATH, **{"x-api-key": house.keys["narrow"]})
    assert both.status == 400
    assert "two different keys" in both.json["error"]["message"]
    same = await house.ask(asked("home"), path=PATH, **{"x-api-key": key})
    assert same.status == 200


async def test_tokens_are_estimated_here_and_nothing_leaves(house):
    body = {name: value for name, value in asked("abroad").items() if name != "max_tokens"}
    answer = await house.ask(body, path=f"{PATH}/count_tokens")
    assert answer.status == 200
    assert answer.json["input_tokens"] > 10
    assert answer.headers["x-isthmus-usage"] == "estimated; tokenizer=characters"
    assert house.sent("mistral-frankfurt") == []
    denied = await house.ask(body, path=f"{PATH}/count_tokens", key="")
    assert denied.status == 401
    assert denied.json["error"]["type"] == "authentication_error"


async def test_models_are_listed_in_the_dialect_that_the_headers_name(house):
    chat = await house.ask(b"", path="/v1/models", method="GET")
    messages = await house.ask(b"", path="/v1/models", method="GET", **{"anthropic-version": "2023-06-01"})
    assert chat.json["object"] == "list"
    assert {row["id"] for row in messages.json["data"]} == {row["id"] for row in chat.json["data"]}
    assert messages.json["data"][0]["type"] == "model"


@pytest.mark.parametrize(("path", "kind"), [("/v1/messages/batches", "anthropic"), ("/v1/assistants/x", "openai")])
async def test_what_is_not_offered_names_the_alternative(house, path, kind):
    answer = await house.ask({}, path=path)
    assert answer.status == 501
    assert "use /v1/" in answer.json["error"]["message"]
    assert (answer.json.get("type") == "error") == (kind == "anthropic")
