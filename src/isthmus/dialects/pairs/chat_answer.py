"""What a deployment answers in Chat Completions, as Messages: whole, and as a stream."""

from __future__ import annotations

import json
from typing import Any

from isthmus.dialects.openai_chat.usage import find_usage, read_usage
from isthmus.dialects.pairs.event_translator import EventTranslator
from isthmus.dialects.sse import SseEvent
from isthmus.errors import BrokenReplyError

Node = dict[str, Any]
REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
}


def translate_answer(body: Node) -> tuple[Node, tuple[str, ...]]:
    """A whole answer for a Messages client, and the names of what is left out; raises `BrokenReplyError`."""
    choice = body["choices"][0]
    message = choice["message"]
    content: list[Node] = []
    for kind, text in _said(message):
        content.append({"type": kind, kind: text} | ({"signature": ""} if kind == "thinking" else {}))
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        block = {"type": "tool_use", "id": call.get("id", ""), "name": function.get("name", "")}
        content.append({**block, "input": _input(function.get("arguments"))})
    declared = [name for name in ("annotations", "audio") if message.get(name)]
    declared += ["choices"] if len(body["choices"]) > 1 else []
    reason = "refusal" if message.get("refusal") else REASONS.get(choice.get("finish_reason") or "", "end_turn")
    usage = find_usage(body)
    made = {
        "id": body.get("id", ""),
        "type": "message",
        "role": "assistant",
        "model": body.get("model", ""),
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": messages_usage(usage) if usage else {"input_tokens": 0, "output_tokens": 0},
    }
    return made, tuple(declared)


def messages_usage(node: Node) -> Node:
    """Usage as a Messages client reads it: cached tokens stand beside the input."""
    usage = read_usage(node)
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


def _input(arguments: Any) -> Any:
    if isinstance(arguments, dict):
        return arguments
    try:
        made = json.loads(arguments) if arguments else {}
    except (TypeError, ValueError, RecursionError):
        made = None
    if not isinstance(made, dict):
        raise BrokenReplyError("the arguments of a tool call are no JSON object")
    return made


def _said(message: Node) -> list[tuple[str, str]]:
    """What a message or delta says, as (thinking or text, text), in order."""
    found = [("thinking", message.get("reasoning_content") or message.get("reasoning"))]
    content = message.get("content")
    for part in content if isinstance(content, list) else [content]:
        if not isinstance(part, dict):
            found.append(("text", part))
        elif isinstance(part.get("thinking"), list):
            found += [("thinking", thought.get("text")) for thought in part["thinking"]]
        else:
            found.append(("text", part.get("text")))
    found.append(("text", message.get("refusal")))
    return [(kind, text) for kind, text in found if isinstance(text, str) and text]


class ChatToMessages(EventTranslator):
    """A Chat stream as a Messages stream: one block at a time, but for parallel calls that take turns."""

    def __init__(self) -> None:
        super().__init__()
        self._started = False
        self._blocks = 0
        self._open: tuple[str, int] | None = None
        self._calls: dict[int, int] = {}
        self._reason = ""
        self._usage: Node = {}

    def _event(self, event: SseEvent, node: Node) -> None:
        if node.get("error") or event.event == "error" or node.get("object") == "error":
            raise BrokenReplyError("the deployment reported an error in mid-stream")
        usage = find_usage(node)
        if usage:
            self.usage = read_usage(usage)
            self._usage = messages_usage(usage)
        for choice in node.get("choices") or ():
            if choice.get("index", 0) != 0:
                self.declared.add("choices")
                continue
            self._start(node)
            self._delta(choice.get("delta") or {})
            if choice.get("finish_reason"):
                self._reason = self._reason or REASONS.get(choice["finish_reason"], "end_turn")

    def _end(self) -> None:
        if not self._reason:
            raise BrokenReplyError("the stream ended before its finish")
        self._stop()
        for index in self._calls.values():
            self._make({"type": "content_block_stop", "index": index}, "content_block_stop")
        delta = {"stop_reason": self._reason, "stop_sequence": None}
        usage = self._usage or {"output_tokens": 0}
        self._make({"type": "message_delta", "delta": delta, "usage": usage}, "message_delta")
        self._make({"type": "message_stop"}, "message_stop")
        self._done = True

    def _start(self, node: Node) -> None:
        if self._started:
            return
        self._started = True
        message = {"id": node.get("id", ""), "type": "message", "role": "assistant", "model": node.get("model", "")}
        message |= {"content": [], "stop_reason": None, "stop_sequence": None}
        message["usage"] = {"input_tokens": 0, "output_tokens": 0}
        self._make({"type": "message_start", "message": message}, "message_start")

    def _delta(self, delta: Node) -> None:
        for kind, text in _said(delta):
            self._grow(kind, text)
        if delta.get("refusal"):
            self._reason = "refusal"
        for place, call in enumerate(delta.get("tool_calls") or ()):
            self._call(call, call.get("index", place))

    def _grow(self, kind: str, text: str) -> None:
        if self._open is None or self._open[0] != kind:
            self._stop()
            block = {"type": kind, kind: ""} | ({"signature": ""} if kind == "thinking" else {})
            self._open = (kind, self._begin(block))
        delta = {"type": f"{kind}_delta", kind: text}
        self._make({"type": "content_block_delta", "index": self._open[1], "delta": delta}, "content_block_delta")

    def _call(self, call: Node, number: int) -> None:
        function = call.get("function") or {}
        if number not in self._calls:
            self._stop()
            block = {"type": "tool_use", "id": call.get("id", ""), "name": function.get("name", ""), "input": {}}
            self._calls[number] = self._begin(block)
        if function.get("arguments"):
            delta = {"type": "input_json_delta", "partial_json": function["arguments"]}
            index = self._calls[number]
            self._make({"type": "content_block_delta", "index": index, "delta": delta}, "content_block_delta")

    def _begin(self, block: Node) -> int:
        index, self._blocks = self._blocks, self._blocks + 1
        self._make({"type": "content_block_start", "index": index, "content_block": block}, "content_block_start")
        return index

    def _stop(self) -> None:
        if self._open is not None:
            self._make({"type": "content_block_stop", "index": self._open[1]}, "content_block_stop")
            self._open = None
