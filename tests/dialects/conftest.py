"""What the tests of the wire share: a reader of chat streams that is not ours, the plainest filter that holds back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from openai._streaming import SSEDecoder
from openai.types.chat import ChatCompletionChunk

ORIGINALS = {"Person-K7F3Q": '李"雷', "电话-9XK2M": "000-12"}
Read = dict[str, Any]


def read_stream(data: bytes) -> Read:
    """What OpenAI's own SDK reads from a stream: the joined text of each channel, finish reasons, usage, an error."""
    found: Read = {"texts": {}, "finish": {}, "usage": None, "error": None, "done": False}
    for event in SSEDecoder().iter_bytes(iter([data])):
        if found["done"] or not event.data:
            continue
        if event.data.startswith("[DONE]"):
            found["done"] = True
            continue
        node = json.loads(event.data)
        if "error" in node:
            found["error"] = node["error"]["code"]
            continue
        chunk = ChatCompletionChunk.construct(**node)
        if chunk.usage is not None:
            found["usage"] = chunk.usage.to_dict()
        for choice in chunk.choices:
            spoken = _texts(choice.delta.model_dump(exclude_unset=True, warnings=False))
            for name, text in spoken:
                channel = f"{choice.index}:{name}"
                found["texts"][channel] = found["texts"].get(channel, "") + text
            assert str(choice.index) not in found["finish"] or not any(text for _, text in spoken), (
                "text after the finish"
            )
            if choice.finish_reason:
                found["finish"][str(choice.index)] = choice.finish_reason
    return found


def _texts(delta: Any) -> list[tuple[str, str]]:
    found = []
    for name, value in delta.items():
        if isinstance(value, str) and name != "role":
            found.append((name, value))
        elif name == "tool_calls":
            for call in value:
                for kind in ("function", "custom"):
                    made = call.get(kind, {})
                    found += [(f"{field}:{call.get('index', call.get('id'))}", made[field]) for field in made]
        elif name == "function_call":
            found += [(f"function_call:{field}", text) for field, text in value.items()]
        elif name == "reasoning_details":
            found += [(f"details:{part['index']}", part["text"]) for part in value if "text" in part]
        elif name == "content" and isinstance(value, list):
            for part in value:
                parts = part.get("thinking", [part])
                found += [("thinking" if "thinking" in part else "content", each["text"]) for each in parts]
    return found


@pytest.fixture(scope="session")
def sdk_reader() -> Callable[[bytes], Read]:
    """OpenAI's SDK as the judge of what a client would see."""
    return read_stream


class Swapper:
    """Puts originals for pseudonyms; holds back an end that could become one, nothing else."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}

    def feed(self, channel: str, text: str, *, escape: bool) -> str:
        text = self.held.get(channel, "") + text
        for pseudonym, original in ORIGINALS.items():
            text = text.replace(pseudonym, json.dumps(original, ensure_ascii=False)[1:-1] if escape else original)
        ends = [text[at:] for at in range(max(0, len(text) - 12), len(text))]
        held = next((end for end in ends if any(name.startswith(end) for name in ORIGINALS)), "")
        self.held[channel] = held
        return text[: len(text) - len(held)]

    def flush(self, channel: str) -> str:
        return self.held.pop(channel, "")


@pytest.fixture(scope="session")
def swapper() -> Callable[[], Swapper]:
    """Makes the filter of one stream."""
    return Swapper
