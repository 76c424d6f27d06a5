"""Pseudonyms come back in every channel of a real stream, wherever its bytes and its deltas were cut."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.dialects.openai_chat import ChatStream, filter_answer, read_answer
from isthmus.pseudonyms.form import check_symbol
from isthmus.steps.restore import Restorer

ONE, TWO = "K7F3" + check_symbol("K7F3"), "M3KP" + check_symbol("M3KP")
ORIGINALS = {f"Person-{ONE}": 'Sean "Mac" O\\Brien', f"人员-{TWO}": "欧阳\n明月"}
TEXTS = (
    f"Dear Person-{ONE}, 人员-{TWO}已收到",
    f"**person {ONE.lower()}** 与人员（{TWO}）",
    f"Person-{ONE}Person-{ONE}",
    "no one",
    "",
)
SHOWN = (
    'Dear Sean "Mac" O\\Brien, 欧阳\n明月已收到',
    '**Sean "Mac" O\\Brien** 与欧阳\n明月',
    'Sean "Mac" O\\Brien' * 2,
    "no one",
    "",
)


def pieces(text: str, sizes: list[int]) -> list[str]:
    out, at, turn = [], 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        out.append(text[at : at + size])
        at, turn = at + size, turn + 1
    return out


def events(content: str, reasoning: str, arguments: str, sizes: list[int], *, ascii_only: bool) -> bytes:
    """A stream of one choice, the channels in turn."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"reasoning_content": piece} for piece in pieces(reasoning, sizes)]
    deltas += [{"content": piece} for piece in pieces(content, sizes)]
    head = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "send", "arguments": ""}}
    deltas.append({"tool_calls": [head]})
    deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces(arguments, sizes)]
    chunks: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    chunks.append({"index": 0, "delta": {}, "finish_reason": "tool_calls"})
    lines = [
        json.dumps({"id": "x", "object": "chat.completion.chunk", "choices": [chunk]}, ensure_ascii=ascii_only)
        for chunk in chunks
    ]
    return "".join(f"data: {line}\n\n" for line in [*lines, "[DONE]"]).encode()


def read(stream: bytes) -> tuple[str, str, str]:
    """Content, reasoning and arguments as a client joins them."""
    content = reasoning = arguments = ""
    for line in stream.decode().split("\n\n"):
        if not line.startswith("data: {"):
            continue
        for choice in json.loads(line[6:])["choices"]:
            delta = choice["delta"]
            content += delta.get("content") or ""
            reasoning += delta.get("reasoning_content") or ""
            for call in delta.get("tool_calls") or []:
                arguments += call["function"].get("arguments") or ""
    return content, reasoning, arguments


def through(data: list[bytes]) -> bytes:
    stream = ChatStream((Restorer(ORIGINALS),))
    return b"".join(stream.feed(piece) for piece in data) + stream.end()


@settings(max_examples=60, deadline=None)
@given(
    picks=st.tuples(*[st.integers(0, len(TEXTS) - 1)] * 3),
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    ascii_only=st.tuples(st.booleans(), st.booleans()),
)
def test_every_channel_of_a_stream_is_restored(
    picks: tuple[int, int, int], sizes: list[int], ascii_only: tuple[bool, bool]
):
    """Content and reasoning as text, arguments as JSON, whatever the sizes of the deltas."""
    content, reasoning, argument = (TEXTS[pick] for pick in picks)
    arguments = json.dumps({"to": argument, "n": 1}, ensure_ascii=ascii_only[0])
    stream = events(content, reasoning, arguments, sizes, ascii_only=ascii_only[1])
    got = read(through([stream]))
    assert got[:2] == (SHOWN[picks[0]], SHOWN[picks[1]])
    assert json.loads(got[2]) == {"to": SHOWN[picks[2]], "n": 1}


@pytest.mark.parametrize("ascii_only", [True, False])
def test_every_cut_of_the_bytes_gives_the_same(ascii_only: bool):  # noqa: FBT001 - a parameter of the test
    """In two anywhere, and one byte at a time: through characters, lines and pseudonyms."""
    arguments = json.dumps({"to": TEXTS[0]}, ensure_ascii=ascii_only)
    stream = events(TEXTS[1], TEXTS[0], arguments, [7, 2, 5], ascii_only=ascii_only)
    wanted = read(through([stream]))
    assert wanted[:2] == (SHOWN[1], SHOWN[0])
    for at in range(0, len(stream), 3):
        assert read(through([stream[:at], stream[at:]])) == wanted
    assert read(through([stream[at : at + 1] for at in range(len(stream))])) == wanted


def test_a_whole_answer_is_restored_in_every_channel():
    """The same without a stream; structured content stays JSON."""
    structured = json.dumps({"summary": TEXTS[0]})
    message = {
        "role": "assistant",
        "content": structured,
        "reasoning_content": TEXTS[1],
        "tool_calls": [
            {"id": "c", "type": "function", "function": {"name": "send", "arguments": json.dumps({"to": TEXTS[1]})}}
        ],
    }
    answer = read_answer(json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode())
    shown = filter_answer(answer, (Restorer(ORIGINALS),), formatted=True)["choices"][0]["message"]
    assert json.loads(shown["content"]) == {"summary": SHOWN[0]}
    assert shown["reasoning_content"] == SHOWN[1]
    assert json.loads(shown["tool_calls"][0]["function"]["arguments"]) == {"to": SHOWN[1]}
