"""A chat request: read strictly, every text a slot, written equal but for model and recorded edits."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.dialects.openai_chat import read_request, write_request
from isthmus.dialects.pointers import walk
from isthmus.errors import MalformedError

PLANT = "13900001111"  # synthetic, of no subscriber


def encoded(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def read(body: Any) -> Any:
    return read_request(encoded(body), depth=64)


BASE: dict[str, Any] = {"model": "auto", "messages": [{"role": "user", "content": "hi"}]}

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
NAMES = TEXTS.filter(lambda name: name not in ("isthmus", "stream_options", "stream", "model", "messages"))
NUMBERS = st.one_of(st.integers(-(2**80), 2**80), st.floats(allow_nan=False, allow_infinity=False))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)
UNKNOWN = st.dictionaries(NAMES.map(lambda name: f"x_{name}"), JSON, max_size=3)


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """Requests with unknown fields everywhere."""
    part = st.builds(lambda text, more: {**more, "type": "text", "text": text}, TEXTS, UNKNOWN)
    call = st.builds(
        lambda text, more: {**more, "id": "call_a", "type": "function", "function": {"name": "f", "arguments": text}},
        TEXTS,
        UNKNOWN,
    )
    message = st.builds(
        lambda role, content, calls, more: {**more, "role": role, "content": content, **calls},
        st.sampled_from(["system", "user", "assistant", "tool"]),
        st.one_of(st.none(), TEXTS, st.lists(part, max_size=2)),
        st.one_of(st.just({}), st.builds(lambda calls: {"tool_calls": calls}, st.lists(call, max_size=2))),
        UNKNOWN,
    )
    body = {**draw(UNKNOWN), "messages": draw(st.lists(message, min_size=1, max_size=4)), "model": "auto"}
    if draw(st.booleans()):
        body["stream"] = draw(st.booleans())
        body["tools"] = [{"type": "function", "function": {"name": "f", "parameters": draw(JSON)}}]
    return body


@given(bodies())
@settings(max_examples=100, deadline=None)
def test_the_deployment_receives_what_the_client_sent(body: dict[str, Any]):
    found = read({**body, "isthmus": {"purpose": "test"}})
    sent = json.loads(write_request(found.body, model="sim-1"))
    expected = {**body, "model": "sim-1"}
    if body.get("stream"):
        expected["stream_options"] = {"include_usage": True}
    assert sent == expected
    assert list(sent)[: len(body)] == list(body)


@given(bodies())
@settings(max_examples=100, deadline=None)
def test_every_string_and_key_is_a_slot_but_for_the_closed_list(body: dict[str, Any]):
    slots = {(slot.pointer, slot.key): slot.text for slot in read(body).slots}
    free = {(t.pointer, t.key): t.text for t in walk(body) if t.text and (t.key and t.text.startswith("x_"))}
    assert free.items() <= slots.items()
    everything = {(t.pointer, t.key): t.text for t in walk(body)}
    assert slots.items() <= everything.items()
    for place, text in everything.items():
        if text and place not in slots:
            assert text.isascii(), "what is on the closed list is a word of the protocol"


FULL: dict[str, Any] = {
    "model": "auto",
    "user": "u",
    "metadata": {"a": "b"},
    "messages": [
        {"role": "system", "content": "s"},
        {
            "role": "user",
            "name": "n",
            "content": [
                {"type": "text", "text": "t"},
                {"type": "image_url", "image_url": {"url": "https://example.com/a", "detail": "low"}},
                {"type": "input_audio", "input_audio": {"data": "UklG" * 9, "format": "wav"}},
                {"type": "file", "file": {"file_id": "file-abc", "filename": "f.pdf"}},
            ],
        },
        {
            "role": "assistant",
            "content": "c",
            "reasoning_content": "r",
            "reasoning_details": [{"type": "reasoning.encrypted", "data": "QUJD" * 9, "signature": "QUJD" * 9}],
            "tool_calls": [{"id": "call_a", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "call_a", "content": "x"},
    ],
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "f",
                "description": "d",
                "parameters": {"type": "object", "properties": {"p": {"type": "string", "enum": ["e"]}}},
            },
        }
    ],
    "tool_choice": {"type": "function", "function": {"name": "f"}},
    "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"title": "t"}}},
    "stop": ["s"],
    "service_tier": "auto",
    "reasoning_effort": "low",
    "web_search_options": {"user_location": {"type": "approximate", "approximate": {"city": "c"}}},
    "x_new": {"k": ["v"]},
}


def planted(node: Any, pointer: str, *, key: bool) -> Any:
    """`node` with the string at `pointer`, or the key that names it, replaced by the plant."""
    head, _, tail = pointer[1:].partition("/")
    name = head.replace("~1", "/").replace("~0", "~")
    if isinstance(node, list):
        return [planted(v, f"/{tail}", key=key) if tail and str(i) == name else PLANT if str(i) == name else v
                for i, v in enumerate(node)]  # fmt: skip
    if tail:
        return {k: planted(v, f"/{tail}", key=key) if k == name else v for k, v in node.items()}
    return {(PLANT if key and k == name else k): (PLANT if not key and k == name else v) for k, v in node.items()}


PLACES = [(text.pointer, text.key) for text in walk(FULL) if text.pointer != "/model"]


@pytest.mark.parametrize(("pointer", "key"), PLACES, ids=[f"{p}{'#key' if k else ''}" for p, k in PLACES])
def test_an_identifier_planted_anywhere_is_seen_or_the_request_is_refused(pointer: str, key: bool):  # noqa: FBT001 - a table
    body = planted(FULL, pointer, key=key)
    assert PLANT in json.dumps(body)
    try:
        found = read(body)
    except MalformedError as error:
        assert PLANT not in str(error)  # noqa: PT017 - a refusal is one of two good outcomes
        return
    assert PLANT in {slot.text for slot in found.slots}
    sent = json.loads(write_request(found.body, model="sim-1"))
    assert sent == {**body, "model": "sim-1"}


def test_the_own_object_never_leaves_and_is_given_back():
    found = read({**BASE, "isthmus": {"purpose": "x"}})
    assert found.own == {"purpose": "x"}
    assert b"isthmus" not in write_request(found.body, model="m")
    assert not found.slots[1:]


def test_needs_are_what_a_deployment_must_be_able_to_do():
    tools = [{"type": "function", "function": {"name": "f"}}]
    assert read({**BASE, "tools": tools}).needs == {"tools"}
    assert read({**BASE, "tools": [], "response_format": {"type": "text"}}).needs == frozenset()
    found = read({**BASE, "response_format": {"type": "json_object"}, "logprobs": True, "web_search_options": {}})
    assert found.needs == {"json_mode", "logprobs", "web_search"}
    assert found.formatted
    assert not read(BASE).formatted


@pytest.mark.parametrize(
    ("options", "asked", "sent"),
    [
        ({}, False, {"include_usage": True}),
        ({"stream_options": None}, False, {"include_usage": True}),
        ({"stream_options": {"x": 1}}, False, {"x": 1, "include_usage": True}),
        ({"stream_options": {"include_usage": False}}, False, {"include_usage": True}),
        ({"stream_options": {"include_usage": True}}, True, {"include_usage": True}),
    ],
)
def test_a_stream_is_asked_for_its_usage(options: dict[str, Any], asked: bool, sent: dict[str, Any]):  # noqa: FBT001 - a table
    found = read({**BASE, "stream": True, **options})
    assert found.include_usage is asked
    assert json.loads(write_request(found.body, model="m"))["stream_options"] == sent
    plain = {k: v for k, v in options.items() if k == "stream_options"}
    assert json.loads(write_request(read({**BASE, **plain}).body, model="m")) == {**BASE, **plain, "model": "m"}


@pytest.mark.parametrize(
    ("more", "tokens"),
    [
        ({}, None),
        ({"max_tokens": 5}, 5),
        ({"max_tokens": 5, "max_completion_tokens": 7}, 7),
        ({"max_tokens": -1}, None),
    ],
)
def test_the_bound_of_the_answer(more: dict[str, Any], tokens: int | None):
    assert read({**BASE, **more}).max_tokens == tokens


SECRET = "13900001111"
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"messages": [{"role": "user", "content": SECRET}]}, "/model"),
    ({"model": "", "messages": []}, "/model"),
    ({"model": 3, "messages": []}, "/model"),
    ({"model": "m"}, "/messages"),
    ({"model": "m", "messages": []}, "/messages"),
    ({"model": "m", "messages": SECRET}, "/messages"),
    ({"model": "m", "messages": [SECRET]}, "/messages/0"),
    ({"model": "m", "messages": [{"content": SECRET}]}, "/messages/0/role"),
    ({"model": "m", "messages": [{"role": 1, "content": SECRET}]}, "/messages/0/role"),
    ({"model": "m", "messages": [{"role": "user", "content": 7}]}, "/messages/0/content"),
    ({"model": "m", "messages": [{"role": "user", "content": {SECRET: 1}}]}, "/messages/0/content"),
    ({"model": "m", "messages": [{"role": "user", "content": [1]}]}, "/messages/0/content/0"),
    ({"model": "m", "messages": [{"role": "assistant", "tool_calls": {}}]}, "/messages/0/tool_calls"),
    ({"model": "m", "messages": [{"role": "assistant", "tool_calls": [SECRET]}]}, "/messages/0/tool_calls/0"),
    ({**BASE, "stream": "yes"}, "/stream"),
    ({**BASE, "stream_options": []}, "/stream_options"),
    ({**BASE, "stream_options": {"include_usage": 1}}, "/stream_options/include_usage"),
    ({**BASE, "tools": {}}, "/tools"),
    ({**BASE, "response_format": "json"}, "/response_format"),
    ({**BASE, "response_format": {}}, "/response_format/type"),
    ({**BASE, "isthmus": SECRET}, "/isthmus"),
    ({**BASE, "max_tokens": True}, "/max_tokens"),
]


@pytest.mark.parametrize(("body", "where"), WRONG, ids=[where + str(n) for n, (_, where) in enumerate(WRONG)])
def test_a_wrong_request_is_refused_at_its_place_without_its_text(body: dict[str, Any], where: str):
    with pytest.raises(MalformedError) as caught:
        read(body)
    assert caught.value.where == where
    assert SECRET not in str(caught.value)


def test_nesting_is_bounded_and_the_place_hides_keys_of_the_caller():
    node: Any = "x"
    for _ in range(10):
        node = {SECRET: node}
    body = {**BASE, "metadata": node}
    assert read_request(encoded(body), depth=11)
    with pytest.raises(MalformedError, match="nested deeper than 10") as caught:
        read_request(encoded(body), depth=10)
    assert caught.value.where == "/metadata" + "/*" * 9
    with pytest.raises(MalformedError, match="nested"):
        read_request(b'{"model":"m","messages":' + b"[" * 100_000, depth=64)


def test_a_million_character_line_is_one_slot():
    text = "字" * 1_000_000
    assert read({"model": "m", "messages": [{"role": "user", "content": text}]}).slots[0].text == text


def test_nothing_of_a_request_is_printed():
    found = read({"model": "m", "messages": [{"role": "user", "content": SECRET}]})
    assert SECRET not in repr(found) + repr(found.slots)
