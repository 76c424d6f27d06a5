"""The far side of Cohere Chat, version 2, simulated: what it rejects, how it answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.apps.demo.simulated.chunks import cut
from isthmus.apps.demo.simulated.form import Form, Node, Spoke, Turn, misplaced, texts

KNOWN = {
    "model", "messages", "stream", "tools", "tool_choice", "documents", "citation_options", "response_format",
    "safety_mode", "max_tokens", "stop_sequences", "temperature", "seed", "frequency_penalty", "presence_penalty", "k",
    "p", "logprobs", "thinking", "strict_tools", "priority",
}  # fmt: skip
PLAN = "I will ask the tool."


def check(body: Node) -> str:
    """What the service would reject."""
    unknown = sorted(set(body) - KNOWN)
    if unknown:
        return f"unknown field: {unknown[0]}"
    if not body.get("messages"):
        return "invalid request: all elements in history must have a message."
    if body.get("tool_choice") not in (None, "REQUIRED", "NONE"):
        return "invalid tool_choice"
    rows = [
        Spoke(row["role"], tuple(call["id"] for call in row.get("tool_calls") or ()), row.get("tool_call_id", ""))
        for row in body["messages"]
    ]
    return misplaced(rows)


def chat(body: Node) -> Node:
    """The request as the answering rules read it."""
    messages = [{"role": row["role"], "content": texts(row.get("content"), "text")} for row in body["messages"]]
    made: Node = {"messages": messages, "tools": body.get("tools") or []}
    made["tool_choice"] = "none" if body.get("tool_choice") == "NONE" else "auto"
    form = body.get("response_format") or {}
    if schema := form.get("json_schema"):
        made["response_format"] = {"type": "json_schema", "json_schema": {"schema": schema}}
    elif form:
        made["response_format"] = form
    return made


def thinks(body: Node) -> bool:
    """Whether the request asks for thinking."""
    return (body.get("thinking") or {}).get("type") == "enabled"


def _call(turn: Turn, place: int, arguments: str) -> Node:
    name = turn.spoken.calls[place][0]
    ident = f"{name}_{turn.number}_{place}"
    return {"id": ident, "type": "function", "function": {"name": name, "arguments": arguments}}


def _ending(turn: Turn) -> Node:
    taken, given, _ = turn.tokens
    counted = {"input_tokens": taken, "output_tokens": given}
    finish = "TOOL_CALL" if turn.spoken.calls else "COMPLETE"
    return {"finish_reason": finish, "usage": {"billed_units": counted, "tokens": counted, "cached_tokens": 0}}


def whole(turn: Turn) -> Node:
    """A whole answer."""
    content = [{"type": "thinking", "thinking": turn.thought}] if turn.thought else []
    content += [{"type": "text", "text": turn.spoken.text}] if turn.spoken.text else []
    message: Node = {"role": "assistant", **({"content": content} if content else {})}
    if turn.spoken.calls:
        calls = [_call(turn, place, arguments) for place, (_, arguments) in enumerate(turn.spoken.calls)]
        message |= {"tool_plan": PLAN, "tool_calls": calls}
    return {"id": f"sim-{turn.number}", "message": message, **_ending(turn)}


def events(turn: Turn) -> Iterator[tuple[str, Node]]:
    """A streamed answer."""
    opening = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    yield _event("message-start", None, opening, id=f"sim-{turn.number}")
    index = 0
    for kind, name, text in (("thinking", "thinking", turn.thought), ("text", "text", turn.spoken.text)):
        if not text:
            continue
        yield _event("content-start", index, {"content": {"type": kind, name: ""}})
        for piece in cut(text, turn.row.cut):
            yield _event("content-delta", index, {"content": {name: piece}})
        yield "content-end", {"type": "content-end", "index": index}
        index += 1
    for piece in cut(PLAN, turn.row.cut) if turn.spoken.calls else ():
        yield _event("tool-plan-delta", None, {"tool_plan": piece})
    for place, (_, arguments) in enumerate(turn.spoken.calls):
        yield _event("tool-call-start", place, {"tool_calls": _call(turn, place, "")})
        for piece in cut(arguments, turn.row.cut):
            yield _event("tool-call-delta", place, {"tool_calls": {"function": {"arguments": piece}}})
        yield "tool-call-end", {"type": "tool-call-end", "index": place}
    yield "message-end", {"type": "message-end", "delta": _ending(turn)}


def _event(kind: str, index: int | None, message: Node, **more: Any) -> tuple[str, Node]:
    place = {} if index is None else {"index": index}
    return kind, {"type": kind, **more, **place, "delta": {"message": message}}


def error(status: int, message: str) -> Node:  # noqa: ARG001 - the form of `Form.error`
    """A rejection."""
    return {"id": "sim", "message": message}


FORM = Form(check, chat, thinks, whole, events, error)
