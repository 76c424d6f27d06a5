"""Messages: read strictly, every text a slot, equal but for model and edits; streams that end in every way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from isthmus.dialects.anthropic import (
    MessagesStream,
    answer_of,
    error_body,
    error_event,
    filter_answer,
    models_body,
    read_answer,
    read_request,
    rejection_message,
    write_request,
)
from isthmus.dialects.pointers import walk
from isthmus.errors import (
    BrokenReplyError,
    IsthmusError,
    LedgerError,
    MalformedError,
    NotFoundError,
    RefusedError,
    RejectedError,
    UpstreamTimeoutError,
)

PLANT = "13900001111"  # synthetic, of no subscriber
SIGNATURE = "EqQB" * 12
BASE: dict[str, Any] = {"model": "auto", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
FULL: dict[str, Any] = {
    "model": "auto",
    "max_tokens": 9,
    "system": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
    "metadata": {"user_id": "u"},
    "stop_sequences": ["s"],
    "service_tier": "auto",
    "thinking": {"type": "enabled", "budget_tokens": 1024},
    "messages": [
        {"role": "user", "content": "t"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "t", "signature": SIGNATURE},
                {"type": "redacted_thinking", "data": SIGNATURE},
                {"type": "text", "text": "t"},
                {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"k": ["v"]}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "t"}]},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO" * 9}},
                {"type": "document", "title": "t", "source": {"type": "url", "url": "https://example.com/a"}},
                {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": "t"}]},
            ],
        },
    ],
    "tools": [
        {"name": "f", "description": "d", "input_schema": {"type": "object", "properties": {"p": {"enum": ["e"]}}}}
    ],
    "tool_choice": {"type": "tool", "name": "f"},
    "mcp_servers": [{"type": "url", "url": "https://example.com/mcp", "name": "m", "authorization_token": "a"}],
    "x_new": {"k": ["v"]},
}


def encoded(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def planted(node: Any, parts: list[str], *, key: bool) -> Any:
    """`node` with the string at `parts`, or the key that names it, replaced by the plant."""
    name, rest = parts[0], parts[1:]
    pairs = list(enumerate(node)) if isinstance(node, list) else list(node.items())
    made = []
    for at, value in pairs:
        if str(at) != name:
            made.append((at, value))
        elif rest:
            made.append((at, planted(value, rest, key=key)))
        else:
            made.append((PLANT, value) if key else (at, PLANT))
    return [value for _, value in made] if isinstance(node, list) else dict(made)


PLACES = [(text.pointer, text.key) for text in walk(FULL) if text.pointer != "/model"]


@pytest.mark.parametrize(("pointer", "key"), PLACES, ids=[f"{p}{'#key' if k else ''}" for p, k in PLACES])
def test_an_identifier_planted_anywhere_is_seen_or_the_request_is_refused(pointer: str, key: bool):  # noqa: FBT001 - a table
    body = planted(FULL, pointer[1:].split("/"), key=key)
    try:
        found = read_request(encoded(body), depth=64)
    except MalformedError as error:
        assert PLANT not in str(error)  # noqa: PT017 - a refusal is one of two good outcomes
        return
    assert PLANT in {slot.text for slot in found.slots}
    assert json.loads(write_request(found.body, model="sim-2")) == {**body, "model": "sim-2"}


def test_opaque_state_is_no_slot_and_leaves_as_it_came():
    found = read_request(encoded(FULL), depth=64)
    assert SIGNATURE not in {slot.text for slot in found.slots}
    assert write_request(found.body, model="m").count(SIGNATURE.encode()) == 2


WRONG: list[tuple[dict[str, Any], str]] = [
    ({**BASE, "model": None}, "/model"),
    ({"model": "m", "messages": BASE["messages"]}, "/max_tokens"),
    ({**BASE, "max_tokens": True}, "/max_tokens"),
    ({"model": "m", "max_tokens": 1}, "/messages"),
    ({**BASE, "messages": []}, "/messages"),
    ({**BASE, "messages": PLANT}, "/messages"),
    ({**BASE, "messages": [PLANT]}, "/messages/0"),
    ({**BASE, "messages": [{"content": PLANT}]}, "/messages/0/role"),
    ({**BASE, "messages": [{"role": "user"}]}, "/messages/0/content"),
    ({**BASE, "messages": [{"role": "user", "content": [PLANT]}]}, "/messages/0/content/0"),
    ({**BASE, "system": 1}, "/system"),
    ({**BASE, "system": [PLANT]}, "/system/0"),
    ({**BASE, "stream": "yes"}, "/stream"),
    ({**BASE, "tools": {}}, "/tools"),
    ({**BASE, "tools": [PLANT]}, "/tools/0"),
    ({**BASE, "output_config": 1}, "/output_config"),
    ({**BASE, "output_config": {"format": PLANT}}, "/output_config/format"),
]


@pytest.mark.parametrize(("body", "where"), WRONG, ids=[where + str(n) for n, (_, where) in enumerate(WRONG)])
def test_a_wrong_request_is_refused_at_its_place_without_its_text(body: dict[str, Any], where: str):
    with pytest.raises(MalformedError) as caught:
        read_request(encoded(body), depth=64)
    assert caught.value.where == where
    assert PLANT not in str(caught.value)


def test_counting_tokens_needs_no_bound():
    body = {"model": "m", "messages": BASE["messages"]}
    assert read_request(encoded(body), depth=64, counting=True).max_tokens is None


def event(kind: str, **more: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}\n\n".encode()


START = event("message_start", message={"id": "msg_1", "content": [], "usage": {"input_tokens": 3, "output_tokens": 1}})
OPEN = event("content_block_start", index=0, content_block={"type": "text", "text": ""})


def said(text: str, index: int = 0) -> bytes:
    return event("content_block_delta", index=index, delta={"type": "text_delta", "text": text})


END = event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 5}) + event("message_stop")


class Hold:
    """Holds back everything."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}

    def feed(self, channel: str, text: str, *, escape: bool) -> str:  # noqa: ARG002 - a filter's form
        self.held[channel] = self.held.get(channel, "") + text
        return ""

    def flush(self, channel: str) -> str:
        return self.held.pop(channel, "")


