"""A whole chat answer: read, changed by filters in every text, written; what is no answer is broken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.dialects.filters import Filters
from isthmus.dialects.openai_chat import answer_of, filter_answer, read_answer, write_answer
from isthmus.dialects.openai_chat.usage import read_usage
from isthmus.errors import BrokenReplyError


class Swap:
    """A filter that replaces one word, and notes each channel with its escaping."""

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new
        self.channels: dict[str, bool] = {}

    def feed(self, channel: str, text: str, *, escape: bool) -> str:
        self.channels[channel] = escape
        return text.replace(self.old, json.dumps(self.new)[1:-1] if escape else self.new)

    def flush(self, channel: str) -> str:  # noqa: ARG002 - a filter's form
        return ""


def answer(*messages: dict[str, Any], **more: Any) -> bytes:
    """A whole answer with one choice for each message."""
    rows = [{"index": n, "message": message, "finish_reason": "stop"} for n, message in enumerate(messages)]
    return json.dumps({"id": "chatcmpl-9", "object": "chat.completion", "choices": rows, **more}).encode()


def said(data: bytes, filters: Filters = (), *, formatted: bool = False) -> Any:
    return json.loads(write_answer(answer_of(data, filters, formatted=formatted)))


def test_every_text_has_its_channel_and_its_escaping():
    swap = Swap("P", 'a"b')
    message = {
        "content": "P",
        "reasoning_content": "P",
        "refusal": "P",
        "tool_calls": [
            {"id": "call_a", "type": "function", "function": {"name": "P", "arguments": '{"x":"P"}'}},
            {"id": "call_b", "type": "custom", "custom": {"name": "n", "input": "P"}},
        ],
        "x_new": {"deep": ["P"]},
    }
    found = said(answer({"content": "first"}, message), [swap])["choices"][1]["message"]
    assert found["tool_calls"][0]["function"]["arguments"] == '{"x":"a\\"b"}'
    assert found["tool_calls"][1]["custom"]["input"] == 'a"b'
    assert found["x_new"] == {"deep": ['a"b']}
    assert found["content"] == found["refusal"] == found["reasoning_content"] == 'a"b'
    assert swap.channels == {
        "0:content": False,
        "1:content": False,
        "1:reasoning": False,
        "1:refusal": False,
        "1:name:0": False,
        "1:tool:0": True,
        "1:name:1": False,
        "1:tool:1": False,
        "1:other:/x_new/deep/0": False,
    }


def test_formatted_content_stays_json():
    found = said(answer({"content": '{"x":"P"}'}), [Swap("P", 'a"b')], formatted=True)
    assert json.loads(found["choices"][0]["message"]["content"]) == {"x": 'a"b'}


def test_opaque_state_and_protocol_words_are_never_touched():
    signed = {"type": "reasoning.encrypted", "data": "stop" * 10, "id": "msg_stop"}
    message = {"role": "assistant", "content": None, "reasoning_details": [signed], "signature": "stop" * 9}
    given = answer(message)
    assert said(given, [Swap("stop", "x")]) == json.loads(given)


def test_what_no_filter_changes_keeps_its_bytes():
    given = b' {"choices" : [ {"message":{"content":"a"}} ] , "x":1.0}'
    assert write_answer(answer_of(given, [Swap("nothing", "x")])) == given
    assert json.loads(write_answer(answer_of(given), {"call": "1"})) == {**json.loads(given), "isthmus": {"call": "1"}}


def test_filtering_leaves_the_answer_itself_as_it_was():
    read = read_answer(answer({"content": "P"}))
    body = filter_answer(read, lambda channel: [Swap("P", channel)])
    assert body["choices"][0]["message"]["content"] == "0:content"
    assert read.body["choices"][0]["message"]["content"] == "P"


def test_logprobs_of_a_changed_text_go_and_are_declared():
    given = json.loads(answer({"content": "P"}, {"content": "b"}))
    for choice in given["choices"]:
        choice["logprobs"] = {"content": [{"token": choice["message"]["content"], "logprob": -1}]}
    found = answer_of(json.dumps(given).encode(), [Swap("P", "Q")])
    assert found.logprobs_dropped
    assert [bool(choice["logprobs"]) for choice in found.body["choices"]] == [False, True]
    assert not answer_of(json.dumps(given).encode(), [Swap("Z", "Q")]).logprobs_dropped


def test_slots_are_the_texts_of_the_model():
    given = answer({"role": "assistant", "content": "a", "x": {"y": "b"}}, citations=["c"], model="not a text")
    assert [slot.text for slot in read_answer(given).slots] == ["a", "x", "y", "b", "citations", "c"]
    assert {slot.role for slot in read_answer(given).slots} == {"assistant"}


def test_half_a_surrogate_pair_is_repaired_not_fatal():
    found = said(b'{"choices":[{"message":{"content":"a\\ud83d b"}}]}', [Swap("b", "c")])
    assert found["choices"][0]["message"]["content"] == "a\ufffd c"


BAD = [
    b"",
    b"<html>13900001111</html>",
    b'{"choices":[{"message":{"content":"half',
    b"[]",
    b"{}",
    b'{"choices":[]}',
    b'{"choices":{}}',
    b'{"choices":[1]}',
    b'{"choices":[{"index":0}]}',
    b'{"choices":[{"message":"13900001111"}]}',
    b'{"error":{"message":"13900001111"}}',
    b"[" * 100_000,
    b'{"choices":[{"message":{"x":' + b"[" * 300 + b"]" * 300 + b"}}]}",
]


@pytest.mark.parametrize("data", BAD, ids=range(len(BAD)))
def test_what_is_no_answer_is_broken_and_never_shown(data: bytes):
    with pytest.raises(BrokenReplyError) as caught:
        read_answer(data)
    assert "1390000" not in str(caught.value)


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
)


@given(st.dictionaries(TEXTS, JSON, max_size=4), st.dictionaries(TEXTS, JSON, max_size=3))
@settings(max_examples=100, deadline=None)
def test_an_answer_with_unknown_fields_comes_through_equal(message: dict[str, Any], more: dict[str, Any]):
    given = answer({**message, "content": "P"}, **{f"x_{name}": value for name, value in more.items()})
    swapped = said(given, [Swap("P", "P")])
    assert swapped == json.loads(given)


USAGES: list[tuple[dict[str, Any], tuple[int | None, ...]]] = [
    ({}, (None, None, None, None, None)),
    ({"prompt_tokens": 0, "completion_tokens": 0}, (0, None, None, 0, None)),
    ({"prompt_tokens": 9, "prompt_cache_hit_tokens": 4, "completion_tokens": 2}, (9, 4, None, 2, None)),
    (
        {
            "prompt_tokens": 9,
            "completion_tokens": 5,
            "total_tokens": 14,
            "prompt_tokens_details": {"cached_tokens": 3, "cache_creation_input_tokens": 2},
            "completion_tokens_details": {"reasoning_tokens": 4},
        },
        (9, 3, 2, 5, 4),
    ),
    (
        {
            "prompt_tokens": 9,
            "completion_tokens": 5,
            "total_tokens": 18,
            "completion_tokens_details": {"reasoning_tokens": 4},
        },
        (9, None, None, 9, 4),
    ),
    ({"prompt_tokens": "9", "completion_tokens": -1, "prompt_tokens_details": None}, (None,) * 5),
]


@pytest.mark.parametrize(("node", "amounts"), USAGES)
def test_usage_comes_to_one_record(node: dict[str, Any], amounts: tuple[int | None, ...]):
    usage = read_usage(node)
    counts = (usage.input, usage.cache_read, usage.cache_write, usage.output, usage.reasoning)
    assert tuple(count.amount for count in counts) == amounts
    assert all((count.provenance == "provider") == (count.amount is not None) for count in counts)


@pytest.mark.parametrize("where", ["top", "choice", "groq"])
def test_usage_is_found_where_a_provider_puts_it(where: str):
    usage = {"prompt_tokens": 7}
    node = json.loads(answer({"content": "a"}))
    if where == "top":
        node["usage"] = usage
    elif where == "choice":
        node["choices"][0]["usage"] = usage
    else:
        node["x_groq"] = {"usage": usage}
    assert read_answer(json.dumps(node).encode()).usage.input.amount == 7
