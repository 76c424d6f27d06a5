"""Every way in before the wire forms of single vendors: pseudonyms, streams, turns of tools, usage, errors."""

from __future__ import annotations

import json

import pytest
from tests.gateway.callers import CLIENTS, LETTER, MOBILE, NAME, RESIDENT_ID, TOOLS, WAYS, call, sent
from tests.gateway.test_every_pair import ERRORS

from isthmus.dialects.known import OWN

# forms in whose simulated answers a thought stands; Converse asks for none
THINKING = {"cohere", "ollama", "dashscope", "dashscope_multimodal", "hunyuan"}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("out", OWN)
@pytest.mark.parametrize("way", WAYS)
async def test_text_leaves_as_pseudonyms_and_comes_back(owns, way, out, stream):
    client = CLIENTS[way]
    answer = await call(owns, way, out, [client.user(LETTER)], stream=stream)
    assert answer.status == 200, answer.body
    left = json.dumps(sent(owns)[-1], ensure_ascii=False)
    assert not any(original in left for original in (NAME, RESIDENT_ID, MOBILE))
    said = client.read(answer)
    assert MOBILE in client.text(said)
    if out in THINKING:
        whole = json.dumps(said, ensure_ascii=False)
        assert whole.count(MOBILE) > client.text(said).count(MOBILE), "the thinking came back as well"
    closed = next(entry["content"] for entry in await owns.entries() if entry["kind"] == "send.closed")
    assert closed["usage"]["input"]["provenance"] == closed["usage"]["output"]["provenance"] == "provider"
    assert closed["asked_in"] == out


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("out", OWN)
@pytest.mark.parametrize("way", WAYS)
async def test_ten_turns_of_tools(owns, way, out, stream):
    """The far side checks the order and the ids of calls and results, and what it signed."""
    client = CLIENTS[way]
    items = [client.user(LETTER)]
    for turn in range(10):
        answer = await call(owns, way, out, items, stream=stream, tools=[TOOLS[way]])
        assert answer.status == 200, (turn, answer.body.decode())
        said = client.read(answer)
        calls = client.calls(said)
        assert bool(calls) == (turn % 2 == 0), turn
        assert all("who" in arguments for _, arguments in calls)
        items += client.go_on(said, [(ident, f"{NAME}的地址是上海") for ident, _ in calls])
        if not calls:
            items.append(client.user(f"再查一次{NAME}，第{turn}次"))
    left = json.dumps(sent(owns), ensure_ascii=False)
    assert not any(original in left for original in (NAME, RESIDENT_ID, MOBILE))


@pytest.mark.parametrize("out", OWN)
@pytest.mark.parametrize("way", WAYS)
async def test_an_error_of_the_deployment_is_told_in_the_callers_form(owns, way, out):
    client = CLIENTS[way]
    owns.ecosystems.fail("mistral-frankfurt", "400")
    answer = await call(owns, way, out, [client.user("hello")])
    assert answer.status == 400
    assert ERRORS[way](answer.json)
    assert "a field is not understood" in answer.body.decode()


@pytest.mark.parametrize("stream", [False, True])
async def test_an_error_with_the_status_of_an_answer_is_one_all_the_same(owns, stream):
    """Hunyuan answers a bad request with 200, whole or asked for as a stream."""
    client = CLIENTS["openai_chat"]
    items = [client.user("hello"), {"role": "tool", "tool_call_id": "nobody", "content": "7"}]
    answer = await call(owns, "openai_chat", "hunyuan", items, stream=stream)
    assert answer.status == 400, answer.body
    assert "no tool call `nobody`" in answer.body.decode()
    meant = {"status": 400, "kind": "invalid", "code": "InvalidParameter"}
    assert answer.json["isthmus"]["upstream"] == meant
    closed = [entry["content"] for entry in await owns.entries() if entry["kind"] == "send.closed"]
    assert [each["upstream"] for each in closed] == [meant]


@pytest.mark.parametrize("out", OWN)
@pytest.mark.parametrize("way", WAYS)
async def test_a_stream_that_breaks_is_told(owns, way, out):
    client = CLIENTS[way]
    owns.ecosystems.fail("mistral-frankfurt", "half")
    answer = await call(owns, way, out, [client.user(LETTER)], stream=True)
    assert answer.status == 200
    assert "upstream_broken_reply" in answer.body.decode()
