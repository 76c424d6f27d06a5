"""What a deployment answers in Converse, in no dialect: whole, and as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.dialects import whole
from isthmus.dialects.answer import Answer
from isthmus.dialects.bedrock.ask_out import ME
from isthmus.dialects.bedrock.frames import FAILED
from isthmus.dialects.conversation.ask import Block, Foreign, Text, Thought, ToolCall
from isthmus.dialects.conversation.opaque import Opaque
from isthmus.dialects.conversation.said import (
    Close,
    Ended,
    Event,
    Finish,
    Grow,
    Kind,
    Open,
    Over,
    Said,
    Sign,
    Spoken,
    Start,
    Used,
)
from isthmus.dialects.conversation.streams import Reader, unfinished
from isthmus.dialects.counts import count, total
from isthmus.errors import BrokenReplyError
from isthmus.exchange import Usage

Node = dict[str, Any]
FINISHES: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "tool_use": "tools",
    "guardrail_intervened": "filter",
    "content_filtered": "filter",
    "model_context_window_exceeded": "context",
}


def read_usage(node: Any) -> Usage:
    """Tokens as counted: what was read from a cache or written to it stands beside the input here."""
    read, written = count(node, "cacheReadInputTokens"), count(node, "cacheWriteInputTokens")
    return Usage(
        input=total(count(node, "inputTokens"), read, written),
        cache_read=read,
        cache_write=written,
        output=count(node, "outputTokens"),
    )


def read_answer(data: bytes) -> Answer:
    """A whole answer; raises `BrokenReplyError` where it is none."""
    body = whole.read_body(data)
    message = body["output"].get("message") if isinstance(body.get("output"), dict) else None
    if not isinstance(message, dict) or not isinstance(message.get("content"), list):
        raise BrokenReplyError("the answer has no message", where="/output/message")
    return whole.read(body, usage=read_usage(body.get("usage")), finish=body.get("stopReason"))


def read_said(body: Node) -> Said:
    """A whole answer; the caller has checked its outlines."""
    lost: list[str] = []
    blocks = [_block(part, lost) for part in body["output"]["message"]["content"]]
    spoken = Spoken(blocks=blocks, finish=FINISHES.get(body.get("stopReason") or "", "stop"))
    return Said(id="", model="", choices=[spoken], usage=read_usage(body.get("usage")), lost=lost)


def _block(part: Node, lost: list[str]) -> Block:
    if "text" in part:
        return Text(text=part["text"])
    if "toolUse" in part:
        call = part["toolUse"]
        return ToolCall(id=call.get("toolUseId") or "", name=call.get("name") or "", arguments=call.get("input"))
    if "reasoningContent" in part:
        thought = part["reasoningContent"]
        if "redactedContent" in thought:
            return Thought(opaque=Opaque(source=ME, data=thought["redactedContent"], hidden=True))
        said = thought.get("reasoningText") or {}
        return Thought(text=said.get("text") or "", opaque=Opaque(source=ME, data=said.get("signature") or ""))
    lost.append("content block")
    return Foreign(kind=next(iter(part), ""))


class ConverseReader(Reader):
    """Reads a stream, whose blocks are already those of the middle; a text may begin without a word."""

    def __init__(self) -> None:
        super().__init__()
        self._open: set[int] = set()
        self._silent: set[int] = set()  # calls without a word of input
        self._finish: Finish | None = None

    def read(self, name: str, node: Node) -> Iterator[Event]:
        """What an event says."""
        if name.startswith(FAILED):
            raise whole.reported({"code": name.removeprefix(FAILED)})
        if name == "messageStart":
            yield Start("", "")
        elif name == "contentBlockStart":
            yield from self._start(node["contentBlockIndex"], node.get("start") or {})
        elif name == "contentBlockDelta":
            yield from self._grow(node["contentBlockIndex"], node.get("delta") or {})
        elif name == "contentBlockStop":
            yield from self._stop(node["contentBlockIndex"])
        elif name == "messageStop":
            self.word = node.get("stopReason") or ""
            self._finish = FINISHES.get(self.word, "stop")
        elif name == "metadata":
            if node.get("usage"):
                yield Used(read_usage(node["usage"]))
            yield from self.end()

    def end(self) -> Iterator[Event]:
        """The rest; the counts come after the finish."""
        if self.over:
            return
        if self._finish is None:
            raise unfinished()
        self.over = True
        yield Ended(self._finish)
        yield Over()

    def _start(self, index: int, start: Node) -> Iterator[Event]:
        call = start.get("toolUse")
        if isinstance(call, dict):
            self._open.add(index)
            self._silent.add(index)
            yield Open(index, "tool", id=call.get("toolUseId") or "", name=call.get("name") or "")
        elif start:
            self.lost.add("content block")

    def _grow(self, index: int, delta: Node) -> Iterator[Event]:
        thought = delta.get("reasoningContent")
        if isinstance(thought, dict):
            yield from self._think(index, thought)
        elif delta.get("text"):
            yield from self._begin(index, "text")
            yield Grow(index, delta["text"])
        elif isinstance(delta.get("toolUse"), dict):
            if delta["toolUse"].get("input"):
                self._silent.discard(index)
                yield Grow(index, delta["toolUse"]["input"])
        elif delta and "text" not in delta:
            self.lost.add("content block")

    def _stop(self, index: int) -> Iterator[Event]:
        if index not in self._open:
            return
        self._open.discard(index)
        if index in self._silent:
            yield Grow(index, "{}")
        yield Close(index)

    def _think(self, index: int, thought: Node) -> Iterator[Event]:
        hidden = thought.get("redactedContent")
        if hidden:
            yield from self._begin(index, "thought", Opaque(source=ME, data=hidden, hidden=True))
            return
        yield from self._begin(index, "thought", Opaque(source=ME, data=""))
        if thought.get("text"):
            yield Grow(index, thought["text"])
        if thought.get("signature"):
            yield Sign(index, Opaque(source=ME, data=thought["signature"]))

    def _begin(self, index: int, kind: Kind, opaque: Opaque | None = None) -> Iterator[Event]:
        if index not in self._open:
            self._open.add(index)
            yield Open(index, kind, opaque=opaque)
