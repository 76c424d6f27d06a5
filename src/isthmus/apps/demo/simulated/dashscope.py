"""The far side of DashScope, simulated: its text service and its multimodal one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

from isthmus.apps.demo.simulated.chunks import cut
from isthmus.apps.demo.simulated.deployments import Simulated
from isthmus.apps.demo.simulated.form import Form, Node, Spoke, Turn, misplaced, texts


def _check(body: Node, *, multimodal: bool) -> str:
    """What the service would reject."""
    if sorted(body) != ["input", "model", "parameters"]:
        return "Required body invalid, please check the request body format."
    messages, asked = body["input"].get("messages"), body["parameters"]
    if not messages:
        return "Input should be a valid list: input.messages"
    if any(isinstance(row.get("content"), list) != multimodal for row in messages):
        return f"Input should be a valid {'list' if multimodal else 'string'}: input.messages.content"
    if asked.get("result_format") != "message":
        return "this simulation answers with messages only"
    if asked.get("tool_choice") not in (None, "auto", "none") and not isinstance(asked["tool_choice"], dict):
        return "The tool_choice parameter does not support being set to required"
    return misplaced(
        [
            Spoke(row["role"], tuple(call["id"] for call in row.get("tool_calls") or ()), row.get("tool_call_id", ""))
            for row in messages
        ]
    )


def chat(body: Node) -> Node:
    """The request as the answering rules read it."""
    asked = body["parameters"]
    messages = [{"role": row["role"], "content": texts(row["content"], "text")} for row in body["input"]["messages"]]
    given = {name: asked[name] for name in ("tools", "tool_choice", "response_format") if name in asked}
    return {"messages": messages, **given}


def thinks(body: Node) -> bool:
    """Whether the request asks for thinking."""
    return body["parameters"].get("enable_thinking") is True


def _answer(turn: Turn, message: Node, finish: str, *, multimodal: bool) -> Node:
    content = message.get("content", "")
    shown = ([{"text": content}] if content else []) if multimodal else content
    taken, given, thought = turn.tokens
    usage: Node = {"input_tokens": taken, "output_tokens": given, "total_tokens": taken + given}
    said = {"role": "assistant", **message, "content": shown}
    return {
        "status_code": 200,
        "request_id": f"sim-{turn.number}",
        "code": "",
        "message": "",
        "output": {"choices": [{"finish_reason": finish, "message": said}]},
        "usage": {**usage, "output_tokens_details": {"reasoning_tokens": thought}},
    }


def _call(turn: Turn, place: int, name: str, arguments: str) -> Node:
    head = {"index": place, "id": f"call_{turn.number}_{place}", "type": "function"}
    return {**head, "function": {"name": name, "arguments": arguments}}


def _finish(turn: Turn) -> str:
    return "tool_calls" if turn.spoken.calls else "stop"


def _whole(turn: Turn, *, multimodal: bool) -> Node:
    """A whole answer."""
    message: Node = {"content": turn.spoken.text, **({"reasoning_content": turn.thought} if turn.thought else {})}
    if turn.spoken.calls:
        message["tool_calls"] = [_call(turn, at, name, said) for at, (name, said) in enumerate(turn.spoken.calls)]
    return _answer(turn, message, _finish(turn), multimodal=multimodal)


def _deltas(turn: Turn) -> Iterator[Node]:
    for piece in cut(turn.thought, turn.row.cut):
        yield {"content": "", "reasoning_content": piece}
    for piece in cut(turn.spoken.text, turn.row.cut):
        yield {"content": piece, "reasoning_content": ""}
    for place, (name, arguments) in enumerate(turn.spoken.calls):
        yield {"content": "", "tool_calls": [_call(turn, place, name, "")]}
        for piece in cut(arguments, turn.row.cut):
            yield {"content": "", "tool_calls": [_call(turn, place, "", piece)]}


def _events(turn: Turn, *, multimodal: bool) -> Iterator[tuple[str, Node]]:
    """A streamed answer, of which each event says what is new; an event's number stands in for its name."""
    number = 0
    for number, delta in enumerate(_deltas(turn), 1):
        yield str(number), _answer(turn, delta, "null", multimodal=multimodal)
    yield str(number + 1), _answer(turn, {}, _finish(turn), multimodal=multimodal)


def error(status: int, message: str) -> Node:  # noqa: ARG001 - the form of `Form.error`
    """A rejection."""
    return {"code": "InvalidParameter", "message": message, "request_id": "sim"}


def frame(row: Simulated, name: str, node: Node) -> bytes:
    """One event with its number, its name and the status as a comment."""
    data = json.dumps(node, ensure_ascii=row.ascii_json).encode()
    return f"id:{name}\nevent:result\n:HTTP_STATUS/200\ndata:".encode() + data + b"\n\n"


def _form(*, multimodal: bool) -> Form:
    check, whole = partial(_check, multimodal=multimodal), partial(_whole, multimodal=multimodal)
    return Form(check, chat, thinks, whole, partial(_events, multimodal=multimodal), error, frame)


FORM, MULTIMODAL = _form(multimodal=False), _form(multimodal=True)
