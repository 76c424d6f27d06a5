"""A Messages request: read from a client, written to a deployment."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.anthropic.fields import BLOCK_ROLES, DEFINITIONS, FIELDS, ROLES
from isthmus.dialects.request import Request, flag, objects, take_own
from isthmus.dialects.slots import Collector
from isthmus.dialects.strict_json import read_object, wrong_type
from isthmus.errors import MalformedError


def read_request(data: bytes, *, depth: int, counting: bool = False) -> Request:
    """A client's request; `depth` bounds the nesting, `counting`: only its tokens are asked for.

    Raises `MalformedError` with the pointer of what is wrong.
    """
    body = read_object(data, known=FIELDS.keys)
    own = take_own(body)
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise MalformedError("the request names no model", where="/model", remedy="send the name of a model")
    bound = body.get("max_tokens")
    if type(bound) is not int and not (counting and bound is None):
        raise wrong_type("/max_tokens", bound, "a whole number")
    collector = Collector(FIELDS, depth)
    for name, value in body.items():
        if name == "messages":
            _messages(value, collector)
        elif name == "system":
            _system(value, collector)
        elif name != "model":
            collector.member("", name, value, "definition" if name in DEFINITIONS else "unknown")
    if "messages" not in body:
        raise MalformedError("the request has no messages", where="/messages", remedy="send at least one message")
    formatted = _formatted(body)
    return Request(
        model=model,
        stream=flag(body, "stream", ""),
        body=body,
        own=own,
        slots=tuple(collector.slots),
        unscanned=tuple(collector.unscanned),
        files=tuple(collector.files),
        needs=_needs(body, formatted=formatted),
        formatted=formatted,
        include_usage=True,
        max_tokens=bound if bound and bound > 0 else None,
    )


def _system(value: Any, collector: Collector) -> None:
    if not isinstance(value, str | list):
        raise wrong_type("/system", value, "a string or an array of blocks")
    if isinstance(value, list):
        objects(value, "/system")
    collector.member("", "system", value, "system")


def _messages(messages: Any, collector: Collector) -> None:
    rows = objects(messages, "/messages")
    if not rows:
        raise MalformedError("the request has no messages", where="/messages", remedy="send at least one message")
    for index, message in enumerate(rows):
        where = f"/messages/{index}"
        said, content = message.get("role"), message.get("content")
        if not isinstance(said, str):
            raise wrong_type(f"{where}/role", said, "a string")
        role = ROLES.get(said, "unknown")
        if isinstance(content, str):
            collector.value(where, "", message, role, 3)
            continue
        if not isinstance(content, list):
            raise wrong_type(f"{where}/content", content, "a string or an array of blocks")
        for name, value in message.items():
            if name != "content":
                collector.member(where, name, value, role, 4)
        for place, block in enumerate(objects(content, f"{where}/content")):
            kind = block.get("type")
            own_role = BLOCK_ROLES.get(kind, role) if isinstance(kind, str) else role
            collector.value(f"{where}/content/{place}", "content", block, own_role, 5)


def _formatted(body: dict[str, Any]) -> bool:
    """Whether the answer's text is asked for as JSON."""
    form = body.get("output_format")
    config = body.get("output_config")
    if config is not None and not isinstance(config, dict):
        raise wrong_type("/output_config", config, "an object")
    if form is None and config:
        form = config.get("format")
    if form is not None and not isinstance(form, dict):
        raise wrong_type("/output_config/format", form, "an object")
    return form is not None and form.get("type") == "json_schema"


def _needs(body: dict[str, Any], *, formatted: bool) -> frozenset[str]:
    needs = {"structured_output"} if formatted else set()
    tools = body.get("tools")
    if tools is not None and objects(tools, "/tools"):
        needs.add("tools")
    return frozenset(needs)
