"""A Responses request as an `Ask`."""

from __future__ import annotations

import re
from typing import Any

from isthmus.dialects.conversation.ask import (
    Ask,
    Block,
    Choice,
    Foreign,
    Form,
    Media,
    Refusal,
    Text,
    Thought,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
)
from isthmus.dialects.conversation.fitting import read_settings, refused
from isthmus.dialects.conversation.opaque import Opaque, unwrap
from isthmus.dialects.openai_responses.fields import FIELDS

Node = dict[str, Any]
ME = "openai_responses"
DATA_URL = re.compile(r"data:([a-z]+/[A-Za-z0-9.+-]+);base64,(.*)", re.DOTALL)
# every field of a request, with the feature it asks for; an empty one is read by its own function below
REQUEST: dict[str, str] = {
    **dict.fromkeys(("model", "input", "instructions", "stream", "stream_options", "tools", "tool_choice"), ""),
    **dict.fromkeys(("text", "reasoning", "background"), ""),
    **dict.fromkeys(("previous_response_id", "conversation", "prompt"), "conversation"),
    "parallel_tool_calls": "one_at_a_time",
    "max_output_tokens": "max_tokens",
    "prompt_cache_key": "cache_key",
    "prompt_cache_retention": "cache_retention",
    "prompt_cache_options": "cache_retention",
    "moderation": "hint",
    **{
        name: name
        for name in (
            *("temperature", "top_p", "user", "metadata", "store", "service_tier", "safety_identifier", "include"),
            *("truncation", "top_logprobs", "context_management", "max_tool_calls"),
        )
    },
}
# what its blocks and settings of its own can ask for besides
_PARTS = """
    warm json_form custom_tools own_tools some_tools system_midway image_url file_url file_id audio result_media
    arguments_text citations title detail strict reasoning verbosity effort thinking_shown block
"""
PARTS = frozenset(_PARTS.split())
NEUTRAL: dict[str, tuple[Any, ...]] = {
    "parallel_tool_calls": (True,),
    "tools": ([],),
    "store": (False,),
    "metadata": ({},),
    "include": ([], ["reasoning.encrypted_content"]),
    "truncation": ("disabled",),
    "top_logprobs": (0,),
    "background": (False,),
}
CHOICES = {"auto": "auto", "none": "none", "required": "any"}


def read_ask(body: Node) -> Ask:
    """What the request asks for; raises `MalformedError` for a field that no list knows."""
    ask = Ask(model=body.get("model", ""), stream=body.get("stream") is True)
    ask.system, ask.turns, ask.settings, ask.places, ask.lost = [], [], {}, {}, []
    read_settings(ask, body, REQUEST, NEUTRAL, FIELDS.keys)
    if body.get("instructions"):
        ask.system.append(Text(text=body["instructions"], at="/instructions"))
    given = body.get("input") or ""
    if isinstance(given, str):
        ask.turns.append(Turn(role="user", blocks=[Text(text=given, at="/input")], at="/input"))
    else:
        for place, item in enumerate(given):
            _item(item, f"/input/{place}", ask)
    ask.tools = [_tool(tool, f"/tools/{place}") for place, tool in enumerate(body.get("tools") or ())]
    if (choice := body.get("tool_choice")) is not None:
        ask.choice = _choice(choice)
    text = body.get("text") or {}
    ask.set("verbosity", text.get("verbosity"), "/text/verbosity")
    ask.form = _form(text.get("format"))
    reasoning = body.get("reasoning") or {}
    ask.set("effort", reasoning.get("effort"), "/reasoning/effort")
    ask.set("thinking_shown", reasoning.get("summary") or reasoning.get("generate_summary"), "/reasoning/summary")
    return ask


def _item(item: Node, where: str, ask: Ask) -> None:
    kind, role = item.get("type") or "message", item.get("role")
    if kind == "message":
        blocks = _parts(item.get("content"), f"{where}/content")
        if role in ("system", "developer") and not ask.turns:
            ask.system += blocks
        elif role in ("system", "developer", "user"):
            ask.turns.append(Turn(role="user" if role == "user" else "system", blocks=blocks, at=f"{where}/role"))
        elif role == "assistant":
            _say(ask, blocks, where)
        else:
            raise refused("", f"{where}/role", "send system, developer, user and assistant messages")
    elif kind in ("function_call_output", "custom_tool_call_output"):
        output = _parts(item.get("output"), f"{where}/output")
        result = ToolResult(id=item.get("call_id") or "", blocks=output, at=where)
        if ask.turns and ask.turns[-1].role == "user" and type(ask.turns[-1].blocks[-1]) is ToolResult:
            ask.turns[-1].blocks.append(result)
        else:
            ask.turns.append(Turn(role="user", blocks=[result], at=where))
    else:
        _say(ask, read_item(item, where), where)


