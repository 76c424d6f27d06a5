"""A Gemini request: read from a client, written to a deployment."""

from __future__ import annotations

from typing import Any

import msgspec

from isthmus.dialects.gemini.fields import DEFINITIONS, FIELDS, ROLES, snake
from isthmus.dialects.request import Request, objects, take_own
from isthmus.dialects.slots import Collector
from isthmus.dialects.strict_json import read_object, wrong_type
from isthmus.errors import MalformedError

Node = dict[str, Any]
WHOLE, STREAMED = ":generateContent", ":streamGenerateContent?alt=sse"


def read_request(data: bytes, *, depth: int, model: str, stream: bool, counting: bool = False) -> Request:
    """A client's request; model and manner come from its address. `depth` bounds the nesting.

    `counting`: only its tokens are asked for. Raises `MalformedError` with the pointer of what is wrong.
    """
    body = read_object(data, known=FIELDS.keys)
    own = take_own(body)
    collector = Collector(FIELDS, depth)
    _request(body, "", collector, counting=counting)
    config = member(body, "generationConfig") or {}
    form = _form(config)
    return Request(
        model=model,
        stream=stream,
        body=body,
        own=own,
        slots=tuple(collector.slots),
        unscanned=tuple(collector.unscanned),
        files=tuple(collector.files),
        needs=_needs(body, form),
        formatted=bool(form),
        include_usage=True,
        max_tokens=_bound(config),
    )


def write_request(body: Node, *, model: str) -> bytes:
    """The bytes for a deployment; its address names the model."""
    del model
    return msgspec.json.encode(body)


def address(url: str, model: str, stream: bool) -> str:  # noqa: FBT001 - the form of `Dialect.address`
    """The address of a call: that of the deployment with its model, and the manner of the answer."""
    url = url.replace("{model}", model)
    return url.replace(WHOLE, STREAMED) if stream else url


def member(node: Any, name: str) -> Any:
    """A member in either spelling that the API takes."""
    if not isinstance(node, dict):
        return None
    found = node.get(name)
    return node.get(snake(name)) if found is None else found


def _request(body: Node, where: str, collector: Collector, *, counting: bool) -> None:
    for name, value in body.items():
        if name == "contents":
            _contents(value, f"{where}/contents", collector)
        elif name in ("systemInstruction", "system_instruction"):
            if not isinstance(value, dict):
                raise wrong_type(f"{where}/{name}", value, "an object")
            collector.member(where, name, value, "system")
        elif name in ("generateContentRequest", "generate_content_request") and counting and isinstance(value, dict):
            _request(value, f"{where}/{name}", collector, counting=counting)
        elif name != "model":
            known = name in DEFINITIONS or name in (snake(each) for each in DEFINITIONS)
            collector.member(where, name, value, "definition" if known else "unknown")
    if not body.get("contents") and not counting:
        raise MalformedError("the request has no contents", where="/contents", remedy="send at least one message")


def _contents(contents: Any, where: str, collector: Collector) -> None:
    for place, content in enumerate(objects(contents, where)):
        here, said = f"{where}/{place}", content.get("role") or "user"
        if not isinstance(said, str):
            raise wrong_type(f"{here}/role", said, "a string")
        role = ROLES.get(said, "unknown")
        for name, value in content.items():
            if name != "parts":
                collector.member(here, name, value, role, 4)
        for number, part in enumerate(objects(content.get("parts") or [], f"{here}/parts")):
            answered = member(part, "functionResponse") is not None
            collector.value(f"{here}/parts/{number}", "parts", part, "tool" if answered else role, 5)


def _form(config: Any) -> str:
    """`schema`, `json`, or nothing: the form that the answer's text is asked in."""
    if not isinstance(config, dict):
        raise wrong_type("/generationConfig", config, "an object")
    if member(config, "responseSchema") or member(config, "responseJsonSchema"):
        return "schema"
    return "json" if member(config, "responseMimeType") == "application/json" else ""


def _bound(config: Node) -> int | None:
    value = member(config, "maxOutputTokens")
    if value is not None and type(value) is not int:
        raise wrong_type("/generationConfig/maxOutputTokens", value, "a whole number")
    return value if value and value > 0 else None


def _needs(body: Node, form: str) -> frozenset[str]:
    needs = {"structured_output"} if form == "schema" else {"json_mode"} if form else set()
    tools = body.get("tools")
    if tools is not None and objects(tools, "/tools"):
        needs.add("tools" if any(member(tool, "functionDeclarations") for tool in tools) else "web_search")
    return frozenset(needs)
