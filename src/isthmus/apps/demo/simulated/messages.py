"""The far side of Anthropic Messages, simulated: what it rejects, how it answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from isthmus.apps.demo.simulated.chunks import cut
from isthmus.apps.demo.simulated.form import Form, Node, Turn, texts, unanswered
from isthmus.apps.demo.simulated.signing import sealed, sign, signed

ROLES = ("user", "assistant", "system")
KNOWN = {
    "model", "messages", "max_tokens", "system", "stream", "temperature", "top_p", "top_k", "stop_sequences", "tools",
    "tool_choice", "metadata", "thinking", "output_config", "service_tier", "cache_control", "container",
    "context_management", "inference_geo", "speed", "mcp_servers",
}  # fmt: skip


def check(body: Node) -> str:
    """What the service would reject."""
    unknown = sorted(set(body) - KNOWN)
    if unknown:
        return f"{unknown[0]}: Extra inputs are not permitted"
    if not isinstance(body.get("max_tokens"), int) or body["max_tokens"] < 1:
        return "max_tokens: Field required"
    if not 0 <= body.get("temperature", 0) <= 1:
        return "temperature: range: 0..1"
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:  # since October 2024 the first turn may be of either side
        return "messages: at least one message is required"
    return next((wrong for wrong in map(_message, messages) if wrong), "") or _pairs(messages)


def _message(message: Node) -> str:
    if message.get("role") not in ROLES:
        return f"messages: unexpected role {message.get('role')}"
    if set(message) - {"role", "content"}:
        return "messages: Extra inputs are not permitted"
    for block in _blocks(message):
        kind = block.get("type")
        if kind == "text" and not block.get("text"):
            return "messages: text content blocks must be non-empty"
        if kind == "thinking" and not signed(block.get("thinking", ""), block.get("signature")):
            return "messages: Invalid `signature` in `thinking` block"
        if kind == "redacted_thinking" and not sealed(block.get("data")):
            return "messages: Invalid `data` in `redacted_thinking` block"
        if kind == "tool_use" and not isinstance(block.get("input"), dict):
            return "messages: tool_use.input: Input should be a valid dictionary"
    return "" if _blocks(message) or message.get("content") else "messages: all messages must have non-empty content"


def _pairs(messages: list[Node]) -> str:
    for before, after in zip(messages, [*messages[1:], {}], strict=True):
        calls = [block["id"] for block in _blocks(before) if block.get("type") == "tool_use"]
        results = [block.get("tool_use_id", "") for block in _blocks(after) if block.get("type") == "tool_result"]
        if wrong := unanswered(calls, results):
            return f"messages: {wrong}"
    return ""


def _blocks(message: Node) -> list[Node]:
    content = message.get("content")
    return content if isinstance(content, list) else []


def chat(body: Node) -> Node:
    """The request as the answering rules read it."""
    messages: list[Node] = [{"role": "system", "content": texts(body.get("system"), "text")}]
    for message in body["messages"]:
        results = [block for block in _blocks(message) if block.get("type") == "tool_result"]
        messages += [{"role": "tool", "content": texts(block.get("content"), "text")} for block in results]
        if text := texts(message.get("content"), "text"):
            messages.append({"role": message["role"], "content": text})
    choice: Any = body.get("tool_choice") or {}
    made: Node = {"messages": messages, "tool_choice": {"any": "required"}.get(choice.get("type"), choice.get("type"))}
    if choice.get("type") == "tool":
        made["tool_choice"] = {"function": {"name": choice["name"]}}
    made["tools"] = [
        {"function": {"name": tool["name"], "parameters": tool["input_schema"]}} for tool in body.get("tools") or ()
    ]
    form = (body.get("output_config") or {}).get("format")
    if form:
        made["response_format"] = {"type": "json_schema", "json_schema": {"schema": form["schema"]}}
    return made


def thinks(body: Node) -> bool:
    """Whether the request asks for thinking."""
    return (body.get("thinking") or {}).get("type") in ("enabled", "adaptive")


def _usage(turn: Turn) -> Node:
    taken, given, thought = turn.tokens
    usage: Node = {"input_tokens": taken, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    usage |= {"cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}}
    usage |= {"server_tool_use": None, "service_tier": "standard", "inference_geo": "not_available"}
    return {**usage, "output_tokens": given, "output_tokens_details": {"thinking_tokens": thought}}


def _head(turn: Turn) -> Node:
    return {"id": f"msg_sim_{turn.number}", "type": "message", "role": "assistant", "model": turn.model}


def _content(turn: Turn) -> list[Node]:
    thought, spoken = turn.thought, turn.spoken
    made: list[Node] = [{"type": "thinking", "thinking": thought, "signature": sign(thought)}] if thought else []
    if spoken.text:
        made.append({"type": "text", "text": spoken.text, "citations": None})
    for place, (name, arguments) in enumerate(spoken.calls):
        ident = f"toolu_sim_{turn.number}_{place}"
        call = {"type": "tool_use", "id": ident, "name": name, "input": json.loads(arguments)}
        made.append({**call, "caller": {"type": "direct"}})
    return made


def whole(turn: Turn) -> Node:
    """A whole answer."""
    ending = {"stop_reason": "tool_use" if turn.spoken.calls else "end_turn", "stop_sequence": None}
    nothing = {"stop_details": None, "container": None}
    return {**_head(turn), "content": _content(turn), **ending, **nothing, "usage": _usage(turn)}


def events(turn: Turn) -> Iterator[tuple[str, Node]]:
    """A streamed answer."""
    start = {**_head(turn), "content": [], "stop_reason": None, "stop_sequence": None, "usage": _usage(turn)}
    yield "message_start", {"message": start}
    yield "ping", {}
    for index, block in enumerate(_content(turn)):
        yield from (("content_block_" + name, {"index": index, **node}) for name, node in _block(turn, block))
    reason = "tool_use" if turn.spoken.calls else "end_turn"
    delta = {"stop_reason": reason, "stop_sequence": None}
    yield "message_delta", {"delta": delta, "usage": {"output_tokens": turn.tokens[1]}}
    yield "message_stop", {}


def _block(turn: Turn, block: Node) -> Iterator[tuple[str, Node]]:
    kind = block["type"]
    if kind == "tool_use":
        text = json.dumps(block["input"], ensure_ascii=turn.row.ascii_json)
        yield "start", {"content_block": {**block, "input": {}}}
        yield "delta", {"delta": {"type": "input_json_delta", "partial_json": ""}}
        for piece in cut(text, turn.row.cut):
            yield "delta", {"delta": {"type": "input_json_delta", "partial_json": piece}}
    else:
        member = "thinking" if kind == "thinking" else "text"
        empty = {"signature": ""} if kind == "thinking" else {}
        yield "start", {"content_block": {"type": kind, member: "", **empty}}
        for piece in cut(block[member], turn.row.cut):
            yield "delta", {"delta": {"type": f"{member}_delta", member: piece}}
        if kind == "thinking":
            yield "delta", {"delta": {"type": "signature_delta", "signature": block["signature"]}}
    yield "stop", {}


def error(status: int, message: str) -> Node:
    """A rejection."""
    kind = "invalid_request_error" if status < 500 else "api_error"
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_sim"}


def _typed(turn: Turn) -> Iterator[tuple[str, Node]]:
    return ((name, {"type": name, **node}) for name, node in events(turn))


FORM = Form(check, chat, thinks, whole, _typed, error)
