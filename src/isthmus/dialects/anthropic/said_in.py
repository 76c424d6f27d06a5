"""What a deployment answers in Messages, in no dialect: whole, and as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.dialects.anthropic.usage import read_usage
from isthmus.dialects.conversation.ask import Block, Foreign, Text, Thought, ToolCall, arguments_text
from isthmus.dialects.conversation.opaque import Opaque, unwrap
from isthmus.dialects.conversation.said import (
    Citation,
    Cite,
    Close,
    Ended,
    Event,
    Finish,
    Grow,
    Open,
    Over,
    Said,
    Sign,
    Spoken,
    Start,
    Used,
)
from isthmus.dialects.conversation.streams import Reader, unfinished
from isthmus.errors import BrokenReplyError
from isthmus.exchange import Usage

Node = dict[str, Any]
ME = "anthropic"
FINISHES: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "pause",
    "max_tokens": "length",
    "model_context_window_exceeded": "context",
    "tool_use": "tools",
    "refusal": "refusal",
}


def read_said(body: Node) -> Said:
    """A whole answer; the caller has checked its outlines."""
    lost: list[str] = []
    blocks = [_block(block, lost) for block in body["content"]]
    usage = body.get("usage")
    finish = FINISHES.get(body.get("stop_reason") or "", "stop")
    return Said(
        id=body.get("id") or "",
        model=body.get("model") or "",
        choices=[Spoken(blocks=blocks, finish=finish, matched=body.get("stop_sequence"))],
        usage=read_usage(usage)[0] if isinstance(usage, dict) else Usage(),
        lost=lost,
    )


def _block(block: Node, lost: list[str]) -> Block:
    kind = block.get("type")
    if kind == "text":
        cited = block.get("citations")
        rows = [read_citation(row) for row in cited] if isinstance(cited, list) else []
        return Text(text=block.get("text") or "", citations=tuple(rows))
    if kind == "thinking":
        return Thought(text=block.get("thinking") or "", opaque=_state(block.get("signature")))
    if kind == "redacted_thinking":
        return Thought(opaque=unwrap(block.get("data") or "", source=ME, hidden=True))
    if kind == "tool_use":
        return ToolCall(id=block.get("id") or "", name=block.get("name") or "", arguments=block.get("input"))
    lost.append("content block")
    return Foreign(kind=str(kind))


def read_citation(row: Any) -> Citation:
    """A citation: of a page by its address, else what only this dialect knows."""
    node = row if isinstance(row, dict) else {}
    title = node.get("title") or node.get("document_title") or ""
    return Citation(url=node.get("url") or "", title=title, cited=node.get("cited_text") or "", own=row, source=ME)


def _state(signature: Any) -> Opaque | None:
    return unwrap(signature, source=ME) if isinstance(signature, str) and signature else None


class MessagesReader(Reader):
    """Reads a Messages stream, whose blocks are already those of the middle."""

    def __init__(self) -> None:
        super().__init__()
        self._usage: dict[str, int] = {}
        self._given: dict[int, Node] = {}
        self._finish: Finish | None = None
        self._matched: str | None = None

    def read(self, name: str, node: Node) -> Iterator[Event]:
        """What an event says."""
        kind = node.get("type")
        if kind == "content_block_delta":
            yield from self._delta(_index(node), node["delta"])
        elif kind == "content_block_start":
            yield from self._start(_index(node), node["content_block"])
        elif kind == "content_block_stop":
            yield from self._stop(_index(node))
        elif kind == "message_start":
            message = node.get("message") or {}
            yield from self._used(message.get("usage"))
            yield Start(message.get("id") or "", message.get("model") or "")
        elif kind == "message_delta":
            yield from self._used(node.get("usage"))
            delta = node.get("delta") or {}
            if delta.get("stop_reason"):
                self._finish = FINISHES.get(delta["stop_reason"], "stop")
                self._matched = delta.get("stop_sequence")
        elif kind == "message_stop":
            yield from self.end()
        elif kind == "error" or name == "error":
            raise BrokenReplyError("the deployment reported an error in mid-stream")

    def end(self) -> Iterator[Event]:
        """The rest."""
        if self._finish is None:
            raise unfinished()
        if not self.over:
            self.over = True
            yield Ended(self._finish, self._matched)
            yield Over()

    def _start(self, index: int, block: Node) -> Iterator[Event]:
        kind = block.get("type")
        self._given[index] = block
        if kind == "text":
            yield Open(index, "text")
            if block.get("text"):
                yield Grow(index, block["text"])
        elif kind == "thinking":
            yield Open(index, "thought")
            if block.get("thinking"):
                yield Grow(index, block["thinking"])
            if opaque := _state(block.get("signature")):
                yield Sign(index, opaque)
        elif kind == "redacted_thinking":
            yield Open(index, "hidden", opaque=unwrap(block.get("data") or "", source=ME, hidden=True))
        elif kind == "tool_use":
            yield Open(index, "tool", block.get("id") or "", block.get("name") or "")
        else:
            self.lost.add("content block")
            yield Open(index, "foreign", name=str(kind))

    def _delta(self, index: int, delta: Node) -> Iterator[Event]:
        kind = delta.get("type")
        if kind == "text_delta":
            yield Grow(index, delta["text"])
        elif kind == "thinking_delta":
            yield Grow(index, delta["thinking"])
        elif kind == "input_json_delta":
            if self._given.pop(index, None) is not None or delta["partial_json"]:
                yield Grow(index, delta["partial_json"])
        elif kind == "signature_delta":
            yield Sign(index, unwrap(delta["signature"], source=ME))
        elif kind == "citations_delta":
            yield Cite(index, read_citation(delta.get("citation")))

    def _stop(self, index: int) -> Iterator[Event]:
        block = self._given.pop(index, None)
        if block is not None and block.get("type") == "tool_use" and block.get("input"):
            # a vendor gave the arguments at once
            yield Grow(index, arguments_text(ToolCall(id="", name="", arguments=block["input"])))
        yield Close(index)

    def _used(self, usage: Any) -> Iterator[Event]:
        if isinstance(usage, dict):
            found, self._usage = read_usage(usage, self._usage)
            yield Used(found)


def _index(node: Node) -> int:
    index = node.get("index")
    if type(index) is not int:
        raise BrokenReplyError("a content block of the stream has no index")
    return index