def events(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in data.decode().split("\n") if line.startswith("data: ")]


def test_a_block_is_whole_before_it_stops_and_thinking_before_its_signature():
    stream = MessagesStream([Hold()])
    out = stream.feed(START + event("content_block_start", index=0, content_block={"type": "thinking", "thinking": ""}))
    thought = {"type": "thinking_delta", "thinking": "abc"}
    out += stream.feed(event("content_block_delta", index=0, delta=thought))
    signed = {"type": "signature_delta", "signature": SIGNATURE}
    out += stream.feed(event("content_block_delta", index=0, delta=signed))
    out += stream.feed(event("content_block_stop", index=0) + END) + stream.end()
    deltas = [each["delta"] for each in events(out) if each["type"] == "content_block_delta"]
    assert deltas == [{**thought, "thinking": ""}, thought, signed]


def test_a_stop_ends_the_message_as_a_refusal_and_releases_nothing():
    stream = MessagesStream([Hold()])
    stream.feed(START + OPEN + said("held"))
    end = stream.stop("0199")
    assert [each["type"] for each in events(end)] == ["content_block_stop", "message_delta", "message_stop"]
    assert events(end)[1]["delta"]["stop_reason"] == "refusal"
    assert events(end)[1]["isthmus"] == {"ledger_id": "0199"}
    assert b"held" not in end
    assert stream.feed(said("late")) == b""


def test_a_stop_before_the_first_event_is_a_whole_message():
    kinds = [each["type"] for each in events(MessagesStream().stop("0199"))]
    assert kinds == ["message_start", "message_delta", "message_stop"]


def test_an_abort_gives_out_what_was_held_back_then_the_error():
    stream = MessagesStream([Hold()])
    stream.feed(START + OPEN + said("held"))
    out = stream.abort(UpstreamTimeoutError("no byte came for 30 s"), call_id="0199")
    assert events(out)[0]["delta"]["text"] == "held"
    assert events(out)[1]["error"] == {"type": "timeout_error", "message": "no byte came for 30 s"}
    assert out.count(b"event: error\n") == 1


