"""What a deployment answers in Messages, as Chat Completions: whole, and as a stream."""

from __future__ import annotations

import json
from typing import Any

from isthmus.dialects.anthropic.usage import read_usage
from isthmus.dialects.pairs.event_translator import EventTranslator
from isthmus.dialects.sse import SseEvent
from isthmus.errors import BrokenReplyError

Node = dict[str, Any]
FINISHES = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


def translate_answer(body: Node, *, created: int) -> tuple[Node, tuple[str, ...]]:
    """A whole answer for a chat client, and the names of what is left out; `created` is in seconds of Unix time."""
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[Node] = []
    declared: list[str] = []
    for block in body["content"]:
        kind = block.get("type")
        if kind == "text":
            texts.append(block.get("text") or "")
            declared += ["citations"] if block.get("citations") else []
        elif kind == "thinking":
            thoughts.append(block.get("thinking") or "")
            declared += ["signature"] if block.get("signature") else []
        elif kind == "tool_use":
            arguments = json.dumps(block.get("input") or {}, ensure_ascii=False, separators=(",", ":"))
            function = {"name": block.get("name", ""), "arguments": arguments}
            calls.append({"id": block.get("id", ""), "type": "function", "function": function})
        else:
            declared.append(kind if kind == "redacted_thinking" else "content block")
    message: Node = {"role": "assistant", "content": "".join(texts) if texts or not calls else None}
    if thoughts:
        message["reasoning_content"] = "".join(thoughts)
    if calls:
        message["tool_calls"] = calls
    finish = FINISHES.get(body.get("stop_reason") or "", "stop")
    made = {
        "id": body.get("id", ""),
        "object": "chat.completion",
        "created": created,
        "model": body.get("model", ""),
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
    }
    usage = body.get("usage")
    return {**made, "usage": chat_usage(usage)} if isinstance(usage, dict) else made, tuple(dict.fromkeys(declared))


def chat_usage(usage: Node) -> Node:
    """Usage as a chat client reads it: cached tokens are part of the prompt."""
    read, written = usage.get("cache_read_input_tokens") or 0, usage.get("cache_creation_input_tokens") or 0
    prompt, answer = (usage.get("input_tokens") or 0) + read + written, usage.get("output_tokens") or 0
    details = usage.get("output_tokens_details")
    made: Node = {
        "prompt_tokens": prompt,
        "completion_tokens": answer,
        "total_tokens": prompt + answer,
        "prompt_tokens_details": {"cached_tokens": read, "cache_write_tokens": written},
    }
    if isinstance(details, dict) and isinstance(details.get("thinking_tokens"), int):
        made["completion_tokens_details"] = {"reasoning_tokens": details["thinking_tokens"]}
    return made


class MessagesToChat(EventTranslator):
    """A Messages stream as a Chat stream, usage chunk included."""

    def __init__(self, *, created: int) -> None:
        super().__init__()
        self._head: Node = {"id": "", "object": "chat.completion.chunk", "created": created, "model": ""}
        self._calls: dict[int, int] = {}
        self._usage: Node = {}
        self._finished = False

    def _event(self, event: SseEvent, node: Node) -> None:
        kind = node.get("type")
        if kind == "error" or event.event == "error":
            raise BrokenReplyError("the deployment reported an error in mid-stream")
        if kind == "message_start":
            message = node.get("message") or {}
            self._head |= {"id": message.get("id", ""), "model": message.get("model", "")}
            self._used(message.get("usage"))
            self._say({"role": "assistant", "content": ""})
        elif kind == "content_block_start":
            self._block(node.get("index", 0), node.get("content_block") or {})
        elif kind == "content_block_delta":
            self._delta(node.get("index", 0), node.get("delta") or {})
        elif kind == "message_delta":
            self._used(node.get("usage"))
            if reason := (node.get("delta") or {}).get("stop_reason"):
                self._finished = True
                self._say({}, FINISHES.get(reason, "stop"))
        elif kind == "message_stop":
            self._last()

    def _end(self) -> None:
        if not self._finished:
            raise BrokenReplyError("the stream ended before its finish")
        self._last()

    def _used(self, usage: Any) -> None:
        if isinstance(usage, dict):
            self._usage |= {name: value for name, value in usage.items() if value is not None}
            self.usage, _ = read_usage(self._usage)

    def _last(self) -> None:
        if self._usage:
            self._make({**self._head, "choices": [], "usage": chat_usage(self._usage)})
        self._done = True
        self._out.append(b"data: [DONE]\n\n")

    def _block(self, index: int, block: Node) -> None:
        kind = block.get("type")
        if kind == "text" and block.get("text"):
            self._say({"content": block["text"]})
        elif kind == "thinking" and block.get("thinking"):
            self._say({"reasoning_content": block["thinking"]})
        elif kind == "tool_use":
            number = self._calls[index] = len(self._calls)
            given = json.dumps(block["input"], ensure_ascii=False) if block.get("input") else ""
            function = {"name": block.get("name", ""), "arguments": given}
            call = {"index": number, "id": block.get("id", ""), "type": "function", "function": function}
            self._say({"tool_calls": [call]})
        elif kind not in ("text", "thinking"):
            self.declared.add(kind if kind == "redacted_thinking" else "content block")

    def _delta(self, index: int, delta: Node) -> None:
        kind = delta.get("type")
        if kind == "text_delta":
            self._say({"content": delta.get("text", "")})
        elif kind == "thinking_delta":
            self._say({"reasoning_content": delta.get("thinking", "")})
        elif kind == "input_json_delta":
            if index in self._calls and delta.get("partial_json"):
                piece = {"index": self._calls[index], "function": {"arguments": delta["partial_json"]}}
                self._say({"tool_calls": [piece]})
        elif kind in ("signature_delta", "citations_delta"):
            self.declared.add("signature" if kind == "signature_delta" else "citations")

    def _say(self, delta: Node, finish: str | None = None) -> None:
        self._make({**self._head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
