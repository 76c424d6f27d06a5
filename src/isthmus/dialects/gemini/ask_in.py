"""A Gemini request as an `Ask`."""

from __future__ import annotations

import json
from typing import Any

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
from isthmus.dialects.conversation.opaque import unwrap
from isthmus.dialects.gemini.fields import FIELDS, snake
from isthmus.dialects.gemini.request import member
from isthmus.dialects.gemini.schemas import read_schema

Node = dict[str, Any]
ME = "gemini"
# every field of a request, with the feature it asks for; an empty one is read by its own function below
REQUEST: dict[str, str] = {
    **dict.fromkeys(("contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "model"), ""),
    "safetySettings": "safety_settings",
    "cachedContent": "conversation",
    "labels": "labels",
    "serviceTier": "service_tier",
}
CONFIG: dict[str, str] = {
    **dict.fromkeys(("responseMimeType", "responseSchema", "responseJsonSchema", "thinkingConfig"), ""),
    "temperature": "temperature",
    "topP": "top_p",
    "topK": "top_k",
    "candidateCount": "choices",
    "maxOutputTokens": "max_tokens",
    "stopSequences": "stop",
    "presencePenalty": "presence_penalty",
    "frequencyPenalty": "frequency_penalty",
    "seed": "seed",
    "responseLogprobs": "logprobs",
    "logprobs": "top_logprobs",
    "responseModalities": "output_media",
    "speechConfig": "output_media",
    "imageConfig": "output_media",
    "mediaResolution": "detail",
    "audioTimestamp": "hint",
    "streamFunctionCallArguments": "hint",
}
# what its blocks and settings of its own can ask for besides
_PARTS = """
    warm json_form own_tools some_tools file_id audio video result_media is_error title reasoning effort
    thinking_budget thinking_shown block
"""
PARTS = frozenset(_PARTS.split())
NEUTRAL: dict[str, tuple[Any, ...]] = {
    "candidateCount": (1,),
    "responseModalities": (["TEXT"], ["Text"], []),
    "responseLogprobs": (False,),
    "presencePenalty": (0,),
    "frequencyPenalty": (0,),
    "stopSequences": ([],),
    "safetySettings": ([],),
    "tools": ([],),
    "labels": ({},),
}
MODES = {"AUTO": "auto", "ANY": "any", "NONE": "none", "VALIDATED": "auto"}


def camel(node: Node, known: dict[str, str]) -> Node:
    """The node with the names of `known` in their first spelling."""
    spelt = {snake(name): name for name in known}
    return {spelt.get(name, name): value for name, value in node.items()}


def read_ask(body: Node) -> Ask:
    """What the request asks for; raises `MalformedError` for a field that no list knows."""
    body = camel(body, REQUEST)
    ask = Ask(model="")
    ask.settings, ask.places, ask.lost = {}, {}, []
    read_settings(ask, body, REQUEST, NEUTRAL, FIELDS.keys)
    config = camel(body.get("generationConfig") or {}, CONFIG)
    read_settings(ask, config, CONFIG, NEUTRAL, FIELDS.keys, below="/generationConfig")
    system = body.get("systemInstruction")
    ask.system = _system(system) if system else []
    ask.turns = [_turn(content, f"/contents/{place}") for place, content in enumerate(body["contents"])]
    _name_calls(ask.turns)
    ask.tools = []
    for place, tool in enumerate(body.get("tools") or ()):
        ask.tools += _tools(tool, f"/tools/{place}")
    ask.choice = _choice(member(body.get("toolConfig"), "functionCallingConfig"))
    ask.form = _form(config)
    thinking = member(config, "thinkingConfig")
    at = "/generationConfig/thinkingConfig"
    level, budget = member(thinking, "thinkingLevel"), member(thinking, "thinkingBudget")
    ask.set("effort", level.lower() if isinstance(level, str) else None, f"{at}/thinkingLevel")
    ask.set("thinking_budget", budget, f"{at}/thinkingBudget")
    ask.set("thinking_shown", member(thinking, "includeThoughts") or None, f"{at}/includeThoughts")
    return ask


def _system(system: Any) -> list[Block]:
    blocks = _parts(system.get("parts") or [], "/systemInstruction/parts")
    return [block for block in blocks if isinstance(block, Text)]


def _turn(content: Node, where: str) -> Turn:
    role = content.get("role") or "user"
    if role not in ("user", "model", "function"):
        raise refused("", f"{where}/role", "send user and model contents")
    blocks = _parts(content.get("parts") or [], f"{where}/parts")
    return Turn(role="assistant" if role == "model" else "user", blocks=blocks, at=f"{where}/role")


def _parts(parts: list[Node], where: str) -> list[Block]:
    made: list[Block] = []
    for place, part in enumerate(parts):
        read_part(part, f"{where}/{place}", made)
    return made


def read_part(part: Node, where: str, made: list[Block]) -> None:
    """Add the blocks of a part: its signature, a hidden thought, stands before what it signs."""
    text, thought = part.get("text"), part.get("thought") is True
    token = member(part, "thoughtSignature")
    opaque = unwrap(token, source=ME, hidden=True) if token else None
    if thought and isinstance(text, str):
        if made and isinstance(made[-1], Thought) and made[-1].opaque is None:
            made[-1].text += text
            made[-1].opaque = opaque
        else:
            made.append(Thought(text=text, opaque=opaque, at=where))
        return
    if opaque is not None:
        signed = made[-1] if made and isinstance(made[-1], Thought) and made[-1].opaque is None else None
        if signed is not None and opaque.source != ME and not opaque.hidden:
            signed.opaque = opaque
        else:
            made.append(Thought(opaque=opaque, at=where))
    if isinstance(text, str):
        if text:
            made.append(Text(text=text, at=where))
        return
    made.append(_block(part, where))


def _block(part: Node, where: str) -> Block:
    call, answered = member(part, "functionCall"), member(part, "functionResponse")
    if isinstance(call, dict):
        return ToolCall(id=call.get("id") or "", name=call.get("name") or "", arguments=call.get("args"), at=where)
    if isinstance(answered, dict):
        return _result(answered, where)
    inline, file = member(part, "inlineData"), member(part, "fileData")
    kind = str(member(inline or file, "mimeType") or "")
    medium: Any = kind.partition("/")[0]
    medium = medium if medium in ("image", "audio", "video") else "file"
    if isinstance(inline, dict):
        name = member(inline, "displayName") or ""
        return Media(medium=medium, media_type=kind, data=inline.get("data") or "", name=name, at=where)
    if isinstance(file, dict):
        return Media(medium=medium, media_type=kind, file_id=member(file, "fileUri") or "?", at=where)
    return Foreign(kind=next((str(name) for name in part), ""), at=where)


def _result(answered: Node, where: str) -> ToolResult:
    response = answered.get("response")
    failed, structured, text = False, None, ""
    if isinstance(response, dict) and len(response) == 1:
        name, value = next(iter(response.items()))
        if name in ("output", "result", "error"):
            failed = name == "error"
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if not text and response:
        structured = response
        text = json.dumps(response, ensure_ascii=False, separators=(",", ":"))
    blocks: list[Block] = [Text(text=text, at=f"{where}/functionResponse/response")]
    for place, part in enumerate(answered.get("parts") or ()):
        read_part(part, f"{where}/functionResponse/parts/{place}", blocks)
    return ToolResult(
        id=answered.get("id") or "",
        blocks=blocks,
        name=answered.get("name") or "",
        failed=failed,
        structured=structured,
        at=where,
    )


def _name_calls(turns: list[Turn]) -> None:
    """Give an id to every call that has none, and to the results of the same names in the same order."""
    count = 0
    waiting: list[ToolCall] = []
    for turn in turns:
        for block in turn.blocks:
            if isinstance(block, ToolCall):
                count += 1
                block.id = block.id or f"call_{count}"
                waiting.append(block)
            elif isinstance(block, ToolResult):
                found = [call for call in waiting if call.id == block.id or (not block.id and call.name == block.name)]
                if found:
                    block.id = found[0].id
                    waiting.remove(found[0])


def _tools(tool: Node, where: str) -> list[Tool]:
    declared = member(tool, "functionDeclarations")
    if not isinstance(declared, list):
        return [Tool(name="", kind=next((str(name) for name in tool), "?"), at=where)]
    made = []
    for place, row in enumerate(declared):
        schema = member(row, "parametersJsonSchema") or read_schema(row.get("parameters"))
        at, said = f"{where}/functionDeclarations/{place}", row.get("description") or ""
        made.append(Tool(name=row.get("name") or "", description=said, schema=schema, at=at))
    return made


def _choice(config: Any) -> Choice | None:
    mode = member(config, "mode")
    if not mode:
        return None
    at = "/toolConfig/functionCallingConfig"
    if mode not in MODES:
        raise refused("", f"{at}/mode", "choose AUTO, ANY or NONE")
    names = tuple(member(config, "allowedFunctionNames") or ())
    if len(names) == 1 and mode == "ANY":
        return Choice(kind="one", names=names, at=at)
    if names and mode != "NONE":
        return Choice(kind="some", names=names, must=mode == "ANY", at=at)
    return Choice(kind=MODES[mode], at=at)  # type: ignore[arg-type] # the table's values


def _form(config: Node) -> Form | None:
    at, kind = "/generationConfig/responseMimeType", config.get("responseMimeType")
    schema = config.get("responseJsonSchema") or read_schema(config.get("responseSchema"))
    if schema:
        if kind not in (None, "application/json"):
            raise refused("", at, "ask for `application/json`")
        return Form(kind="schema", schema=schema, at=at)
    if kind in (None, "text/plain"):
        return None
    if kind != "application/json":
        raise refused("", at, "ask for `application/json`")
    return Form(kind="json", at=at)
