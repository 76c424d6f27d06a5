"""A Messages request as an `Ask`."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.anthropic.fields import FIELDS
from isthmus.dialects.conversation.ask import (
    Ask,
    Block,
    Choice,
    Foreign,
    Form,
    Media,
    Text,
    Thought,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
)
from isthmus.dialects.conversation.fitting import read_settings, refused
from isthmus.dialects.conversation.opaque import Opaque, unwrap

Node = dict[str, Any]
ME = "anthropic"
# every field of a request, with the feature it asks for; an empty one is read by its own function below
REQUEST: dict[str, str] = {
    **dict.fromkeys(("model", "messages", "system", "stream", "tools", "tool_choice", "metadata"), ""),
    **dict.fromkeys(("output_config", "output_format", "thinking"), ""),
    "stop_sequences": "stop",
    "mcp_servers": "own_tools",
    "container": "conversation",
    "betas": "hint",
    "diagnostics": "hint",
    "cache_control": "cache_control",
    **{
        name: name
        for name in (
            *("max_tokens", "temperature", "top_p", "top_k", "service_tier", "context_management"),
            *("inference_geo", "speed"),
        )
    },
}
# what its blocks and settings of its own can ask for besides
_PARTS = """
    own_tools one_at_a_time system_midway image_url file_url file_id result_media cache_control citations
    context title strict is_error reasoning user effort thinking_budget block
