"""Answers as bytes of the OpenAI chat form, whole or as a stream cut where it hurts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import cycle
from typing import Any

from isthmus.apps.demo.simulated.answers import Spoken
from isthmus.apps.demo.simulated.deployments import Simulated

FINGERPRINT = "simulated"


def usage(body: bytes, spoken: Spoken) -> dict[str, Any]:
    """Tokens, about four bytes each; every answer counts a few reasoning tokens so that they are not forgotten."""
    written = spoken.text + "".join(arguments for _, arguments in spoken.calls)
    prompt, completion = max(1, len(body) // 4), max(1, len(written.encode()) // 4)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }


def whole(simulated: Simulated, number: int, spoken: Spoken, body: bytes, *, choices: int = 1) -> bytes:
    """A `chat.completion`."""
    message: dict[str, Any] = {"role": "assistant", "content": None if spoken.calls else spoken.text, "refusal": None}
    message["annotations"] = []
    if spoken.thought:
        message["reasoning_content"] = spoken.thought
    if spoken.calls:
        message["tool_calls"] = [_call(number, at, call) for at, call in enumerate(spoken.calls)]
    answer = {
        **_head(simulated, number, "chat.completion"),
        "choices": [
            {"index": index, "message": message, "logprobs": None, "finish_reason": spoken.finish}
            for index in range(choices)
        ],
        "usage": usage(body, spoken),
    }
    return json.dumps(answer, ensure_ascii=simulated.ascii_json).encode()


def events(
    simulated: Simulated, number: int, spoken: Spoken, body: bytes, *, show_usage: bool, choices: int = 1
) -> Iterator[bytes]:
    """A `chat.completion.chunk` stream as SSE events, `[DONE]` last."""
    head = _head(simulated, number, "chat.completion.chunk")
    for index in range(choices):
        yield _event(simulated, head, index, {"role": "assistant", "content": ""})
        for delta in _deltas(simulated, number, spoken):
            yield _event(simulated, head, index, delta)
        yield _event(simulated, head, index, {}, spoken.finish)
    if show_usage:
        yield _sse(simulated, {**head, "choices": [], "usage": usage(body, spoken)})
    yield b"data: [DONE]\n\n"


def cut(text: str, sizes: Iterable[int]) -> Iterator[str]:
    """`text` in pieces of `sizes` code points, taken in turn."""
    at = 0
    for size in cycle(sizes):
        if at >= len(text):
            return
        yield text[at : at + size]
        at += size


def written(all_events: Iterable[bytes], sizes: tuple[int, ...]) -> Iterator[bytes]:
    """The bytes of a stream as socket writes: one an event, or of the given sizes whatever they cut through."""
    if sizes == (0,):
        yield from all_events
        return
    data = b"".join(all_events)
    at = 0
    for size in cycle(sizes):
        if at >= len(data):
            return
        yield data[at : at + size]
        at += size


def _deltas(simulated: Simulated, number: int, spoken: Spoken) -> Iterator[dict[str, Any]]:
    for piece in cut(spoken.thought, simulated.cut):
        yield {"reasoning_content": piece}
    for piece in cut(spoken.text, simulated.cut):
        yield {"content": piece}
    for at, (name, arguments) in enumerate(spoken.calls):
        yield {"tool_calls": [{**_call(number, at, (name, "")), "index": at}]}
        for piece in cut(arguments, simulated.cut):
            yield {"tool_calls": [{"index": at, "function": {"arguments": piece}}]}


def _call(number: int, at: int, call: tuple[str, str]) -> dict[str, Any]:
    return {"id": f"call_{number}_{at}", "type": "function", "function": {"name": call[0], "arguments": call[1]}}


def _head(simulated: Simulated, number: int, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-sim-{number}",
        "object": kind,
        "created": 1_790_000_000 + number,
        "model": f"{simulated.model} (simulated)",
        "system_fingerprint": FINGERPRINT,
    }


def _event(
    simulated: Simulated, head: dict[str, Any], index: int, delta: dict[str, Any], finish: str | None = None
) -> bytes:
    choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
    return _sse(simulated, {**head, "choices": [choice]})


def _sse(simulated: Simulated, value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=simulated.ascii_json).encode() + b"\n\n"
