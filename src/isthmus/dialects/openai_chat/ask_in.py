"""A Chat Completions request as an `Ask`."""

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
from isthmus.dialects.openai_chat.fields import FIELDS

Node = dict[str, Any]
ME = "openai_chat"
DATA_URL = re.compile(r"data:([a-z]+/[A-Za-z0-9.+-]+);base64,(.*)", re.DOTALL)
# every field of a request, with the feature it asks for; an empty one is read by its own function below
REQUEST: dict[str, str] = {
    **dict.fromkeys(("model", "messages", "stream", "stream_options", "tools", "tool_choice", "response_format"), ""),
    "reasoning": "",
    "parallel_tool_calls": "one_at_a_time",
    "max_completion_tokens": "max_tokens",
    "n": "choices",
    "reasoning_effort": "effort",
    "prompt_cache_key": "cache_key",
    "prompt_cache_retention": "cache_retention",
    "function_call": "functions",
    "audio": "output_media",
    "modalities": "output_media",
    "web_search_options": "own_tools",
    **{
        name: name
        for name in (
            *("max_tokens", "temperature", "top_p", "top_k", "stop", "seed", "user", "metadata", "store"),
            *("service_tier", "safety_identifier", "prediction", "verbosity", "presence_penalty", "frequency_penalty"),
            *("logit_bias", "logprobs", "top_logprobs", "functions"),
        )
    },
}
# what its blocks and settings of its own can ask for besides
_PARTS = """
    warm json_form custom_tools own_tools some_tools system_midway image_url file_id audio video result_media
    arguments_text cache_control title detail strict name reasoning thinking_budget thinking_shown
"""
PARTS = frozenset(_PARTS.split())
NEUTRAL: dict[str, tuple[Any, ...]] = {
    "n": (1,),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "logprobs": (False,),
    "logit_bias": ({},),
    "modalities": (["text"],),
    "parallel_tool_calls": (True,),
    "stop": ([], ""),
    "tools": ([],),
    "store": (False,),
    "metadata": ({},),
}
BESIDE = "beside the call"
CHOICES = {"auto": "auto", "none": "none", "required": "any"}
MEDIA = {"input_audio": "audio", "audio_url": "audio", "video_url": "video", "video": "video"}


def read_ask(body: Node) -> Ask:
    """What the request asks for; raises `MalformedError` for a field that no list knows."""
    ask = Ask(model=body.get("model", ""), stream=body.get("stream") is True)
    ask.system, ask.turns, ask.tools = [], [], []
    ask.settings, ask.places, ask.lost = {}, {}, []
    read_settings(ask, body, REQUEST, NEUTRAL, FIELDS.keys)
    if isinstance(stop := ask.settings.get("stop"), str):
        ask.settings["stop"] = [stop]
    for place, message in enumerate(body["messages"]):
        _message(message, f"/messages/{place}", ask)
    ask.tools = [_tool(tool, f"/tools/{place}") for place, tool in enumerate(body.get("tools") or ())]
    if (choice := body.get("tool_choice")) is not None:
        ask.choice = _choice(choice)
    ask.form = _form(body.get("response_format"))
    _reasoning(body.get("reasoning") or {}, ask)
    return ask


def _reasoning(asked: Node, ask: Ask) -> None:
    """How much to think, as OpenRouter and others take it beside `reasoning_effort`."""
    if asked.get("effort") and "effort" not in ask.settings:
        ask.set("effort", asked["effort"], "/reasoning/effort")
    ask.set("thinking_budget", asked.get("max_tokens"), "/reasoning/max_tokens")
    ask.set("thinking_shown", asked.get("summary") or None, "/reasoning/summary")


def _message(message: Node, where: str, ask: Ask) -> None:
    role = message["role"]
    content = _parts(message.get("content"), f"{where}/content")
    if role in ("system", "developer"):
        if ask.turns:
            ask.turns.append(Turn(role="system", blocks=content, at=f"{where}/role"))
        else:
            ask.system += content
    elif role == "user":
        ask.turns.append(Turn(role="user", blocks=content, name=message.get("name") or "", at=f"{where}/name"))
    elif role == "assistant":
        blocks = _assistant(message, content, where)
        ask.turns.append(Turn(role="assistant", blocks=blocks, name=message.get("name") or "", at=f"{where}/name"))
    elif role == "tool":
        result = ToolResult(id=message.get("tool_call_id", ""), blocks=content, at=f"{where}/content")
        if ask.turns and ask.turns[-1].role == "user" and type(ask.turns[-1].blocks[-1]) is ToolResult:
            ask.turns[-1].blocks.append(result)
        else:
            ask.turns.append(Turn(role="user", blocks=[result], at=where))
    else:
        raise refused("", f"{where}/role", "send system, user, assistant and tool messages")


def _assistant(message: Node, content: list[Block], where: str) -> list[Block]:
    for name in ("function_call", "audio"):
        if message.get(name):
            raise refused("", f"{where}/{name}", "send `tool_calls` and text")
    blocks = [*_thoughts(message, where), *content]
    if message.get("refusal"):
        blocks.append(Refusal(text=message["refusal"], at=f"{where}/refusal"))
    for place, call in enumerate(message.get("tool_calls") or ()):
        blocks += read_calls(call, f"{where}/tool_calls/{place}")
    return blocks


def _thoughts(message: Node, where: str) -> list[Block]:
    """Earlier reasoning: in parts with their signatures where there are such, else as text of this dialect."""
    details = message.get("reasoning_details")
    if isinstance(details, list) and details:
        return [read_detail(part, f"{where}/reasoning_details/{place}") for place, part in enumerate(details)]
    name = next((name for name in ("reasoning_content", "reasoning") if message.get(name)), "")
    if not name:
        return []
    return [Thought(text=message[name], opaque=Opaque(source=ME, data=""), at=f"{where}/{name}")]


