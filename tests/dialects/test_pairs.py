"""Chat and Messages into each other: what is carried survives, what is not is refused or named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isthmus.dialects import anthropic, openai_chat
from isthmus.dialects.conversation.opaque import Opaque, wrap
from isthmus.dialects.pairs import PAIRS, Pair, translate_answer, translate_request, translate_stream
from isthmus.errors import BrokenReplyError, MalformedError

GOLDEN = Path(__file__).parent / "golden"
C2M = PAIRS["openai_chat", "anthropic"]
M2C = PAIRS["anthropic", "openai_chat"]
TEXT = {"type": "text", "text": "t"}
SCHEMA = {"type": "object", "properties": {"who": {"type": "string"}}}
CLOSED = {**SCHEMA, "required": ["who"], "additionalProperties": False}
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"who":"李"}'}}
USE = {"type": "tool_use", "id": "call_1", "name": "f", "input": {"who": "李"}}
# the same in an answer, which says more
SAID, USED = TEXT | {"citations": None}, USE | {"caller": {"type": "direct"}}
PNG = {"type": "base64", "media_type": "image/png", "data": "aGk="}
OWN = wrap(Opaque(source="openai_chat", data=""))
Read = dict[str, Any]

# name: (the chat request, the messages request), each without model; equal in both directions
BOTH: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "system_at_start": (
        {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "t"}], "max_tokens": 5},
        {"system": [{"type": "text", "text": "s"}], "messages": [{"role": "user", "content": [TEXT]}], "max_tokens": 5},
    ),
    "tool_call_and_result": (
        {
            "messages": [
                {"role": "user", "content": "t"},
                {"role": "assistant", "content": "t", "tool_calls": [CALL]},
                {"role": "tool", "tool_call_id": "call_1", "content": "t"},
            ],
            "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}}],
            "tool_choice": "required",
            "max_tokens": 5,
        },
        {
            "messages": [
                {"role": "user", "content": [TEXT]},
                {"role": "assistant", "content": [TEXT, USE]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call_1", "content": [TEXT]}]},
            ],
            "tools": [{"name": "f", "description": "d", "input_schema": SCHEMA}],
            "tool_choice": {"type": "any"},
            "max_tokens": 5,
        },
    ),
    "parallel_results": (
        {
            "messages": [
                {"role": "assistant", "content": None, "tool_calls": [CALL, {**CALL, "id": "call_2"}]},
                {"role": "tool", "tool_call_id": "call_1", "content": "t"},
                {"role": "tool", "tool_call_id": "call_2", "content": "t"},
                {"role": "user", "content": "t"},
            ],
            "max_tokens": 5,
        },
        {
            "messages": [
                {"role": "assistant", "content": [USE, {**USE, "id": "call_2"}]},
                {
                    "role": "user",
                    "content": [
                        {"type": "tool_result", "tool_use_id": "call_1", "content": [TEXT]},
                        {"type": "tool_result", "tool_use_id": "call_2", "content": [TEXT]},
                        TEXT,
                    ],
                },
            ],
            "max_tokens": 5,
        },
    ),
    "images_and_files": (
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        TEXT,
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
                        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
                        {
                            "type": "file",
                            "file": {"file_data": "data:application/pdf;base64,aGk=", "filename": "a.pdf"},
                        },
                    ],
                }
            ],
            "max_tokens": 5,
        },
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        TEXT,
                        {"type": "image", "source": PNG},
                        {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
                        {"type": "document", "source": {**PNG, "media_type": "application/pdf"}, "title": "a.pdf"},
                    ],
                }
            ],
            "max_tokens": 5,
        },
    ),
    "settings": (
        {
            "messages": [{"role": "user", "content": "t"}],
            "max_tokens": 5,
            "stream": True,
            "temperature": 0.5,
            "top_p": 0.9,
            "stop": ["END"],
            "user": "u",
            "tools": [{"type": "function", "function": {"name": "f", "parameters": SCHEMA, "strict": True}}],
            "tool_choice": {"type": "function", "function": {"name": "f"}},
            "parallel_tool_calls": False,
        },
        {
            "messages": [{"role": "user", "content": [TEXT]}],
            "max_tokens": 5,
            "stream": True,
            "temperature": 0.5,
            "top_p": 0.9,
            "stop_sequences": ["END"],
            "metadata": {"user_id": "u"},
            "tools": [{"name": "f", "input_schema": SCHEMA, "strict": True}],
            "tool_choice": {"type": "tool", "name": "f", "disable_parallel_tool_use": True},
        },
    ),
    "structured_output": (
        {
            "messages": [{"role": "user", "content": "t"}],
            "max_tokens": 5,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": CLOSED, "strict": True},
            },
        },
        {
            "messages": [{"role": "user", "content": [TEXT]}],
            "max_tokens": 5,
            "output_config": {"format": {"type": "json_schema", "schema": CLOSED}},
        },
    ),
}


def request(pair: Pair, body: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A translated request, after the readers of both dialects have read it."""
    read, again = (openai_chat, anthropic) if pair is C2M else (anthropic, openai_chat)
    found = read.read_request(json.dumps({"model": "m", **body}).encode(), depth=64)
    made, declared = translate_request(pair, found.body, max_tokens=99)
    assert again.read_request(json.dumps(made).encode(), depth=64)
    assert made.pop("model") == "m"
    return made, declared


