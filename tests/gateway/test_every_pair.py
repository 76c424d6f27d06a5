"""Every way in before every way out: pseudonyms, streams, ten turns of tools with signed thinking, errors.

The far sides are the simulated services, which reject what the real ones reject, thoughts that come back changed among
it; the near sides are read with the vendors' own typed models.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from tests.gateway.callers import CLIENTS, LETTER, MOBILE, NAME, RESIDENT_ID, TOOLS, WAYS, Node, call, sent


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("out", WAYS)
@pytest.mark.parametrize("way", WAYS)
async def test_text_and_thinking_leave_as_pseudonyms_and_come_back(pairs, way, out, stream):
    client = CLIENTS[way]
    answer = await call(pairs, way, out, [client.user(LETTER)], stream=stream)
    assert answer.status == 200, answer.body
    left = json.dumps(sent(pairs)[-1], ensure_ascii=False)
    assert not any(original in left for original in (NAME, RESIDENT_ID, MOBILE))
    said = client.read(answer)
    assert MOBILE in client.text(said)
    whole = json.dumps(said, ensure_ascii=False)
    assert whole.count(MOBILE) > client.text(said).count(MOBILE), "the thinking came back as well"
    closed = next(entry["content"] for entry in await pairs.entries() if entry["kind"] == "send.closed")
    assert closed["usage"]["input"]["provenance"] == closed["usage"]["output"]["provenance"] == "provider"
    if way != out:
        assert closed["asked_in"] == out


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("out", WAYS)
@pytest.mark.parametrize("way", WAYS)
async def test_ten_turns_of_tools_with_signed_thinking(pairs, way, out, stream):
    """The far side checks every signature and every id; the near side sends back what it was given."""
    client = CLIENTS[way]
    items = [client.user(LETTER)]
    for turn in range(10):
        asked = {"tools": [TOOLS[way]], **({} if turn % 2 == 0 else NO_TOOLS[way])}
        answer = await call(pairs, way, out, items, stream=stream, **asked)
        assert answer.status == 200, (turn, answer.body.decode())
        said = client.read(answer)
        calls = client.calls(said)
        assert bool(calls) == (turn % 2 == 0), turn
        results = [(ident, f"{NAME}的地址是上海") for ident, _ in calls]
        for _, arguments in calls:
            assert "who" in arguments
        items += client.go_on(said, results)
        if not calls:
            items.append(client.user(f"再查一次{NAME}，第{turn}次"))
    left = json.dumps(sent(pairs), ensure_ascii=False)
    assert not any(original in left for original in (NAME, RESIDENT_ID, MOBILE))


NO_TOOLS: dict[str, Node] = {
    "openai_chat": {"tool_choice": "none"},
    "openai_responses": {"tool_choice": "none"},
    "anthropic": {"tool_choice": {"type": "none"}},
    "gemini": {"toolConfig": {"functionCallingConfig": {"mode": "NONE"}}},
}
ERRORS: dict[str, Callable[[Any], Any]] = {
    "openai_chat": lambda body: body["error"]["type"],
    "openai_responses": lambda body: body["error"]["type"],
    "anthropic": lambda body: body["error"]["type"],
    "gemini": lambda body: body["error"]["status"],
}


@pytest.mark.parametrize("out", WAYS)
@pytest.mark.parametrize("way", WAYS)
async def test_an_error_of_the_deployment_is_told_in_the_callers_form(pairs, way, out):
    client = CLIENTS[way]
    pairs.ecosystems.fail("mistral-frankfurt", "400")
    answer = await call(pairs, way, out, [client.user("hello")])
    assert answer.status == 400
    assert ERRORS[way](answer.json)
    assert "a field is not understood" in answer.body.decode()


@pytest.mark.parametrize("out", WAYS)
@pytest.mark.parametrize("way", WAYS)
async def test_a_stream_that_breaks_ends_in_the_callers_form(pairs, way, out):
    client = CLIENTS[way]
    pairs.ecosystems.fail("mistral-frankfurt", "half")
    answer = await call(pairs, way, out, [client.user(LETTER)], stream=True)
    assert answer.status == 200
    last = answer.body.decode().strip().split("\n\n")[-1]
    told = msgspec.json.decode(last.partition("data: ")[2])
    assert told.get("error") or told.get("type") == "error"
    closed = [entry["content"] for entry in await pairs.entries() if entry["kind"] == "send.closed"]
    assert [each["outcome"] for each in closed] == ["upstream_broken_reply"]
