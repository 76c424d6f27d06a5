"""An `Ask` as a Gemini request."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.conversation.ask import (
    Ask,
    Block,
    Choice,
    Media,
    Refusal,
    Text,
    Thought,
    ToolCall,
    ToolResult,
    Turn,
    arguments_object,
    plain_text,
)
from isthmus.dialects.conversation.opaque import put

Node = dict[str, Any]
ME = "gemini"
# the single values that a generation config has a field for
SETTINGS: dict[str, str] = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "choices": "candidateCount",
    "max_tokens": "maxOutputTokens",
    "stop": "stopSequences",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
    "seed": "seed",
}
CAN = frozenset(SETTINGS) | {
    *("effort", "thinking_budget", "thinking_shown", "warm", "json_form", "some_tools", "audio", "video", "is_error"),
}
LEVELS = {"minimal": "MINIMAL", "low": "LOW", "medium": "MEDIUM"}


def write_ask(ask: Ask) -> Node:
    """The request; the ask was fitted to what this dialect can express."""
    names = {b.id: b.name for turn in ask.turns for b in turn.blocks if isinstance(b, ToolCall)}
    made: Node = {"contents": _contents(ask.turns, names)}
    if ask.system:
        made["systemInstruction"] = {"parts": [_part(block, names) for block in ask.system]}
    if ask.tools:
        declared = []
        for tool in ask.tools:
            row: Node = {"name": tool.name, "description": tool.description}
            if tool.schema:
                row["parametersJsonSchema"] = tool.schema
            declared.append(row)
        made["tools"] = [{"functionDeclarations": declared}]
        if ask.choice is not None:
            made["toolConfig"] = {"functionCallingConfig": _choice(ask.choice)}
    if config := _config(ask):
        made["generationConfig"] = config
    return made


def _contents(turns: list[Turn], names: dict[str, str]) -> list[Node]:
    """What one side says in a row is one content."""
    made: list[Node] = []
    for turn in turns:
        role = "model" if turn.role == "assistant" else "user"
        parts = write_parts(turn.blocks, names)
        if made and made[-1]["role"] == role:
            made[-1]["parts"] += parts
        else:
            made.append({"role": role, "parts": parts})
    return made


def write_parts(blocks: list[Block], names: dict[str, str], *, answering: bool = False) -> list[Node]:
    """Blocks as parts; a hidden thought signs the part that follows it. `answering`: calls keep their ids."""
    parts: list[Node] = []
    token = ""
    for block in blocks:
        if isinstance(block, Thought) and not block.text:
            if token:
                parts.append({"text": "", "thoughtSignature": token})
            token = put(block.opaque, source=ME)
            continue
        part = _part(block, names, answering=answering)
        if token and "thoughtSignature" not in part:
            part["thoughtSignature"], token = token, ""
        parts.append(part)
    return [*parts, {"text": "", "thoughtSignature": token}] if token else parts


def _part(block: Block, names: dict[str, str], *, answering: bool = False) -> Node:
    if isinstance(block, Text | Refusal):
        return {"text": block.text}
    if isinstance(block, Thought):
        made: Node = {"text": block.text, "thought": True}
        token = put(block.opaque, source=ME)
        return {**made, "thoughtSignature": token} if token else made
    if isinstance(block, ToolCall):
        return write_call(block, answering=answering)
    if isinstance(block, ToolResult):
        text = plain_text(block.blocks)
        said = block.structured or {"error" if block.failed else "output": text or ""}
        return {"functionResponse": {"name": block.name or names.get(block.id, ""), "response": said}}
    assert isinstance(block, Media)
    if block.text:
        return {"text": block.text}
    return {"inlineData": {"mimeType": block.media_type, "data": block.data}}


def write_call(call: ToolCall, *, answering: bool) -> Node:
    """A call as a part; ids go to clients only, for deployments match results by name and order."""
    made: Node = {"name": call.name, "args": arguments_object(call) or {}}
    return {"functionCall": {"id": call.id, **made} if answering and call.id else made}


def _choice(choice: Choice) -> Node:
    if choice.kind in ("auto", "none", "any"):
        return {"mode": choice.kind.upper()}
    must = choice.kind == "one" or choice.must
    return {"mode": "ANY" if must else "VALIDATED", "allowedFunctionNames": list(choice.names)}


def _config(ask: Ask) -> Node:
    made: Node = {name: ask.settings[feature] for feature, name in SETTINGS.items() if feature in ask.settings}
    if ask.form is not None:
        made["responseMimeType"] = "application/json"
        if ask.form.kind == "schema":
            made["responseJsonSchema"] = ask.form.schema or {"type": "object"}
    thinking: Node = {}
    effort, budget = ask.settings.get("effort"), ask.settings.get("thinking_budget")
    if effort == "none":
        thinking["thinkingBudget"] = 0
    elif effort:
        thinking["thinkingLevel"] = LEVELS.get(effort, "HIGH")
    elif budget is not None:
        thinking["thinkingBudget"] = budget
    if ask.settings.get("thinking_shown") or (budget and effort != "none"):
        thinking["includeThoughts"] = True
    if thinking:
        made["thinkingConfig"] = thinking
    return made
