"""A Chat Completions request: read from a client, written to a deployment."""

from __future__ import annotations

from typing import Any

import msgspec

from isthmus.dialects.openai_chat.fields import DEFINITIONS, FIELDS, ROLES
from isthmus.dialects.request import Request, flag, objects, take_own
from isthmus.dialects.slots import Collector
from isthmus.dialects.strict_json import read_object, wrong_type
from isthmus.errors import MalformedError


def read_request(data: bytes, *, depth: int) -> Request:
    """A client's request; `depth` bounds the nesting. Raises `MalformedError` with the pointer of what is wrong."""
    body = read_object(data, known=FIELDS.keys)
    own = take_own(body)
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise MalformedError("the request names no model", where="/model", remedy="send the name of a model")
    collector = Collector(FIELDS, depth)
    for name, value in body.items():
        if name == "messages":
            _messages(value, collector)
        elif name != "model":
            collector.member("", name, value, "definition" if name in DEFINITIONS else "unknown")
    if "messages" not in body:
        raise MalformedError("the request has no messages", where="/messages", remedy="send at least one message")
    stream = flag(body, "stream", "")
    options = body.get("stream_options")
    if options is not None and not isinstance(options, dict):
        raise wrong_type("/stream_options", options, "an object")
    form = _form(body)
    return Request(
        model=model,
        stream=stream,
        body=body,
        own=own,
        slots=tuple(collector.slots),
        unscanned=tuple(collector.unscanned),
        files=tuple(collector.files),
        needs=_needs(body, form),
        formatted=form in ("json_object", "json_schema"),
        include_usage=flag(options or {}, "include_usage", "/stream_options"),
        max_tokens=_bound(body),
    )


def write_request(body: dict[str, Any], *, model: str) -> bytes:
    """The bytes for a deployment that calls the model `model`; a stream is asked for its usage as well."""
    changed = {**body, "model": model}
    if body.get("stream") is True:
        options = body.get("stream_options")
        changed["stream_options"] = {**options, "include_usage": True} if options else {"include_usage": True}
    return msgspec.json.encode(changed)


def _messages(messages: Any, collector: Collector) -> None:
    if not isinstance(messages, list):
        raise wrong_type("/messages", messages, "an array")
    if not messages:
        raise MalformedError("the request has no messages", where="/messages", remedy="send at least one message")
    for index, message in enumerate(messages):
        where = f"/messages/{index}"
        if not isinstance(message, dict):
            raise wrong_type(where, message, "an object")
        role = message.get("role")
        if not isinstance(role, str):
            raise wrong_type(f"{where}/role", role, "a string")
        content = message.get("content")
        if content is not None and not isinstance(content, str):
            _parts(content, f"{where}/content")
        calls = message.get("tool_calls")
        if calls is not None:
            objects(calls, f"{where}/tool_calls")
        collector.value(where, "", message, ROLES.get(role, "unknown"), 3)


def _parts(parts: Any, where: str) -> None:
    if not isinstance(parts, list):
        raise wrong_type(where, parts, "a string or an array of parts")
    for index, part in enumerate(parts):
        if not isinstance(part, dict | str):
            raise wrong_type(f"{where}/{index}", part, "an object")


def _bound(body: dict[str, Any]) -> int | None:
    """The most tokens the answer may have; the newer of the two names goes first."""
    found = None
    for name in ("max_tokens", "max_completion_tokens"):
        value = body.get(name)
        if value is not None and type(value) is not int:
            raise wrong_type(f"/{name}", value, "a whole number")
        found = value or found
    return found if found and found > 0 else None


def _form(body: dict[str, Any]) -> str:
    form = body.get("response_format")
    if form is None:
        return ""
    if not isinstance(form, dict):
        raise wrong_type("/response_format", form, "an object")
    kind = form.get("type")
    if not isinstance(kind, str):
        raise wrong_type("/response_format/type", kind, "a string")
    return kind


def _needs(body: dict[str, Any], form: str) -> frozenset[str]:
    needs = set()
    for name in ("tools", "functions"):
        tools = body.get(name)
        if tools is not None and not isinstance(tools, list):
            raise wrong_type(f"/{name}", tools, "an array")
        if tools:
            needs.add("tools")
    if form == "json_schema":
        needs.add("structured_output")
    elif form == "json_object":
        needs.add("json_mode")
    if body.get("logprobs") is True:
        needs.add("logprobs")
    if body.get("web_search_options") is not None:
        needs.add("web_search")
    return frozenset(needs)