def test_what_is_attached_knows_the_usage():
    stream = MessagesStream()
    stream.attach(lambda: {"output": stream.usage.output.amount})
    out = stream.feed(START + OPEN + said("a") + event("content_block_stop", index=0) + END) + stream.end()
    assert [each["isthmus"] for each in events(out) if "isthmus" in each] == [{"output": 5}]
    assert stream.usage.input.amount == 3


@pytest.mark.parametrize("data", [b"", START, START + OPEN + said("a"), b"<html>"])
def test_a_stream_without_its_finish_is_broken(data: bytes):
    stream = MessagesStream()
    stream.feed(data)
    with pytest.raises(BrokenReplyError):
        stream.end()


BROKEN = [
    event("error", error={"message": PLANT}),
    event("content_block_start", index=0, content_block=PLANT),
    event("content_block_start", content_block={}),
    event("content_block_delta", index=0, delta=PLANT),
    event("content_block_stop"),
    b"data: [1]\n\n",
    b"data: {\n\n",
]


@pytest.mark.parametrize("bad", BROKEN, ids=range(len(BROKEN)))
def test_a_fault_is_raised_after_what_came_before_it(bad: bytes):
    stream = MessagesStream()
    assert stream.feed(START + bad) == START
    with pytest.raises(BrokenReplyError) as caught:
        stream.feed(b"")
    assert PLANT not in str(caught.value)


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"[]", b"{}", b'{"type":"error","error":{}}', b'{"content":[1]}', b"[" * 99_999]
)
def test_what_is_no_answer_is_broken(data: bytes):
    with pytest.raises(BrokenReplyError):
        read_answer(data)


class Swap:
    """Replaces a word."""

    def feed(self, channel: str, text: str, *, escape: bool) -> str:  # noqa: ARG002 - a filter's form
        return text.replace("P", "Q")

    def flush(self, channel: str) -> str:  # noqa: ARG002 - a filter's form
        return ""


def test_tool_input_is_changed_in_values_and_keys_but_never_loses_one():
    block = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"P": "P", "n": [1, None]}}
    data = encoded({"content": [block, {**block, "input": {"P": 1, "Q": 2}}], "stop_reason": "tool_use"})
    answer = answer_of(data, [Swap()])
    assert [each["input"] for each in answer.body["content"]] == [{"Q": "Q", "n": [1, None]}, {"P": 1, "Q": 2}]
    assert filter_answer(read_answer(data), lambda _: []) == json.loads(data)


ERRORS: list[tuple[IsthmusError, str]] = [
    (MalformedError("wrong"), "invalid_request_error"),
    (NotFoundError("none"), "not_found_error"),
    (RefusedError("no", lawful=("home",)), "permission_error"),
    (LedgerError("no"), "overloaded_error"),
    (RejectedError("no", upstream_status=529), "overloaded_error"),
    (RejectedError("no", upstream_status=500), "api_error"),
]


@pytest.mark.parametrize(("error", "kind"), ERRORS)
def test_each_error_has_the_type_that_clients_know(error: IsthmusError, kind: str):
    found = json.loads(error_body(error, call_id="0199"))
    assert (found["type"], found["error"]["type"], found["request_id"]) == ("error", kind, "0199")
    assert found["isthmus"]["code"] == error.code
    assert error_event(error, call_id="").startswith(b"event: error\ndata: ")


def test_the_message_of_a_rejection_is_found():
    assert rejection_message(b'{"type":"error","error":{"type":"x","message":"too long"}}') == "too long"


def test_the_list_of_models_has_its_ends():
    found = json.loads(models_body([{"id": "a"}, {"id": "b", "display_name": "B"}]))
    assert (found["first_id"], found["last_id"], found["has_more"]) == ("a", "b", False)
    assert json.loads(models_body([]))["first_id"] is None
