"""The far side of Gemini, simulated: what it rejects, how it answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from isthmus.apps.demo.simulated.chunks import cut
from isthmus.apps.demo.simulated.form import Form, Node, Turn
from isthmus.apps.demo.simulated.signing import seal, sealed

KNOWN = {
    "contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "safetySettings", "cachedContent",
    "labels",
}  # fmt: skip

OWN = {"args", "response", "parameters", "parametersJsonSchema", "responseSchema", "responseJsonSchema", "labels"}
_SNAKE = re.compile("_([a-z])")


def check(body: Node) -> str:
    """What the service would reject."""
    body = _camel(body)
    unknown = sorted(set(body) - KNOWN)
    if unknown:
        return f'Invalid JSON payload received. Unknown name "{unknown[0]}": Cannot find field.'
    contents = body.get("contents")
    if not isinstance(contents, list) or not contents:
        return "* GenerateContentRequest.contents: contents is not specified"
    for content, after in zip(contents, [*contents[1:], {}], strict=True):
        if wrong := _content(content, after, thinking=thinks(body)):
            return wrong
    return ""


def _camel(node: Any) -> Any:
    """The names as the service writes them; it takes them in snake case as well. What is the user's own stays."""
    if isinstance(node, list):
        return [_camel(each) for each in node]
    if not isinstance(node, dict):
        return node
    named = {_SNAKE.sub(lambda found: found[1].upper(), name): value for name, value in node.items()}
    return {name: value if name in OWN else _camel(value) for name, value in named.items()}


def _content(content: Node, after: Node, *, thinking: bool) -> str:
    parts = content.get("parts")
    if content.get("role") not in ("user", "model", None):
        return "Please use a valid role: user, model."
    if not parts:
        return "GenerateContentRequest.contents: parts field is required"
    calls = [part["functionCall"]["name"] for part in parts if "functionCall" in part]
    answers = [part["functionResponse"]["name"] for part in after.get("parts") or () if "functionResponse" in part]
    if calls != answers:
        return "the number of function response parts must equal the number of function call parts of the turn before"
    first = next((part for part in parts if "functionCall" in part), None)
    if thinking and first is not None and "thoughtSignature" not in first:
        return "Function call is missing a thought_signature in functionCall parts"
    if any("thoughtSignature" in part and not sealed(part["thoughtSignature"]) for part in parts):
        return "Thought signature is not valid"
    if any(
        "functionResponse" in part and not isinstance(part["functionResponse"].get("response"), dict) for part in parts
    ):
        return "function_response.response: Proto field is not repeating"
    return ""


def _text(parts: Any) -> str:
    return "\n".join(str(part["text"]) for part in parts or () if part.get("text") and not part.get("thought"))


def _schema(node: Node, plain: str, own: str) -> Any:
    """The schema of a member: JSON Schema, or the service's own with types in capitals."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in plain)
    return node.get(plain) or node.get(snake) or _lowered(node.get(own)) or {}


def _lowered(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_lowered(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    lowered = {name: _lowered(each) for name, each in schema.items()}
    return {**lowered, "type": schema["type"].lower()} if isinstance(schema.get("type"), str) else lowered


def chat(body: Node) -> Node:
    """The request as the answering rules read it."""
    body = _camel(body)
    messages: list[Node] = [{"role": "system", "content": _text((body.get("systemInstruction") or {}).get("parts"))}]
    for content in body["contents"]:
        role = "assistant" if content.get("role") == "model" else "user"
        for part in content["parts"]:
            if "functionResponse" in part:
                said = json.dumps(part["functionResponse"]["response"], ensure_ascii=False)
                messages.append({"role": "tool", "content": said})
        if text := _text(content["parts"]):
            messages.append({"role": role, "content": text})
    made: Node = {"messages": messages}
    declared = [row for tool in body.get("tools") or () for row in tool.get("functionDeclarations") or ()]
    made["tools"] = [
        {"function": {"name": row["name"], "parameters": _schema(row, "parametersJsonSchema", "parameters")}}
        for row in declared
    ]
    choice = ((body.get("toolConfig") or {}).get("functionCallingConfig")) or {}
    made["tool_choice"] = "none" if choice.get("mode") == "NONE" else "auto"
    if names := choice.get("allowedFunctionNames"):
        made["tool_choice"] = {"function": {"name": names[0]}}
    config = body.get("generationConfig") or {}
    if schema := _schema(config, "responseJsonSchema", "responseSchema"):
        made["response_format"] = {"type": "json_schema", "json_schema": {"schema": schema}}
    elif config.get("responseMimeType") == "application/json":
        made["response_format"] = {"type": "json_object"}
    return made


def thinks(body: Node) -> bool:
    """Whether the request asks for thinking."""
    body = _camel(body)
    config = (body.get("generationConfig") or {}).get("thinkingConfig") or {}
    return bool(config.get("includeThoughts") or config.get("thinkingLevel")) and config.get("thinkingBudget") != 0


def _parts(turn: Turn) -> list[Node]:
    made: list[Node] = [{"text": turn.thought, "thought": True}] if turn.thought else []
    state = {"thoughtSignature": seal(turn.thought)} if turn.thought else {}
    if turn.spoken.text:
        made.append({"text": turn.spoken.text, **state})
    for place, (name, arguments) in enumerate(turn.spoken.calls):
        call = {"functionCall": {"name": name, "args": json.loads(arguments)}}
        made.append({**call, **state} if not place else call)
    return made


def _answer(turn: Turn, parts: list[Node], finish: str = "") -> Node:
    candidate: Node = {"content": {"role": "model", "parts": parts}, "index": 0}
    made: Node = {"candidates": [{**candidate, "finishReason": finish} if finish else candidate]}
    if finish:
        taken, given, thought = turn.tokens
        usage = {"promptTokenCount": taken, "candidatesTokenCount": given - thought, "thoughtsTokenCount": thought}
        made["usageMetadata"] = {**usage, "totalTokenCount": taken + given}
    return {**made, "modelVersion": turn.model, "responseId": f"sim{turn.number}"}


def whole(turn: Turn) -> Node:
    """A whole answer."""
    return _answer(turn, _parts(turn), "STOP")


def events(turn: Turn) -> Iterator[tuple[str, Node]]:
    """A streamed answer: a text's signature comes at its end, with an empty text."""
    for part in _parts(turn):
        if "text" not in part:
            yield "", _answer(turn, [part])
            continue
        state = {"thoughtSignature": part.pop("thoughtSignature")} if "thoughtSignature" in part else {}
        for piece in cut(part["text"], turn.row.cut):
            yield "", _answer(turn, [{**part, "text": piece}])
        if state:
            yield "", _answer(turn, [{"text": "", **state}])
    yield "", _answer(turn, [{"text": ""}], "STOP")


def error(status: int, message: str) -> Node:
    """A rejection."""
    return {"error": {"code": status, "message": message, "status": "INVALID_ARGUMENT" if status < 500 else "INTERNAL"}}


FORM = Form(check, chat, thinks, whole, events, error)
