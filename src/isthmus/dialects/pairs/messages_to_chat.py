"""A Messages request as a Chat Completions request."""

from __future__ import annotations

import json
from typing import Any

from isthmus.dialects.pairs.lists import MESSAGES_TO_CHAT, refused, sift

Node = dict[str, Any]
CHOICES = {"auto": "auto", "none": "none", "any": "required"}
HINTS = ("cache_control", "citations", "context")


def translate_request(body: Node) -> tuple[Node, tuple[str, ...]]:
    """The request for a deployment, and the names of what is left out; raises `MalformedError` for the rest."""
    declared = sift(MESSAGES_TO_CHAT, body)
    messages: list[Node] = []
    if body.get("system"):
        messages.append({"role": "system", "content": _content(body["system"], "/system", declared)})
    for place, message in enumerate(body["messages"]):
        _message(message, f"/messages/{place}", messages, declared)
    made: Node = {"model": body.get("model"), "messages": messages}
    for name in ("stream", "max_tokens", "temperature", "top_p"):
        if body.get(name) is not None:
            made[name] = body[name]
    if body.get("stop_sequences"):
        made["stop"] = body["stop_sequences"]
    metadata = body.get("metadata")
    if isinstance(metadata, dict) and metadata.get("user_id"):
        made["user"] = metadata["user_id"]
    if body.get("tools"):
        made["tools"] = [_tool(tool, f"/tools/{place}", declared) for place, tool in enumerate(body["tools"])]
        _choice(body.get("tool_choice"), made)
    _output(body, made, declared)
    return made, tuple(dict.fromkeys(declared))


def _message(message: Node, where: str, made: list[Node], declared: list[str]) -> None:
    role, content = message["role"], message["content"]
    if role == "system":
        made.append({"role": "system", "content": _content(content, f"{where}/content", declared)})
    elif role == "assistant":
        made.append(_assistant(content, f"{where}/content", declared))
    elif role != "user":
        raise refused(f"{where}/role", "send user and assistant messages")
    elif isinstance(content, str):
        made.append({"role": "user", "content": content})
    else:
        rest = []
        for place, block in enumerate(content):
            here = f"{where}/content/{place}"
            if block.get("type") == "tool_result":
                made.append(_result(block, here, declared))
            else:
                rest.append(_part(block, here, declared))
        if rest:
            made.append({"role": "user", "content": _plain(rest)})


def _assistant(content: Any, where: str, declared: list[str]) -> Node:
    if isinstance(content, str):
        return {"role": "assistant", "content": content}
    texts, calls = [], []
    for place, block in enumerate(content):
        kind = block.get("type")
        if kind == "text":
            texts.append(block.get("text", ""))
            _hints(block, declared)
        elif kind == "tool_use":
            arguments = json.dumps(block.get("input") or {}, ensure_ascii=False, separators=(",", ":"))
            function = {"name": block.get("name", ""), "arguments": arguments}
            calls.append({"id": block.get("id", ""), "type": "function", "function": function})
        elif kind in ("thinking", "redacted_thinking"):
            declared.append(f"messages.{kind}")
        else:
            raise refused(f"{where}/{place}/type", "send text and tool calls")
    made: Node = {"role": "assistant", "content": "".join(texts) or None}
    return {**made, "tool_calls": calls} if calls else made


def _result(block: Node, where: str, declared: list[str]) -> Node:
    if block.get("is_error"):
        declared.append("messages.is_error")
    _hints(block, declared)
    parts = _content(block.get("content") or "", f"{where}/content", declared)
    if not isinstance(parts, str) and any(part["type"] != "text" for part in parts):
        raise refused(f"{where}/content", "send the results of tools as text")
    return {"role": "tool", "tool_call_id": block.get("tool_use_id", ""), "content": parts}


def _content(content: Any, where: str, declared: list[str]) -> Any:
    if isinstance(content, str):
        return content
    return _plain([_part(block, f"{where}/{place}", declared) for place, block in enumerate(content)])


def _plain(parts: list[Node]) -> Any:
    """One text part as a plain string, which every deployment understands."""
    return parts[0]["text"] if len(parts) == 1 and parts[0]["type"] == "text" else parts


def _part(block: Any, where: str, declared: list[str]) -> Node:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind == "text":
        _hints(block, declared)
        return {"type": "text", "text": block.get("text", "")}
    source = block.get("source") if isinstance(block, dict) else None
    if kind == "image" and isinstance(source, dict):
        _hints(block, declared)
        return {"type": "image_url", "image_url": {"url": _url(source, where)}}
    if kind == "document" and isinstance(source, dict):
        _hints(block, declared)
        if source.get("type") == "text":
            return {"type": "text", "text": source.get("data", "")}
        if source.get("type") == "base64":
            file = {"file_data": _url(source, where), "filename": block.get("title") or "document"}
            return {"type": "file", "file": file}
    raise refused(f"{where}/type", "send text, images and documents by their data")


def _url(source: Node, where: str) -> str:
    if source.get("type") == "base64":
        return f"data:{source.get('media_type', '')};base64,{source.get('data', '')}"
    if source.get("type") == "url":
        return str(source.get("url", ""))
    raise refused(f"{where}/source/type", "send the data itself")


def _hints(block: Node, declared: list[str]) -> None:
    declared += [name for name in HINTS if block.get(name)]


def _tool(tool: Node, where: str, declared: list[str]) -> Node:
    if tool.get("type", "custom") != "custom":
        raise refused(f"{where}/type", "offer tools of your own only")
    _hints(tool, declared)
    function: Node = {"name": tool.get("name", ""), "parameters": tool.get("input_schema") or {"type": "object"}}
    for name in ("description", "strict"):
        if tool.get(name) is not None:
            function[name] = tool[name]
    return {"type": "function", "function": function}


def _choice(choice: Any, made: Node) -> None:
    if choice is None:
        return
    kind = choice.get("type") if isinstance(choice, dict) else None
    if kind == "tool":
        made["tool_choice"] = {"type": "function", "function": {"name": choice.get("name", "")}}
    elif kind in CHOICES:
        made["tool_choice"] = CHOICES[kind]
    else:
        raise refused("/tool_choice/type", "choose auto, any, none or tool")
    if choice.get("disable_parallel_tool_use"):
        made["parallel_tool_calls"] = False


def _output(body: Node, made: Node, declared: list[str]) -> None:
    config = body.get("output_config") or {}
    form = body.get("output_format") or config.get("format")
    if config.get("effort"):
        declared.append("output_config.effort")
    if form is None:
        return
    if form.get("type") != "json_schema":
        raise refused("/output_config/format/type", "send a `json_schema`")
    schema = {"name": "answer", "schema": form.get("schema") or {"type": "object"}, "strict": True}
    made["response_format"] = {"type": "json_schema", "json_schema": schema}
