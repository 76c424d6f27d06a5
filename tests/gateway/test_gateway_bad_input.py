"""Bad requests and bad deployments: the right status, nothing personal said, nothing left open."""

from __future__ import annotations

import json

import pytest

SECRET = "周建国13912345678"


def chat(**more):
    return json.dumps({"model": "home", "messages": [{"role": "user", "content": SECRET}], **more}).encode()


DEEP = b'{"model":"home","messages":[{"role":"user","content":"x"}],"a":' + b"[" * 60 + b"]" * 60 + b"}"
BAD_REQUESTS = {
    "empty": (b"", 400),
    "not JSON": (f"{SECRET}{{".encode(), 400),
    "an array": (b"[]", 400),
    "a number": (b"17", 400),
    "no messages": (b'{"model":"home"}', 400),
    "messages of the wrong type": (b'{"model":"home","messages":"x"}', 400),
    "no model": (b'{"messages":[]}', 400),
    "a model of the wrong type": (b'{"model":7,"messages":[]}', 400),
    "an unknown model": (chat(model="gpt-17"), 404),
    "a stream of the wrong type": (chat(stream="yes"), 400),
    "nested too deeply": (DEEP, 400),
    "invalid UTF-8": (b'{"model":"home","messages":[{"role":"user","content":"\xff\xfe"}]}', 400),
    "a lone surrogate": (b'{"model":"home","messages":[{"role":"user","content":"\\ud800"}]}', 400),
    "a key twice": (b'{"model":"home","model":"abroad","messages":[{"role":"user","content":"x"}]}', 400),
    "over the limit": (chat(pad="x" * 200_000), 413),
    "isthmus of the wrong type": (chat(isthmus=[1]), 400),
    "an unknown wish": (chat(isthmus={"porpose": "drafting"}), 400),
    "a value outside the set": (chat(isthmus={"audience": "everyone"}), 403),
    "a statement it may not attest": (chat(isthmus={"consents": ["separate_consent"]}), 403),
}


@pytest.mark.parametrize("name", BAD_REQUESTS)
async def test_a_bad_request_is_told_what_is_wrong(house, name):
    body, status = BAD_REQUESTS[name]
    answer = await house.ask(body)
    assert answer.status == status, answer.body
    error = answer.json["error"]
    assert error["message"]
    assert error["code"]
    assert answer.headers["x-should-retry"] == "false"
    assert SECRET not in answer.body.decode()
    assert "13912345678" not in answer.body.decode()
    assert house.sent("qwen-beijing") == []
    entries = await house.entries()
    [rejected] = [entry for entry in entries if entry["kind"] == "call.rejected"]
    assert rejected["content"] == {"key": "app", "code": error["code"], "status": status}


@pytest.mark.parametrize("key", ["", "isk_nobody", "old"])
async def test_no_key_an_unknown_key_and_an_old_key(house, key):
    answer = await house.ask(chat(), key=key)
    assert answer.status == 401
    assert answer.json["error"]["code"] == "invalid_api_key"
    assert "isk_nobody" not in answer.body.decode()


async def test_a_key_names_only_its_models(house):
    answer = await house.ask(chat(model="abroad"), key="narrow")
    assert answer.status == 403
    assert "home" in answer.json["error"]["message"]


async def test_header_and_body_must_agree(house):
    unequal = await house.ask(chat(isthmus={"audience": "internal"}), x_isthmus_audience="public")
    equal = await house.ask(chat(isthmus={"audience": "internal"}), x_isthmus_audience="internal")
    assert (unequal.status, equal.status) == (400, 200)
    assert "isthmus" not in house.sent("qwen-beijing")[0]


async def test_routes_that_are_not_offered_name_the_way(house):
    offered = await house.ask(b"{}", path="/v1/assistants")
    nowhere = await house.ask(b"{}", path="/v2/nothing")
    get = await house.ask(b"", method="GET")
    assert (offered.status, nowhere.status, get.status, get.headers["allow"]) == (501, 404, 405, "POST")
    assert "/v1/chat/completions" in offered.json["error"]["message"]


async def test_a_line_of_a_million_characters_is_served(house):
    big = house.config.read_text(encoding="utf-8").replace("body_bytes: 200000", "body_bytes: 8000000")
    house.config.write_text(big, encoding="utf-8")
    await house.gateway.close()
    from isthmus.gateway import build

    house.gateway = await build(str(house.config))
    answer = await house.chat("轴承" * 500_000)
    assert answer.status == 200
    assert len(house.sent("qwen-beijing")[0]["messages"][0]["content"]) == 1_000_000


FAULTS = {
    "html": (502, "upstream_broken_reply"),
    "half_json": (502, "upstream_broken_reply"),
    "nothing": (502, "upstream_broken_reply"),
    "redirect": (502, "upstream_broken_reply"),
    "empty": (502, "upstream_broken_reply"),
    "html_502": (502, "upstream_rejected"),
    "401": (502, "upstream_rejected"),
    "silent": (504, "upstream_timeout"),
    "reset": (502, "upstream_broken_reply"),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_bad_deployment_is_told_and_its_send_closed(house, fault, stream):
    house.ecosystems.fail("vllm-singapore", fault)
    answer = await house.chat("hello", "elsewhere", stream=stream)
    status, code = FAULTS[fault]
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert house.ecosystems.count("_elsewhere") == 0
    entries = await house.entries()
    closed = [entry["content"]["outcome"] for entry in entries if entry["kind"] == "send.closed"]
    assert closed == [code]


async def test_half_a_stream_ends_in_the_dialects_own_form(house):
    house.ecosystems.fail("vllm-singapore", "half")
    answer = await house.chat("hello", "elsewhere", stream=True)
    assert answer.status == 200
    assert answer.events[-1]["error"]["code"] == "upstream_broken_reply"
    assert b"[DONE]" not in answer.body
    entries = await house.entries()
    closed = [entry["content"]["outcome"] for entry in entries if entry["kind"] == "send.closed"]
    assert closed == ["upstream_broken_reply"]


async def test_what_a_deployment_rejects_is_told_in_its_words(house):
    house.ecosystems.fail("vllm-singapore", "400")
    answer = await house.chat("hello", "elsewhere")
    assert answer.status == 400
    assert answer.json["error"]["code"] == "upstream_rejected"