def _say(ask: Ask, blocks: list[Block], where: str) -> None:
    """What an assistant says in a row is one turn."""
    if ask.turns and ask.turns[-1].role == "assistant":
        ask.turns[-1].blocks += blocks
    else:
        ask.turns.append(Turn(role="assistant", blocks=list(blocks), at=where))


def read_item(item: Node, where: str = "") -> list[Block]:
    """The blocks of an item that a model said."""
    kind = item.get("type")
    if kind == "message":
        return _parts(item.get("content"), f"{where}/content")
    if kind == "function_call":
        name, given = item.get("name") or "", item.get("arguments")
        return [ToolCall(id=item.get("call_id") or "", name=name, arguments=given, at=where)]
    if kind == "custom_tool_call":
        name, given = item.get("name") or "", item.get("input") or ""
        return [ToolCall(id=item.get("call_id") or "", name=name, arguments=given, custom=True, at=where)]
    if kind == "reasoning":
        return [read_thought(item, where)]
    return [Foreign(kind=str(kind), at=where)]


def read_thought(item: Node, where: str = "") -> Thought:
    """A reasoning item: its text or summary, and its state."""
    parts = item.get("content") or item.get("summary") or ()
    text = "\n\n".join(part.get("text") or "" for part in parts)
    token = item.get("encrypted_content") or ""
    opaque = unwrap(token, source=ME, ident=item.get("id") or "") if token else None
    return Thought(text=text, opaque=opaque or Opaque(source=ME, data="", id=item.get("id") or ""), at=where)


def _parts(content: Any, where: str) -> list[Block]:
    if isinstance(content, str):
        return [Text(text=content, at=where)] if content else []
    return [_part(part, f"{where}/{place}") for place, part in enumerate(content or ())]


def _part(part: Node, where: str) -> Block:
    kind = part.get("type")
    if kind in ("input_text", "output_text", "text"):
        return Text(text=part.get("text") or "", citations=tuple(part.get("annotations") or ()), at=where)
    if kind == "refusal":
        return Refusal(text=part.get("refusal") or "", at=where)
    if kind == "input_image":
        if part.get("file_id"):
            return Media(medium="image", file_id=part["file_id"], at=where)
        detail = part.get("detail") or ""
        return _medium(part.get("image_url") or "", where, detail="" if detail == "auto" else detail)
    if kind == "input_file":
        name = part.get("filename") or ""
        if part.get("file_url"):
            return Media(medium="file", url=part["file_url"], name=name, at=where)
        if part.get("file_data"):
            return _medium(part["file_data"], where, medium="file", name=name)
        return Media(medium="file", file_id=part.get("file_id") or "?", at=where)
    if kind == "input_audio":
        return Media(medium="audio", url="?", at=where)
    return Foreign(kind=str(kind), at=where)


def _medium(url: str, where: str, *, medium: Any = "image", name: str = "", detail: str = "") -> Block:
    match = DATA_URL.fullmatch(url)
    if match is None:
        return Media(medium=medium, url=url, name=name, detail=detail, at=where)
    return Media(medium=medium, media_type=match[1], data=match[2], name=name, detail=detail, at=where)


def _tool(tool: Node, where: str) -> Tool:
    kind, said = str(tool.get("type")), tool.get("description") or ""
    if kind == "custom":
        return Tool(name=tool.get("name") or "", description=said, kind=kind, custom=tool.get("format"), at=where)
    return Tool(
        name=tool.get("name") or "",
        description=said,
        schema=tool.get("parameters"),
        strict=tool.get("strict"),
        kind=kind,
        at=where,
    )


def _choice(choice: Any) -> Choice:
    at = "/tool_choice"
    if isinstance(choice, str) and choice in CHOICES:
        return Choice(kind=CHOICES[choice], at=at)  # type: ignore[arg-type] # the table's values
    kind = choice.get("type") if isinstance(choice, dict) else None
    if kind in ("function", "custom"):
        return Choice(kind="one", names=(choice.get("name") or "",), at=at)
    if kind == "allowed_tools":
        names = tuple(str(tool.get("name")) for tool in choice.get("tools") or ())
        return Choice(kind="some", names=names, must=choice.get("mode") == "required", at=at)
    raise refused("", at, "choose auto, none, required or one function")


def _form(form: Any) -> Form | None:
    kind = form.get("type") if isinstance(form, dict) else None
    if kind in (None, "text"):
        return None
    at = "/text/format"
    if kind == "json_object":
        return Form(kind="json", at=at)
    if kind != "json_schema":
        raise refused("", at, "send a `json_schema`")
    return Form(
        kind="schema",
        schema=form.get("schema"),
        name=form.get("name") or "",
        description=form.get("description") or "",
        strict=form.get("strict"),
        at=at,
    )