@pytest.mark.parametrize("case", BOTH)
def test_a_request_is_carried_there_and_back(case: str):
    chat, messages = BOTH[case]
    assert request(C2M, chat) == (messages, ())
    back, declared = request(M2C, messages)
    assert back == chat
    assert declared == ()


def test_texts_of_both_sides_are_the_same():
    chat, messages = BOTH["tool_call_and_result"]
    theirs = {
        slot.text for slot in openai_chat.read_request(json.dumps({"model": "m", **chat}).encode(), depth=64).slots
    }
    ours = {
        slot.text for slot in anthropic.read_request(json.dumps({"model": "m", **messages}).encode(), depth=64).slots
    }
    assert theirs - ours == {'{"who":"李"}'}


USER: dict[str, Any] = {"messages": [{"role": "user", "content": "t"}], "max_tokens": 5}
DECLARED: list[tuple[Pair, dict[str, Any], dict[str, Any], tuple[str, ...]]] = [
    (C2M, {"seed": 1, "store": True, "metadata": {"a": "b"}}, {}, ("seed", "store", "metadata")),
    (C2M, {"n": 1, "logprobs": False, "presence_penalty": 0, "audio": None}, {}, ()),
    (C2M, {"max_tokens": None}, {"max_tokens": 99}, ("max_tokens (set)",)),
    (C2M, {"max_completion_tokens": 7}, {"max_tokens": 7}, ()),
    (C2M, {"reasoning_effort": "minimal"}, {"output_config": {"effort": "low"}}, ()),
    (C2M, {"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}, ()),
    (C2M, {"stop": "END"}, {"stop_sequences": ["END"]}, ()),
    (M2C, {"top_k": 4, "thinking": {"type": "enabled"}}, {}, ("top_k", "thinking")),
    (M2C, {"thinking": {"type": "enabled", "budget_tokens": 9}}, {}, ("thinking",)),
    (M2C, {"output_config": {"effort": "low"}}, {"reasoning_effort": "low"}, ()),
    (M2C, {"thinking": {"type": "disabled"}}, {"reasoning_effort": "none"}, ()),
]


@pytest.mark.parametrize(("pair", "more", "made", "declared"), DECLARED)
def test_hints_are_left_out_by_name(pair: Pair, more: Any, made: Any, declared: tuple[str, ...]):
    found, names = request(pair, {**USER, **more})
    assert names == declared
    assert made.items() <= found.items()


def test_earlier_thinking_of_another_deployment_is_left_out_by_name():
    thinking = {"type": "thinking", "thinking": "h", "signature": "s"}
    said = [{"role": "assistant", "content": [thinking, {"type": "redacted_thinking", "data": "x"}, TEXT]}]
    made, declared = request(M2C, {**USER, "messages": said})
    assert made["messages"] == [{"role": "assistant", "content": "t"}]
    assert declared == ("reasoning",)
    made, declared = request(
        C2M, {"messages": [{"role": "assistant", "content": "t", "reasoning_content": "h"}], "n": 1}
    )
    assert made["messages"] == [{"role": "assistant", "content": [TEXT]}]
    assert declared == ("max_tokens (set)", "reasoning")


def test_a_failed_tool_and_cache_hints_are_named():
    result = {
        "type": "tool_result",
        "tool_use_id": "a",
        "content": "no",
        "is_error": True,
        "cache_control": {"type": "x"},
    }
    made, declared = request(M2C, {**USER, "messages": [{"role": "user", "content": [result]}]})
    assert made["messages"] == [{"role": "tool", "tool_call_id": "a", "content": "no"}]
    assert declared == ("cache_control", "is_error")


def one(role: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content, **more}]}


