"""The same bad requests in all four dialects: each is told where, what was expected and what to do, in its own form."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.gateway.callers import CLIENTS, WAYS

MOBILE = "13912345678"
SECRET = f"周建国{MOBILE}"
Node = dict[str, Any]
# by dialect the member that holds the turns
TURNS = {"openai_chat": "messages", "openai_responses": "input", "anthropic": "messages", "gemini": "contents"}


def good(way: str, **more: Any) -> Node:
    """A request with nothing wrong in it but what is added."""
    client = CLIENTS[way]
    return client.ask([client.user(SECRET)], **(({} if way == "gemini" else {"model": "home"}) | more))


def changed(**more: Any) -> Callable[[str], bytes]:
    return lambda way: json.dumps(good(way, **more)).encode()


def turns(value: Any) -> Callable[[str], bytes]:
    return lambda way: json.dumps(good(way) | {TURNS[way]: value}).encode()


def without(*names: str) -> Callable[[str], bytes]:
    def made(way: str) -> bytes:
        gone = {TURNS[way] if name == "turns" else name for name in names}
        return json.dumps({name: value for name, value in good(way).items() if name not in gone}).encode()

    return made


def spoilt(text: bytes) -> Callable[[str], bytes]:
    """What the user said, in bytes that are no text."""
    return lambda way: json.dumps(good(way)).encode().replace(json.dumps(SECRET).encode()[1:-1], text)


DEEP = "[" * 60 + "]" * 60
# what is sent, the status, and what the message must name
BAD: dict[str, tuple[Callable[[str], bytes], int, str]] = {
    "nothing": (lambda _: b"", 400, "JSON"),
    "not JSON": (lambda _: f"{SECRET}{{".encode(), 400, "JSON"),
    "half a JSON": (lambda way: json.dumps(good(way)).encode()[:-9], 400, "JSON"),
    "two values": (lambda way: json.dumps(good(way)).encode() * 2, 400, "JSON"),
    "not a number": (lambda way: json.dumps(good(way)).encode()[:-1] + b',"top_p":NaN}', 400, "JSON"),
    "an array": (lambda _: b"[]", 400, "object"),
    "a number": (lambda _: b"17", 400, "object"),
    "no turns": (without("turns"), 400, "{turns}"),
    "turns of the wrong type": (turns(7), 400, "{turns}"),
    "turns that are empty": (turns([]), 400, "{turns}"),
    "a turn of the wrong type": (turns([SECRET, 7]), 400, "{turns}"),
    "nested too deeply": (lambda way: json.dumps(good(way)).encode()[:-1] + f',"a":{DEEP}}}'.encode(), 400, "30"),
    "bytes that are no UTF-8": (spoilt(b"\xff\xfe"), 400, "UTF-8"),
    "half a surrogate pair": (spoilt(b"\\ud800"), 400, "surrogate"),
    "a name twice": (lambda way: json.dumps(good(way)).encode()[:-1] + b',"a":1,"a":2}', 400, "twice"),
    "too large": (changed(pad="x" * 200_000), 413, "200000"),
    "wishes of the wrong type": (changed(isthmus=[SECRET]), 400, "isthmus"),
    "an unknown wish": (changed(isthmus={"porpose": "drafting"}), 400, "purpose"),
    "a wish of the wrong type": (changed(isthmus={"persons": SECRET}), 400, "persons"),
    "a value outside the set": (changed(isthmus={"audience": SECRET}), 403, "internal, public"),
    "a statement it may not attest": (changed(isthmus={"consents": ["separate_consent"]}), 403, "attests"),
}
NAMED: dict[str, tuple[Callable[[str], bytes], int, str]] = {
    "no model": (without("model"), 400, "model"),
    "a model of the wrong type": (changed(model=7), 400, "model"),
    "an unknown model": (changed(model="gpt-17"), 404, "/v1/models"),
    "a stream of the wrong type": (changed(stream="yes"), 400, "stream"),
}


def rows() -> Iterator[tuple[str, str, Callable[[str], bytes], int, str]]:
    for way in WAYS:
        for name, row in (BAD if way == "gemini" else BAD | NAMED).items():
            yield way, name, *row


def told(way: str, body: Node) -> str:
    """The message as the SDK of the dialect shows it."""
    if way == "anthropic":
        assert body["type"] == "error"
    if way == "gemini":
        assert body["error"]["status"]
    return str(body["error"]["message"])


async def post(house, way: str, body: bytes, *, key: str = "app", model: str = "home", **headers: str):
    path = CLIENTS[way].path.format(model=model, method="generateContent")
    return await house.ask(body, path=path, key=key, **headers)


async def test_each_is_told_in_the_dialect_it_came_in(house):
    """Where it is, what was expected, what to do; nothing of what was sent, and nothing leaves."""
    wrong = []
    for way, name, make, status, names in rows():
        answer = await post(house, way, make(way))
        message = told(way, answer.json) if answer.status >= 400 else ""
        if answer.status != status or names.format(turns=TURNS[way]) not in message:
            wrong.append((way, name, answer.status, message))
        assert not any(part in answer.body.decode() for part in (SECRET, MOBILE)), (way, name)
    assert wrong == []
    assert house.sent("qwen-beijing") == []
    entries = await house.entries()
    assert sum(entry["kind"] == "call.rejected" for entry in entries) == len(list(rows()))
    assert not any(part in json.dumps(entries, ensure_ascii=False) for part in (SECRET, MOBILE))


@pytest.mark.parametrize("way", WAYS)
async def test_what_the_headers_say_of_the_body(house, way):
    """A body that is compressed or said to be no JSON; another method than the route's own."""
    body = changed()(way)
    squeezed = await post(house, way, gzip.compress(body), content_encoding="gzip")
    assert (squeezed.status, "content-encoding: the body is compressed" in told(way, squeezed.json)) == (400, True)
    form = await post(house, way, body, content_type="application/x-www-form-urlencoded")
    assert (form.status, "send application/json" in told(way, form.json)) == (400, True)
    path = CLIENTS[way].path.format(model="home", method="generateContent")
    got = await house.ask(b"", path=path, method="GET")
    assert (got.status, f"POST {path}" in told(way, got.json)) == (405, True)
    assert (await post(house, way, body, content_encoding="identity")).status == 200


