"""The far side of Ollama's chat, simulated: what it rejects, how it answers."""

from __future__ import annotations

import json
from collections.abc import Iterator

from isthmus.apps.demo.simulated.chunks import cut
from isthmus.apps.demo.simulated.deployments import Simulated
from isthmus.apps.demo.simulated.form import Form, Node, Turn

ROLES = ("system", "user", "assistant", "tool")


def check(body: Node) -> str:
    """What the service would reject; it does not read the order of calls and results."""
    for row in body.get("messages") or ():
        if row.get("role") not in ROLES:
            return f"invalid role: {row.get('role')}"
        if not isinstance(row.get("content", ""), str):
            return "json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string"
        for call in row.get("tool_calls") or ():
            if not isinstance(call["function"]["arguments"], dict):
                return "json: cannot unmarshal string into Go struct field .arguments of type map[string]any"
    return "" if body.get("messages") else "messages are required"


def chat(body: Node) -> Node:
    """The request as the answering rules read it."""
    made: Node = {"messages": body["messages"], "tools": body.get("tools") or []}
    form = body.get("format")
    if isinstance(form, dict):
        made["response_format"] = {"type": "json_schema", "json_schema": {"schema": form}}
    elif form == "json":
        made["response_format"] = {"type": "json_object"}
    return made


def thinks(body: Node) -> bool:
    """Whether the request asks for thinking."""
    return bool(body.get("think"))


def _line(turn: Turn, message: Node, *, done: bool) -> Node:
    head = {"model": turn.model, "created_at": "2026-11-25T08:00:00.000000000Z"}
    made: Node = {**head, "message": {"role": "assistant", "content": "", **message}, "done": done}
    if done:
        taken, given, _ = turn.tokens
        counts = {"prompt_eval_count": taken, "prompt_eval_duration": 3, "eval_count": given, "eval_duration": 5}
        made |= {"done_reason": "stop", "total_duration": 9, "load_duration": 1, **counts}
    return made


def _calls(turn: Turn) -> list[Node]:
    """Calls; older servers give them no id."""
    return [
        {"function": {"index": place, "name": name, "arguments": json.loads(arguments)}}
        for place, (name, arguments) in enumerate(turn.spoken.calls)
    ]


def whole(turn: Turn) -> Node:
    """A whole answer."""
    message: Node = {"content": turn.spoken.text, **({"thinking": turn.thought} if turn.thought else {})}
    return _line(turn, {**message, **({"tool_calls": _calls(turn)} if turn.spoken.calls else {})}, done=True)


def events(turn: Turn) -> Iterator[tuple[str, Node]]:
    """A streamed answer."""
    for piece in cut(turn.thought, turn.row.cut):
        yield "", _line(turn, {"thinking": piece}, done=False)
    for piece in cut(turn.spoken.text, turn.row.cut):
        yield "", _line(turn, {"content": piece}, done=False)
    for call in _calls(turn):
        yield "", _line(turn, {"tool_calls": [call]}, done=False)
    yield "", _line(turn, {}, done=True)


def error(status: int, message: str) -> Node:  # noqa: ARG001 - the form of `Form.error`
    """A rejection."""
    return {"error": message}


def frame(row: Simulated, name: str, node: Node) -> bytes:  # noqa: ARG001 - the form of `Form.frame`
    """One line."""
    return json.dumps(node, ensure_ascii=row.ascii_json).encode() + b"\n"


FORM = Form(check, chat, thinks, whole, events, error, frame, b"application/x-ndjson")
