"""The far side of OpenAI Responses, simulated: what it rejects, how it answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.apps.demo.simulated.chunks import cut
from isthmus.apps.demo.simulated.form import Form, Node, Turn, texts, unanswered
from isthmus.apps.demo.simulated.signing import seal, sealed

KNOWN = {
    "model", "input", "instructions", "stream", "stream_options", "tools", "tool_choice", "parallel_tool_calls", "text",
    "temperature", "top_p", "max_output_tokens", "metadata", "store", "include", "truncation", "reasoning", "user",
    "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "service_tier", "top_logprobs", "max_tool_calls",
}  # fmt: skip
CALLS = {"function_call": "function_call_output", "custom_tool_call": "custom_tool_call_output"}


def check(body: Node) -> str:
    """What the service would reject."""
    unknown = sorted(set(body) - KNOWN)
    if unknown:
        return f"Unknown parameter: '{unknown[0]}'."
    if body.get("store") is not False:
        return "this simulated service stores nothing: send `store: false`"
    items = body.get("input")
    if not isinstance(items, str | list) or not items:
        return "Missing required parameter: 'input'."
    calls: list[str] = []
    results: list[str] = []
    for item in items if isinstance(items, list) else ():
        kind = item.get("type", "message")
        if kind in CALLS:
            calls.append(item.get("call_id", ""))
        elif kind in CALLS.values():
            results.append(item.get("call_id", ""))
        elif wrong := _item_wrong(item, kind):
            return wrong
    return unanswered(calls, results)


def _item_wrong(item: Node, kind: str) -> str:
    if kind == "reasoning":
        return "" if sealed(item.get("encrypted_content")) else "The encrypted content could not be verified."
    if kind != "message" or item.get("role") not in ("user", "assistant", "system", "developer"):
        return f"Invalid value: '{kind}'."
    content = item.get("content")
    said = ("output_text", "refusal") if item["role"] == "assistant" else ("input_text", "input_image", "input_file")
    for part in content if isinstance(content, list) else ():
        if part.get("type") not in said:
            return f"Invalid value: '{part.get('type')}'. Supported values are: {', '.join(said)}."
    return ""


def chat(body: Node) -> Node:
    """The request as the answering rules read it."""
    messages: list[Node] = [{"role": "system", "content": body.get("instructions") or ""}]
    items: Any = body["input"]
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    for item in items:
        if item.get("type") in CALLS.values():
            messages.append({"role": "tool", "content": texts(item.get("output"), "text")})
        elif item.get("type", "message") == "message":
            messages.append({"role": item["role"], "content": texts(item["content"], "text")})
    choice = body.get("tool_choice")
    made: Node = {"messages": messages, "parallel_tool_calls": body.get("parallel_tool_calls")}
    named = isinstance(choice, dict) and choice.get("type") == "function"
    made["tool_choice"] = {"function": {"name": choice["name"]}} if named else choice  # type: ignore[index] # a dict
    made["tools"] = [{"function": tool} for tool in body.get("tools") or () if tool["type"] == "function"]
    form = (body.get("text") or {}).get("format") or {}
    if form.get("type") == "json_schema":
        made["response_format"] = {"type": "json_schema", "json_schema": {"schema": form["schema"]}}
    elif form.get("type") == "json_object":
        made["response_format"] = form
    return made


def thinks(body: Node) -> bool:
    """Whether the request asks for reasoning."""
    return (body.get("reasoning") or {}).get("effort") not in (None, "none")


def _items(turn: Turn) -> list[Node]:
    spoken, made = turn.spoken, list[Node]()
    if turn.thought:
        summary = [{"type": "summary_text", "text": turn.thought}]
        state = {"encrypted_content": seal(turn.thought)}
        made.append({"id": f"rs_sim_{turn.number}", "type": "reasoning", "summary": summary, **state})
    if spoken.text:
        part = {"type": "output_text", "text": spoken.text, "annotations": [], "logprobs": []}
        head: Node = {"id": f"msg_sim_{turn.number}", "type": "message", "role": "assistant", "status": "completed"}
        made.append({**head, "content": [part]})
    for place, (name, arguments) in enumerate(spoken.calls):
        ids = {"id": f"fc_sim_{turn.number}_{place}", "call_id": f"call_sim_{turn.number}_{place}"}
        made.append({"type": "function_call", **ids, "name": name, "arguments": arguments, "status": "completed"})
    return made


def whole(turn: Turn) -> Node:
    """A whole answer."""
    taken, given, thought = turn.tokens
    usage: Node = {"input_tokens": taken, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0}}
    usage |= {"output_tokens": given, "output_tokens_details": {"reasoning_tokens": thought}}
    return {
        **_head(turn, "completed"),
        "output": _items(turn),
        "usage": {**usage, "total_tokens": taken + given},
    }


def _head(turn: Turn, status: str) -> Node:
    made: Node = {"id": f"resp_sim_{turn.number}", "object": "response", "created_at": 1_790_000_000 + turn.number}
    made |= {"status": status, "error": None, "incomplete_details": None, "instructions": None, "model": turn.model}
    made |= {"output": [], "parallel_tool_calls": True, "tool_choice": "auto", "tools": [], "store": False}
    made |= {"completed_at": made["created_at"] if status == "completed" else None, "previous_response_id": None}
    made |= {"truncation": "disabled", "text": {"format": {"type": "text"}}, "temperature": 1.0, "top_p": 1.0}
    made |= {"presence_penalty": 0.0, "frequency_penalty": 0.0, "top_logprobs": 0, "background": False}
    made |= {"reasoning": {"effort": None, "summary": None, **(turn.asked.get("reasoning") or {})}}
    made |= {"max_output_tokens": None, "max_tool_calls": None}
    made |= {"service_tier": "default", "metadata": {}, "safety_identifier": None, "prompt_cache_key": None}
    return made | {"usage": None}


def events(turn: Turn) -> Iterator[tuple[str, Node]]:
    """A streamed answer."""
    yield "response.created", {"response": _head(turn, "in_progress")}
    yield "response.in_progress", {"response": _head(turn, "in_progress")}
    for index, item in enumerate(_items(turn)):
        where = {"item_id": item["id"], "output_index": index}
        yield from ((f"response.{name}", {**where, **node}) for name, node in _item(turn, item))
    yield "response.completed", {"response": whole(turn)}


def _item(turn: Turn, item: Node) -> Iterator[tuple[str, Node]]:
    kind = item["type"]
    empty = {**item, "summary": []} if kind == "reasoning" else {**item, "content": []}
    empty = {**item, "arguments": ""} if kind == "function_call" else empty
    yield "output_item.added", {"item": empty}
    if kind == "function_call":
        for piece in cut(item["arguments"], turn.row.cut):
            yield "function_call_arguments.delta", {"delta": piece}
        yield "function_call_arguments.done", {"arguments": item["arguments"], "name": item["name"]}
    elif kind == "reasoning":
        part = item["summary"][0]
        yield "reasoning_summary_part.added", {"summary_index": 0, "part": {**part, "text": ""}}
        for piece in cut(part["text"], turn.row.cut):
            yield "reasoning_summary_text.delta", {"summary_index": 0, "delta": piece}
        yield "reasoning_summary_text.done", {"summary_index": 0, "text": part["text"]}
        yield "reasoning_summary_part.done", {"summary_index": 0, "part": part}
    else:
        part = item["content"][0]
        yield "content_part.added", {"content_index": 0, "part": {**part, "text": ""}}
        for piece in cut(part["text"], turn.row.cut):
            yield "output_text.delta", {"content_index": 0, "delta": piece, "logprobs": []}
        yield "output_text.done", {"content_index": 0, "text": part["text"], "logprobs": []}
        yield "content_part.done", {"content_index": 0, "part": part}
    yield "output_item.done", {"item": item}


def _numbered(turn: Turn) -> Iterator[tuple[str, Node]]:
    for number, (name, node) in enumerate(events(turn)):
        yield name, {"type": name, "sequence_number": number, **node}


def error(status: int, message: str) -> Node:
    """A rejection."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


FORM = Form(check, chat, thinks, whole, _numbered, error)
