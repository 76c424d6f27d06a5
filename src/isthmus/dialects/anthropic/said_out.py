"""What a model said, as Messages: whole, and as a stream."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.anthropic.ask_out import write_block
from isthmus.dialects.conversation.ask import Foreign, Text, Thought, ToolCall, arguments_object
from isthmus.dialects.conversation.opaque import put
from isthmus.dialects.conversation.said import (
    Citation,
    Cite,
    Close,
    Ended,
    Finish,
    Grow,
    Open,
    Over,
    Said,
    Sign,
    Start,
    Used,
)
from isthmus.dialects.conversation.streams import Writer
from isthmus.errors import BrokenReplyError
from isthmus.exchange import Usage

Node = dict[str, Any]
ME = "anthropic"
FINISHES: dict[Finish, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tools": "tool_use",
    "filter": "refusal",
    "refusal": "refusal",
    "pause": "pause_turn",
    "context": "model_context_window_exceeded",
}


# what a message has though nobody said it; required by the vendor's own schema of a Message
BLANK: dict[type, Node] = {Text: {"citations": None}, ToolCall: {"caller": {"type": "direct"}}}
_NOT_KNOWN = """cache_creation cache_creation_input_tokens cache_read_input_tokens inference_geo server_tool_use
    service_tier output_tokens_details"""
NO_USAGE: Node = dict.fromkeys(_NOT_KNOWN.split())


def write_said(said: Said, *, created: int) -> Node:  # noqa: ARG001 - the same form in every dialect
    """A whole answer; raises `BrokenReplyError` where the arguments of a call are no object."""
    spoken = said.choices[0]
    if len(said.choices) > 1:
        said.lost.append("choices")
    content = []
    for block in spoken.blocks:
        if isinstance(block, ToolCall) and (block.custom or arguments_object(block) is None):
            raise BrokenReplyError("the arguments of a tool call are no JSON object")
        if isinstance(block, Text) and block.citations:
            cited = [row for each in block.citations if (row := write_citation(each)) is not None]
            if len(cited) < len(block.citations):
                said.lost.append("citations")
            block.citations = tuple(cited)
        if not isinstance(block, Foreign):
            content.append(BLANK.get(type(block), {}) | write_block(block))
    return {
        "id": said.id,
        "type": "message",
        "role": "assistant",
        "model": said.model,
        "content": content,
        "stop_reason": "stop_sequence" if spoken.matched else FINISHES[spoken.finish],
        "stop_sequence": spoken.matched,
        "stop_details": None,
        "container": None,
        "usage": NO_USAGE | write_usage(said.usage),
    }


def write_citation(row: Citation) -> Node | None:
    """A citation of a page; None for any other of another dialect."""
    if row.source == ME and isinstance(row.own, dict):
        return row.own
    if not row.url:
        return None
    found = {"type": "web_search_result_location", "url": row.url, "title": row.title, "cited_text": row.cited}
    return {**found, "encrypted_index": ""}


def write_usage(usage: Usage) -> Node:
    """Usage as a Messages client reads it: cached tokens stand beside the input."""
    read, written = usage.cache_read.amount, usage.cache_write.amount
    made: Node = {
        "input_tokens": max(0, (usage.input.amount or 0) - (read or 0) - (written or 0)),
        "output_tokens": usage.output.amount or 0,
    }
    if read is not None:
        made["cache_read_input_tokens"] = read
    if written is not None:
        made["cache_creation_input_tokens"] = written
    if usage.reasoning.amount is not None:
        made["output_tokens_details"] = {"thinking_tokens": usage.reasoning.amount}
    return made


class MessagesWriter(Writer):
    """Writes a Messages stream; only the first choice is said, for there is no place for another."""

    def __init__(self, *, created: int) -> None:
        del created  # in this dialect an answer has no time
        super().__init__()
        self._blocks: dict[int, int] = {}
        self._kinds: dict[int, str] = {}
        self._count = 0
        self._usage = Usage()
        self._ending: Ended | None = None

    def start(self, event: Start) -> None:
        """The answer begins."""
        message: Node = {"id": event.id, "type": "message", "role": "assistant", "model": event.model, "content": []}
        message |= {"stop_reason": None, "stop_sequence": None, "usage": NO_USAGE | write_usage(self._usage)}
        self._make({"type": "message_start", "message": message}, "message_start")

    def open(self, event: Open) -> None:
        """A block begins."""
        if event.choice:
            self.lost.add("choices")
            return
        kind = event.kind
        if kind == "foreign":
            return
        if kind == "custom":
            raise BrokenReplyError("the arguments of a tool call are no JSON object")
        if kind == "tool":
            block: Node = {"type": "tool_use", "id": event.id, "name": event.name, "input": {}}
        elif kind == "thought":
            block = {"type": "thinking", "thinking": "", "signature": ""}
        elif kind == "hidden":
            block = write_block(Thought(opaque=event.opaque))
        else:
            block = {"type": "text", "text": ""}
        index = self._blocks[event.number] = self._count
        self._kinds[event.number] = kind
        self._count += 1
        self._make({"type": "content_block_start", "index": index, "content_block": block}, "content_block_start")
        if kind == "thought" and event.opaque is not None:
            self._delta(index, {"type": "signature_delta", "signature": put(event.opaque, source=ME)})

    def grow(self, event: Grow) -> None:
        """A block grows."""
        if event.choice or event.number not in self._blocks:
            return
        kind = self._kinds[event.number]
        if kind == "tool":
            delta = {"type": "input_json_delta", "partial_json": event.text}
        elif kind == "thought":
            delta = {"type": "thinking_delta", "thinking": event.text}
        else:
            delta = {"type": "text_delta", "text": event.text}
        self._delta(self._blocks[event.number], delta)

    def sign(self, event: Sign) -> None:
        """A block gets its signature."""
        if not event.choice and event.number in self._blocks:
            token = put(event.opaque, source=ME)
            self._delta(self._blocks[event.number], {"type": "signature_delta", "signature": token})

    def cite(self, event: Cite) -> None:
        """A text names a source."""
        row = write_citation(event.citation)
        if row is None or event.number not in self._blocks:
            self.lost.add("citations")
        else:
            self._delta(self._blocks[event.number], {"type": "citations_delta", "citation": row})

    def close(self, event: Close) -> None:
        """A block is complete."""
        if not event.choice and (index := self._blocks.pop(event.number, None)) is not None:
            self._make({"type": "content_block_stop", "index": index}, "content_block_stop")

    def ended(self, event: Ended) -> None:
        """A choice is complete."""
        if not event.choice:
            self._ending = event

    def used(self, event: Used) -> None:
        """The usage so far."""
        self._usage = event.usage

    def over(self, event: Over) -> None:  # noqa: ARG002 - a writer's form
        """Nothing follows."""
        ending = self._ending or Ended("stop")
        reason = "stop_sequence" if ending.matched else FINISHES[ending.finish]
        delta = {"stop_reason": reason, "stop_sequence": ending.matched}
        usage = write_usage(self._usage)
        self._make({"type": "message_delta", "delta": delta, "usage": usage}, "message_delta")
        self._make({"type": "message_stop"}, "message_stop")

    def _delta(self, index: int, delta: Node) -> None:
        self._make({"type": "content_block_delta", "index": index, "delta": delta}, "content_block_delta")