"""
PARTS = frozenset(_PARTS.split())
NEUTRAL: dict[str, tuple[Any, ...]] = {"stop_sequences": ([],), "tools": ([],), "mcp_servers": ([],)}
CHOICES = {"auto": "auto", "none": "none", "any": "any"}
HINTS = ("cache_control", "context")


def read_ask(body: Node) -> Ask:
    """What the request asks for; raises `MalformedError` for a field that no list knows."""
    ask = Ask(model=body.get("model", ""), stream=body.get("stream") is True)
    ask.settings, ask.places, ask.lost = {}, {}, []
    read_settings(ask, body, REQUEST, NEUTRAL, FIELDS.keys)
    metadata = body.get("metadata")
    if isinstance(metadata, dict) and metadata.get("user_id"):
        ask.set("user", metadata["user_id"], "/metadata/user_id")
    ask.system = _blocks(body.get("system") or "", "/system")
    ask.turns = [_turn(message, f"/messages/{place}") for place, message in enumerate(body["messages"])]
    ask.tools = [_tool(tool, f"/tools/{place}") for place, tool in enumerate(body.get("tools") or ())]
    if (choice := body.get("tool_choice")) is not None:
        ask.choice = _choice(choice, ask)
    _output(body, ask)
    _thinking(body.get("thinking"), ask)
    return ask


def _turn(message: Node, where: str) -> Turn:
    role = message["role"]
    if role not in ("user", "assistant", "system"):
        raise refused("", f"{where}/role", "send user and assistant messages")
    return Turn(role=role, blocks=_blocks(message["content"], f"{where}/content"), at=f"{where}/role")


def _blocks(content: Any, where: str) -> list[Block]:
    if isinstance(content, str):
        return [Text(text=content, at=where)] if content else []
    return [_block(block, f"{where}/{place}") for place, block in enumerate(content)]


def _block(block: Node, where: str) -> Block:
    kind = block.get("type")
    if kind == "text":
        return Text(text=block.get("text", ""), hints=_hints(block), citations=_cited(block), at=where)
    if kind == "tool_use":
        name, given = block.get("name", ""), block.get("input")
        return ToolCall(id=block.get("id", ""), name=name, arguments=given, hints=_hints(block), at=where)
    if kind == "tool_result":
        return ToolResult(
            id=block.get("tool_use_id", ""),
            blocks=_blocks(block.get("content") or "", f"{where}/content"),
            failed=block.get("is_error") is True,
            hints=_hints(block),
            at=where,
        )
    if kind == "thinking":
        return Thought(text=block.get("thinking") or "", opaque=_state(block.get("signature")), at=where)
    if kind == "redacted_thinking":
        return Thought(opaque=unwrap(block.get("data") or "", source=ME, hidden=True), at=where)
    if kind in ("image", "document") and isinstance(source := block.get("source"), dict):
        return _medium(block, source, where)
    return Foreign(kind=str(kind), at=where)


def _state(signature: Any) -> Opaque | None:
    return unwrap(signature, source=ME) if isinstance(signature, str) and signature else None


def _cited(block: Node) -> tuple[Any, ...]:
    found = block.get("citations")
    return tuple(found) if isinstance(found, list) else ()


def _hints(block: Node) -> tuple[tuple[str, Any], ...]:
    found = [(name, block[name]) for name in HINTS if block.get(name)]
    if isinstance(cited := block.get("citations"), dict) and cited.get("enabled"):
        found.append(("citations", cited))
    return tuple(found)


def _medium(block: Node, source: Node, where: str) -> Block:
    medium: Any = "image" if block["type"] == "image" else "file"
    kind, name, hints = source.get("type"), block.get("title") or "", _hints(block)
    if kind == "base64":
        data, form = source.get("data", ""), source.get("media_type", "")
        return Media(medium=medium, media_type=form, data=data, name=name, hints=hints, at=where)
    if kind == "url":
        return Media(medium=medium, url=source.get("url", ""), name=name, hints=hints, at=where)
    if kind == "text":
        text = source.get("data", "")
        return Media(medium=medium, media_type="text/plain", text=text, name=name, hints=hints, at=where)
    if kind == "content":
        parts = _blocks(source.get("content") or "", f"{where}/source/content")
        text = "\n".join(part.text for part in parts if isinstance(part, Text))
        if all(isinstance(part, Text) for part in parts):
            return Media(medium=medium, media_type="text/plain", text=text, name=name, hints=hints, at=where)
    return Media(medium=medium, file_id=source.get("file_id") or "?", at=f"{where}/source")


def _tool(tool: Node, where: str) -> Tool:
    kind = tool.get("type") or "custom"
    return Tool(
        name=tool.get("name", ""),
        description=tool.get("description") or "",
        schema=tool.get("input_schema"),
        strict=tool.get("strict"),
        kind="function" if kind == "custom" else kind,
        hints=_hints(tool),
        at=where,
    )


def _choice(choice: Node, ask: Ask) -> Choice:
    at = "/tool_choice"
    if choice.get("disable_parallel_tool_use"):
        ask.set("one_at_a_time", value=False, at=f"{at}/disable_parallel_tool_use")
    kind = choice.get("type")
    if kind == "tool":
        return Choice(kind="one", names=(choice.get("name", ""),), at=at)
    if kind in CHOICES:
        return Choice(kind=CHOICES[kind], at=at)  # type: ignore[arg-type] # the table's values
    raise refused("", f"{at}/type", "choose auto, any, none or tool")


def _output(body: Node, ask: Ask) -> None:
    config = body.get("output_config") or {}
    name = "output_format" if body.get("output_format") else "output_config/format"
    form = body.get("output_format") or config.get("format")
    ask.set("effort", config.get("effort"), "/output_config/effort")
    if form is None:
        return
    if form.get("type") != "json_schema":
        raise refused("", f"/{name}/type", "send a `json_schema`")
    ask.form = Form(kind="schema", schema=form.get("schema"), at=f"/{name}")


def _thinking(thinking: Any, ask: Ask) -> None:
    if not isinstance(thinking, dict):
        return
    kind = thinking.get("type")
    if kind == "disabled":
        ask.set("effort", "none", "/thinking")
    elif kind == "enabled":
        ask.set("thinking_budget", thinking.get("budget_tokens", -1), "/thinking")
    else:
        ask.set("thinking_budget", -1, "/thinking")