REFUSED: list[tuple[Pair, dict[str, Any], str]] = [
    (C2M, {"n": 2}, "/n"),
    (C2M, {"logprobs": True}, "/logprobs"),
    (C2M, {"presence_penalty": 0.5}, "/presence_penalty"),
    (C2M, {"functions": [{"name": "f"}]}, "/functions"),
    (C2M, {"temperature": 1.5}, "/temperature"),
    (C2M, {"response_format": {"type": "json_object"}}, "/response_format"),
    (C2M, {"tools": [{"type": "custom", "custom": {}}]}, "/tools/0"),
    (C2M, {"tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": {"type": "x"}}, "/tool_choice"),
    (C2M, {"x_13900001111": 1}, "/*"),
    (C2M, {"enable_thinking": True}, "/enable_thinking"),
    (C2M, one("critic", "x"), "/messages/0/role"),
    (C2M, one("user", [{"type": "input_audio", "input_audio": {"data": "x"}}]), "/messages/0/content/0"),
    (C2M, one("user", [{"type": "file", "file": {"file_id": "x"}}]), "/messages/0/content/0"),
    (C2M, one("assistant", None, tool_calls=[{"type": "custom", "custom": {}}]), "/messages/0/tool_calls/0"),
    (C2M, one("assistant", None, function_call={"name": "f"}), "/messages/0/function_call"),
    (
        C2M,
        one("assistant", None, tool_calls=[{"id": "a", "function": {"name": "f", "arguments": "[1"}}]),
        "/messages/0/tool_calls/0",
    ),
    (M2C, {"mcp_servers": [{"url": "x"}]}, "/mcp_servers"),
    (M2C, {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "/tools/0"),
    (M2C, {"tools": [{"name": "f"}], "tool_choice": {"type": "x"}}, "/tool_choice/type"),
    (M2C, one("critic", "x"), "/messages/0/role"),
    (M2C, one("user", [{"type": "container_upload"}]), "/messages/0/content/0"),
    (
        M2C,
        one("user", [{"type": "image", "source": {"type": "file", "file_id": "f"}}]),
        "/messages/0/content/0/source",
    ),
    (M2C, one("assistant", [{"type": "server_tool_use"}]), "/messages/0/content/0"),
    (
        M2C,
        one("user", [{"type": "tool_result", "tool_use_id": "a", "content": [{"type": "image", "source": PNG}]}]),
        "/messages/0/content/0/content/0",
    ),
    (M2C, {"output_format": {"type": "xml"}}, "/output_format/type"),
    (M2C, {"system": [{"type": "text", "text": "a"}, {"type": "image"}]}, "/system/1"),
]


@pytest.mark.parametrize(("pair", "more", "where"), REFUSED, ids=[f"{n}{w}" for n, (_, _, w) in enumerate(REFUSED)])
def test_what_would_change_meaning_is_refused_at_its_place(pair: Pair, more: dict[str, Any], where: str):
    with pytest.raises(MalformedError) as caught:
        request(pair, {**USER, **more})
    assert caught.value.where == where
    assert caught.value.remedy
    assert "1390000" not in str(caught.value)


MALFORMED: list[tuple[Pair, dict[str, Any]]] = [
    (C2M, {"tools": [1]}),
    (C2M, one("user", [{"type": "image_url", "image_url": 7}])),
    (M2C, one("user", [{"type": "tool_result", "content": [7]}])),
]


@pytest.mark.parametrize(("pair", "more"), MALFORMED)
def test_a_body_of_another_form_is_refused_not_fatal(pair: Pair, more: dict[str, Any]):
    with pytest.raises(MalformedError):
        request(pair, {**USER, **more})


def accumulated(data: bytes) -> dict[str, Any]:
    """The message of a Messages stream."""
    message: dict[str, Any] = {}
    texts: dict[int, str] = {}
    for line in data.decode().split("\n"):
        if not line.startswith("data: "):
            continue
        event = json.loads(line[6:])
        kind, index = event["type"], event.get("index")
        if kind == "message_start":
            message = event["message"]
        elif kind == "content_block_start":
            assert index == len(message["content"])
            message["content"].append(event["content_block"])
        elif kind == "content_block_delta":
            for name in ("text", "thinking"):
                if name in event["delta"]:
                    message["content"][index][name] += event["delta"][name]
            texts[index] = texts.get(index, "") + event["delta"].get("partial_json", "")
        elif kind == "content_block_stop" and message["content"][index]["type"] == "tool_use":
            message["content"][index]["input"] = json.loads(texts.get(index) or "{}")
        elif kind == "message_delta":
            message |= event["delta"]
            message["usage"] |= event["usage"]
    return message


def run(pair: Pair, pieces: list[bytes]) -> bytes:
    stream = translate_stream(pair, created=5)
    return b"".join(stream.feed(piece) for piece in pieces) + stream.end()


CHAT_STREAMS = [
    "plain", "pseudonyms", "held_at_the_end", "tools", "reasoning", "refusal", "crlf", "no_done", "usage_in_the_finish",
    "two_choices",
]  # fmt: skip
MESSAGE_STREAMS = ["plain", "tools", "thinking", "redacted_thinking", "two_texts", "citations", "refusal", "crlf"]


@pytest.mark.parametrize("case", MESSAGE_STREAMS)
def test_a_messages_stream_says_the_same_to_a_chat_client(case: str, sdk_reader: Callable[[bytes], Read]):
    given = (GOLDEN / "anthropic" / f"{case}.sse").read_bytes()
    read = sdk_reader(run(C2M, [given]))
    whole, _ = translate_answer(C2M, accumulated(given), created=5)
    choice = whole["choices"][0]
    message, texts = choice["message"], read["texts"]
    assert texts.get("0:content", "") == (message["content"] or "")
    assert texts.get("0:reasoning_content") == message.get("reasoning_content")
    for number, call in enumerate(message.get("tool_calls", ())):
        assert texts[f"0:name:{number}"] == call["function"]["name"]
        assert json.loads(texts[f"0:arguments:{number}"]) == json.loads(call["function"]["arguments"])
    assert read["finish"] == {"0": choice["finish_reason"]}
    assert read["usage"] == whole["usage"]
    assert read["done"]
    assert run(C2M, [bytes([byte]) for byte in given]) == run(C2M, [given])


@pytest.mark.parametrize("case", CHAT_STREAMS)
def test_a_chat_stream_says_the_same_to_a_messages_client(case: str, sdk_reader: Callable[[bytes], Read]):
    given = (GOLDEN / "openai_chat" / f"{case}.sse").read_bytes()
    read = sdk_reader(given)
    made = run(M2C, [given])
    message = accumulated(made)
    joined = {kind: "".join(b[kind] for b in message["content"] if b["type"] == kind) for kind in ("text", "thinking")}
    texts = read["texts"]
    assert joined["text"] == texts.get("0:content", "") + texts.get("0:refusal", "")
    assert joined["thinking"] == texts.get("0:reasoning_content", "")
    calls = [block for block in message["content"] if block["type"] == "tool_use"]
    assert [call["name"] for call in calls] == [texts[name] for name in texts if name.startswith("0:name:")]
    assert [call["input"] for call in calls] == [json.loads(texts[n]) for n in texts if n.startswith("0:arguments:")]
    through = anthropic.MessagesStream()
    assert through.feed(made) + through.end() == made
    assert through.finish == message["stop_reason"]
    assert run(M2C, [bytes([byte]) for byte in given]) == made


def test_calls_that_take_turns_keep_their_blocks():
    pieces = [(0, '{"a":'), (1, '{"b":'), (0, "1}"), (1, "2}")]
    data = b""
    for number, text in pieces:
        call = {"index": number, "id": f"call_{number}", "function": {"name": "f", "arguments": text}}
        data += b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}).encode() + b"\n\n"
    data += b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}\n\ndata: [DONE]\n\n'
    assert [block["input"] for block in accumulated(run(M2C, [data]))["content"]] == [{"a": 1}, {"b": 2}]


