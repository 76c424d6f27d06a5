"""A Responses request: read from a client, written to a deployment."""

from __future__ import annotations

from typing import Any

import msgspec

from isthmus.dialects.openai_responses.fields import DEFINITIONS, FIELDS, ITEM_ROLES, ROLES
from isthmus.dialects.request import Request, flag, objects, take_own
from isthmus.dialects.slots import Collector
from isthmus.dialects.strict_json import read_object, wrong_type
from isthmus.errors import MalformedError, NotOfferedError

# what lives with a provider between two calls; nothing of a call is kept there
ELSEWHERE = ("previous_response_id", "conversation", "prompt")
WHOLE = "send the whole conversation in `input`: nothing is stored with a deployment"


def read_request(data: bytes, *, depth: int, counting: bool = False) -> Request:
    """A client's request; `depth` bounds the nesting. `counting`: only its tokens are asked for, `input` may be absent.

    Raises `MalformedError` with the pointer of what is wrong, and `NotOfferedError` for background work.
    """
    body = read_object(data, known=FIELDS.keys)
    own = take_own(body)
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise MalformedError("the request names no model", where="/model", remedy="send the name of a model")
    _here(body)
    collector = Collector(FIELDS, depth)
    for name, value in body.items():
        if name == "input":
            _input(value, collector)
        elif name == "instructions":
            if value is not None and not isinstance(value, str):
                raise wrong_type("/instructions", value, "a string")
            collector.member("", name, value, "system")
        elif name != "model":
            collector.member("", name, value, "definition" if name in DEFINITIONS else "unknown")
    if body.get("input") in (None, "", []) and not counting:
        raise MalformedError("the request has no input", where="/input", remedy="send at least one message")
    form = _form(body)
    return Request(
        model=model,
        stream=flag(body, "stream", ""),
        body=body,
        own=own,
        slots=tuple(collector.slots),
        unscanned=tuple(collector.unscanned),
        files=tuple(collector.files),
        needs=_needs(body, form),
        formatted=form in ("json_object", "json_schema"),
        include_usage=True,
        max_tokens=_bound(body),
    )


def write_request(body: dict[str, Any], *, model: str) -> bytes:
    """The bytes for a deployment that calls the model `model`; it is told to store nothing."""
    return msgspec.json.encode({**body, "model": model, "store": False})


def _here(body: dict[str, Any]) -> None:
    """Raise where a request rests on what lives elsewhere between two calls."""
    for name in ELSEWHERE:
        if body.get(name) is not None:
            raise MalformedError("this refers to what is stored elsewhere", where=f"/{name}", remedy=WHOLE)
    if flag(body, "background", ""):
        raise NotOfferedError("background work is not offered", remedy="send it without `background`, as a stream")


def _input(value: Any, collector: Collector) -> None:
    if isinstance(value, str) or value is None:
        collector.member("", "input", value, "user")
        return
    for place, item in enumerate(objects(value, "/input")):
        where, kind, said = f"/input/{place}", item.get("type"), item.get("role")
        if kind == "item_reference" or (kind is None and said is None):
            raise MalformedError("this refers to what is stored elsewhere", where=where, remedy=WHOLE)
        if kind is not None and not isinstance(kind, str):
            raise wrong_type(f"{where}/type", kind, "a string")
        content = item.get("content")
        if content is not None and not isinstance(content, str):
            objects(content, f"{where}/content")
        if kind in (None, "message"):
            role = ROLES.get(said, "unknown") if isinstance(said, str) else "unknown"
        else:
            role = ITEM_ROLES.get(kind, "assistant")
        collector.value(where, "", item, role, 3)


def _bound(body: dict[str, Any]) -> int | None:
    value = body.get("max_output_tokens")
    if value is not None and type(value) is not int:
        raise wrong_type("/max_output_tokens", value, "a whole number")
    return value if value and value > 0 else None


def _form(body: dict[str, Any]) -> str:
    text = body.get("text")
    if text is None:
        return ""
    if not isinstance(text, dict):
        raise wrong_type("/text", text, "an object")
    form = text.get("format")
    if form is None:
        return ""
    if not isinstance(form, dict):
        raise wrong_type("/text/format", form, "an object")
    kind = form.get("type")
    if not isinstance(kind, str):
        raise wrong_type("/text/format/type", kind, "a string")
    return kind


def _needs(body: dict[str, Any], form: str) -> frozenset[str]:
    needs = set()
    tools = body.get("tools")
    if tools is not None and objects(tools, "/tools"):
        needs.add("tools")
        if any(str(tool.get("type", "")).startswith("web_search") for tool in tools):
            needs.add("web_search")
    if form == "json_schema":
        needs.add("structured_output")
    elif form == "json_object":
        needs.add("json_mode")
    return frozenset(needs)