@pytest.mark.parametrize("way", WAYS)
async def test_what_a_caller_attests_by_a_name_that_nobody_knows(house, way):
    """In the body or a header; the names that count are told."""
    body = changed(isthmus={"consents": ["seperate_consent"]})(way)
    header = {"x_isthmus_instruments": f"standard_contract,{MOBILE}"}
    answers = [
        await post(house, way, body, key="attesting"),
        await post(house, way, changed()(way), key="attesting", **header),
    ]
    assert [answer.status for answer in answers] == [400, 400]
    messages = [told(way, answer.json) for answer in answers]
    assert "isthmus.consents" in messages[0]
    assert "separate_consent" in messages[0]
    assert "standard_contract" in messages[1]
    assert not any(MOBILE in message for message in messages)
    assert (await post(house, way, changed(isthmus={"consents": ["notice"]})(way), key="attesting")).status == 200


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("key", "says"), [("", "no key"), (f"isk_{MOBILE}", "not known"), ("old", "expired")])
async def test_no_key_an_unknown_key_and_an_old_key_in_each_dialect(house, way, key, says):
    answer = await post(house, way, changed()(way), key=key)
    assert answer.status == 401
    assert says in told(way, answer.json)
    assert MOBILE not in answer.body.decode()


# what a deployment does, and the status and code that its caller gets
FAULTS: dict[str, tuple[int, str]] = {
    "html": (502, "upstream_broken_reply"),
    "html_502": (502, "upstream_rejected"),
    "half_json": (502, "upstream_broken_reply"),
    "nothing": (502, "upstream_broken_reply"),
    "redirect": (502, "upstream_broken_reply"),
    "empty": (502, "upstream_broken_reply"),
    "401": (502, "upstream_rejected"),
    "429": (429, "upstream_rejected"),
    "silent": (504, "upstream_timeout"),
    "reset": (502, "upstream_broken_reply"),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("way", WAYS)
async def test_each_fault_of_a_deployment_is_told_in_each_dialect(house, way, stream):
    """Nothing hangs, nothing goes to a second address, and every send is closed with what happened."""
    for fault, (status, code) in FAULTS.items():
        house.ecosystems.fail("vllm-singapore", fault)
        answer = await ask(house, way, "elsewhere", stream=stream)
        assert (answer.status, answer.headers["x-isthmus-error"]) == (status, code), (fault, answer.body)
        assert told(way, answer.json).startswith("deployment elsewhere: "), fault
        assert "127.0.0.1" not in answer.body.decode(), fault
    assert house.ecosystems.count("_elsewhere") == 0
    entries = await house.entries()
    closed = [entry["content"]["outcome"] for entry in entries if entry["kind"] == "send.closed"]
    assert closed == [code for _, code in FAULTS.values()]


@pytest.mark.parametrize("fault", ["half", "half_reset", "stall"])
@pytest.mark.parametrize("way", WAYS)
async def test_half_a_stream_ends_as_an_error_in_each_dialect(house, way, fault):
    """And never as a good end."""
    house.ecosystems.fail("mistral-frankfurt", fault)
    answer = await ask(house, way, "abroad", stream=True)
    assert answer.status == 200
    last = answer.events[-1]
    code = "upstream_timeout" if fault == "stall" else "upstream_broken_reply"
    assert code in json.dumps(last)
    assert "deployment abroad: " in json.dumps(last)
    assert answer.headers["x-isthmus-call"] in json.dumps(last)
    assert not any(end in answer.body for end in (b"[DONE]", b"message_stop", b"response.completed", b'"STOP"'))
    entries = await house.entries()
    assert [entry["content"]["outcome"] for entry in entries if entry["kind"] == "send.closed"] == [code]


async def ask(house, way: str, model: str, *, stream: bool):
    """A harmless call to a deployment abroad that is about to fail."""
    client = CLIENTS[way]
    items, path, query = [client.user("hello")], client.path, ""
    if way == "gemini":
        method = "streamGenerateContent" if stream else "generateContent"
        path, query = path.format(model=model, method=method), "alt=sse" if stream else ""
        return await house.ask({"contents": items}, path=path, query=query)
    bound = {"max_tokens": 99} if way == "anthropic" else {}
    body = {TURNS[way]: items, "model": model, "stream": stream, **bound}
    return await house.ask(body, path=path, query=query)