def test_a_chat_answer_becomes_a_message_and_comes_back():
    message = {"role": "assistant", "content": "t", "reasoning_content": "h", "tool_calls": [CALL]}
    usage = {
        "prompt_tokens": 9,
        "completion_tokens": 5,
        "total_tokens": 14,
        "prompt_tokens_details": {"cached_tokens": 4},
    }
    chat = {"id": "x", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
    made, declared = translate_answer(M2C, {**chat, "usage": usage}, created=5)
    assert declared == ()
    assert made["content"] == [{"type": "thinking", "thinking": "h", "signature": OWN}, SAID, USED]
    assert made["stop_reason"] == "tool_use"
    reported = {name: amount for name, amount in made["usage"].items() if amount is not None}
    assert reported == {"input_tokens": 5, "output_tokens": 5, "cache_read_input_tokens": 4}
    back, _ = translate_answer(C2M, made, created=5)
    whole: dict[str, Any] = {**message, "refusal": None, "annotations": []}
    assert back["choices"][0]["message"] == whole, "the token is back where it came from"
    assert back["usage"]["prompt_tokens"] == 9
    assert (
        anthropic.read_answer(json.dumps(made).encode()).usage
        == openai_chat.read_answer(json.dumps({**chat, "usage": usage}).encode()).usage
    )


def test_thinking_in_parts_of_the_content_is_thinking():
    given = (GOLDEN / "openai_chat" / "parts.sse").read_bytes()
    blocks = accumulated(run(M2C, [given]))["content"]
    assert [block["type"] for block in blocks] == ["thinking", "text"]
    assert blocks[0]["thinking"] == "is it Person-K7F3Q?"
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "h"}]}, {"type": "text", "text": "t"}]
    made, _ = translate_answer(M2C, {"choices": [{"message": {"content": parts}}]}, created=5)
    assert made["content"] == [{"type": "thinking", "thinking": "h", "signature": OWN}, SAID]