def read_detail(part: Node, where: str = "") -> Block:
    """A part of `reasoning_details`: text with a signature, a summary, or what is encrypted."""
    kind = part.get("type")
    if kind == "reasoning.encrypted":
        token = part.get("data") or ""
        return Thought(opaque=unwrap(token, source=ME, ident=part.get("id") or "", hidden=True), at=where)
    text = part.get("summary" if kind == "reasoning.summary" else "text") or ""
    return Thought(text=text, opaque=unwrap(part.get("signature") or "", source=ME), at=where)


def read_calls(call: Node, where: str = "") -> list[Block]:
    """A tool call of a message, behind the thought signature that some deployments put beside it."""
    extra = call.get("extra_content")
    google = extra.get("google") if isinstance(extra, dict) else None
    token = google.get("thought_signature") if isinstance(google, dict) else None
    made = _call(call, where)
    return [Thought(opaque=Opaque(source=ME, data=token, id=BESIDE, hidden=True), at=where), made] if token else [made]


def _call(call: Node, where: str) -> Block:
    custom = call.get("custom")
    if isinstance(custom, dict):
        text = custom.get("input", "")
        return ToolCall(id=call.get("id", ""), name=custom.get("name", ""), arguments=text, custom=True, at=where)
    function = call.get("function")
    if not isinstance(function, dict):
        return Foreign(kind="tool_call", at=where)
    arguments = function.get("arguments")
    name = function.get("name", "")
    return ToolCall(id=call.get("id", ""), name=name, arguments=arguments, at=where)


def _parts(content: Any, where: str) -> list[Block]:
    if isinstance(content, str):
        return [Text(text=content, at=where)] if content else []
    return [_part(part, f"{where}/{place}") for place, part in enumerate(content or ())]


def _part(part: Any, where: str) -> Block:
    if isinstance(part, str):
        return Text(text=part, at=where)
    kind = part.get("type")
    hints = (("cache_control", part["cache_control"]),) if part.get("cache_control") else ()
    if kind == "text":
        return Text(text=part.get("text", ""), hints=hints, at=where)
    if kind == "refusal":
        return Refusal(text=part.get("refusal", ""), at=where)
    if kind == "image_url" and isinstance(part.get("image_url"), dict | str):
        image = part["image_url"]
        image = {"url": image} if isinstance(image, str) else image
        return _medium(image.get("url", ""), where, hints, detail=image.get("detail") or "")
    file = part.get("file")
    if kind == "file" and isinstance(file, dict):
        if isinstance(data := file.get("file_data"), str):
            return _medium(data, where, hints, medium="file", name=file.get("filename") or "")
        return Media(medium="file", file_id=file.get("file_id") or "?", at=where)
    if kind == "input_audio" and isinstance(audio := part.get("input_audio"), dict):
        kind, data = f"audio/{audio.get('format') or 'wav'}", audio.get("data", "")
        return Media(medium="audio", media_type=kind, data=data, at=where)
    if kind in MEDIA:
        return Media(medium="video" if MEDIA[kind] == "video" else "audio", url="?", at=where)
    return Foreign(kind=str(kind), at=where)


def _medium(url: str, where: str, hints: Any, *, medium: Any = "image", name: str = "", detail: str = "") -> Block:
    match = DATA_URL.fullmatch(url)
    if match is None:
        return Media(medium=medium, url=url, name=name, detail=detail, hints=hints, at=where)
    return Media(medium=medium, media_type=match[1], data=match[2], name=name, detail=detail, hints=hints, at=where)


def _tool(tool: Node, where: str) -> Tool:
    custom = tool.get("custom")
    if tool.get("type") == "custom" and isinstance(custom, dict):
        said = custom.get("description") or ""
        return Tool(name=custom.get("name", ""), description=said, kind="custom", custom=custom.get("format"), at=where)
    function = tool.get("function")
    if not isinstance(function, dict):
        return Tool(name="", kind=str(tool.get("type")), at=where)
    return Tool(
        name=function.get("name", ""),
        description=function.get("description") or "",
        schema=function.get("parameters"),
        strict=function.get("strict"),
        at=where,
    )


def _choice(choice: Any) -> Choice:
    at = "/tool_choice"
    if isinstance(choice, str) and choice in CHOICES:
        return Choice(kind=CHOICES[choice], at=at)  # type: ignore[arg-type] # the table's values
    if isinstance(choice, dict):
        for kind in ("function", "custom"):
            if isinstance(choice.get(kind), dict):
                return Choice(kind="one", names=(choice[kind].get("name", ""),), at=at)
        allowed = choice.get("allowed_tools")
        if isinstance(allowed, dict) and all("function" in tool for tool in allowed.get("tools") or ()):
            names = tuple(tool["function"]["name"] for tool in allowed.get("tools") or ())
            return Choice(kind="some", names=names, must=allowed.get("mode") == "required", at=at)
    raise refused("", at, "choose auto, none, required or one function")


def _form(form: Any) -> Form | None:
    kind = form.get("type") if isinstance(form, dict) else None
    if kind in (None, "text"):
        return None
    at = "/response_format"
    if kind == "json_object":
        return Form(kind="json", at=at)
    schema = form.get("json_schema")
    if kind != "json_schema" or not isinstance(schema, dict):
        raise refused("", f"{at}/type", "send a `json_schema`")
    return Form(
        kind="schema",
        schema=schema.get("schema"),
        name=schema.get("name") or "",
        description=schema.get("description") or "",
        strict=schema.get("strict"),
        at=at,
    )