def test_what_an_answer_loses_is_named():
    content = [{"type": "redacted_thinking", "data": "x"}, {"type": "new"}, {**TEXT, "citations": [1]}]
    content.append({"type": "thinking", "thinking": "h", "signature": "s"})
    _, declared = translate_answer(C2M, {"content": content, "stop_reason": "end_turn"}, created=5)
    assert declared == ("content block", "citations")
    choice = {"message": {"content": "a", "annotations": [1]}, "finish_reason": "stop"}
    assert translate_answer(M2C, {"choices": [choice, choice]}, created=5)[1] == ("annotations", "choices")


BAD_ANSWERS: list[tuple[Pair, dict[str, Any]]] = [
    (C2M, {"content": [1]}),
    (M2C, {"choices": [{"message": {"tool_calls": [{"function": {"arguments": "[1"}}]}}]}),
    (M2C, {"choices": []}),
]


@pytest.mark.parametrize(("pair", "body"), BAD_ANSWERS)
def test_an_answer_of_another_form_is_broken(pair: Pair, body: dict[str, Any]):
    with pytest.raises(BrokenReplyError):
        translate_answer(pair, body, created=5)


BAD_STREAMS = [
    (C2M, b'event: error\ndata: {"type":"error"}\n\n'),
    (C2M, b'data: {"type":"message_delta","delta":"x"}\n\n'),
    (C2M, b"data: [1]\n\n"),
    (C2M, b'data: {"type":"message_start","message":{}}\n\n'),
    (M2C, b'data: {"error":{"message":"x"}}\n\n'),
    (M2C, b'data: {"choices":["x"]}\n\n'),
    (M2C, b'data: {"choices":[{"delta":{"content":"x"}}]}\n\n'),
    (M2C, b"data: {\n\n"),
    (M2C, b"data: [DONE]\n\n"),
    (M2C, b""),
]


@pytest.mark.parametrize(("pair", "data"), BAD_STREAMS)
def test_a_broken_stream_is_broken_in_the_other_dialect_too(pair: Pair, data: bytes):
    with pytest.raises(BrokenReplyError):
        run(pair, [data, b""])


DEEP: list[tuple[Pair, dict[str, Any], tuple[str, ...]]] = [
    (M2C, {"tools": [{"name": "f", "input_examples": [{"a": 1}], "defer_loading": True}]}, ("tools.input_examples",)),
    (M2C, {"output_config": {"effort": "low"}, "thinking": {"type": "adaptive", "display": "omitted"}}, ("thinking",)),
    (C2M, {"tools": [{"type": "function", "function": {"name": "f"}, "cache_control": {"type": "ephemeral"}}]}, ()),
    (C2M, one("user", [{**TEXT, "annotations": [1]}]), ("messages.content.annotations",)),
]


@pytest.mark.parametrize(("pair", "more", "declared"), DEEP)
def test_what_is_known_and_not_read_is_named_however_deep(pair: Pair, more: dict[str, Any], declared: tuple[str, ...]):
    _, names = request(pair, {**USER, **more})
    assert set(declared) <= set(names)
    assert names


UNKNOWN_DEEP: list[tuple[Pair, dict[str, Any], str]] = [
    (C2M, one("user", [{**TEXT, "x_13900001111": 1}]), "/messages/0/content/0/*"),
    (C2M, one("assistant", "t", prefix=True), "/messages/0/prefix"),
    (M2C, {"tools": [{"name": "f", "x_new": 1}]}, "/tools/0/*"),
    (M2C, one("user", [{"type": "tool_result", "tool_use_id": "a", "content": [{**TEXT, "y": 1}]}]),
     "/messages/0/content/0/content/0/*"),
]  # fmt: skip


@pytest.mark.parametrize(("pair", "more", "where"), UNKNOWN_DEEP)
def test_what_no_list_knows_is_refused_however_deep(pair: Pair, more: dict[str, Any], where: str):
    with pytest.raises(MalformedError) as caught:
        request(pair, {**USER, **more})
    assert caught.value.where == where
