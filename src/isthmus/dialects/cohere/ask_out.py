"""An `Ask` as a request of Cohere Chat, version 2."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.conversation.ask import (
    Ask,
    Block,
    Media,
    Refusal,
    Text,
    Thought,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
    arguments_text,
)
from isthmus.dialects.conversation.fitting import refused

Node = dict[str, Any]
ME = "cohere"
PLAN = "tool_plan"
# the single values that a request has a field for
SETTINGS: dict[str, str] = {
    "max_tokens": "max_tokens",
    "temperature": "temperature",
    "top_p": "p",
    "top_k": "k",
    "stop": "stop_sequences",
    "seed": "seed",
    "presence_penalty": "presence_penalty",
    "frequency_penalty": "frequency_penalty",
}
CAN = frozenset(SETTINGS) | {
    *("effort", "thinking_budget", "thinking_shown", "json_form", "system_midway", "image_url", "detail"),
    *("arguments_text", "unsigned_reasoning"),
}
CHOICES = {"none": "NONE", "any": "REQUIRED"}


def write_ask(ask: Ask) -> Node:
    """The request; the ask was fitted to what this dialect can express. Raises `MalformedError`."""
    made: Node = {"model": ask.model, "messages": []}
    if ask.system:
        made["messages"].append({"role": "system", "content": _content(ask.system)})
    for turn in ask.turns:
        _turn(turn, made["messages"])
    if ask.stream:
        made["stream"] = True
    for feature, name in SETTINGS.items():
        if feature in ask.settings:
            made[name] = ask.settings[feature]
    if isinstance(made.get("stop_sequences"), str):
        made["stop_sequences"] = [made["stop_sequences"]]
    if ask.tools:
        _tools(ask, made)
    _form(ask, made)
    _thinking(ask, made)
    return made


def _tools(ask: Ask, made: Node) -> None:
    made["tools"] = [_tool(tool) for tool in ask.tools]
    choice = ask.choice
    if choice is None or choice.kind == "auto":
        return
    if choice.kind == "one":
        if len(ask.tools) > 1:
            raise refused("one_tool", choice.at)
        made["tool_choice"] = "REQUIRED"
    else:
        made["tool_choice"] = CHOICES[choice.kind]


def _form(ask: Ask, made: Node) -> None:
    if ask.form is None:
        return
    made["response_format"] = {"type": "json_object"}
    if ask.form.kind == "schema":
        made["response_format"]["json_schema"] = ask.form.schema or {"type": "object"}


def _thinking(ask: Ask, made: Node) -> None:
    effort, budget = ask.settings.get("effort"), ask.settings.get("thinking_budget")
    if effort == "none" or budget == 0:
        made["thinking"] = {"type": "disabled"}
    elif budget is not None or effort or ask.settings.get("thinking_shown"):
        made["thinking"] = {"type": "enabled", **({"token_budget": budget} if budget and budget > 0 else {})}


def _turn(turn: Turn, messages: list[Node]) -> None:
    if turn.role == "assistant":
        messages.append({"role": "assistant", **_assistant(turn.blocks)})
        return
    if turn.role == "system":
        messages.append({"role": "system", "content": _content(turn.blocks)})
        return
    rest: list[Block] = []
    for block in turn.blocks:
        if isinstance(block, ToolResult):
            messages.append({"role": "tool", "tool_call_id": block.id, "content": _content(block.blocks) or ""})
        else:
            rest.append(block)
    if rest:
        messages.append({"role": "user", "content": _content(rest)})


def _assistant(blocks: list[Block]) -> Node:
    made: Node = {}
    plan = [block.text for block in blocks if isinstance(block, Thought) and _is_plan(block)]
    calls = [block for block in blocks if isinstance(block, ToolCall)]
    parts = [_part(block) for block in blocks if not isinstance(block, ToolCall) and not _is_plan(block)]
    if parts:
        made["content"] = parts
    if plan:
        made[PLAN] = "".join(plan)
    if calls:
        made["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments_text(call)}}
            for call in calls
        ]
    return made


def _is_plan(block: Block) -> bool:
    return isinstance(block, Thought) and block.opaque is not None and block.opaque.id == PLAN


def _content(blocks: list[Block]) -> Any:
    """One text as a plain string."""
    if len(blocks) == 1 and type(blocks[0]) is Text:
        return blocks[0].text
    return [_part(block) for block in blocks]


def _part(block: Block) -> Node:
    if isinstance(block, Thought):
        return {"type": "thinking", "thinking": block.text}
    if isinstance(block, Text | Refusal):
        return {"type": "text", "text": block.text}
    assert isinstance(block, Media)
    if block.text:
        return {"type": "text", "text": block.text}
    if block.medium != "image":
        raise refused("block", block.at, "send text and images")
    url = block.url or f"data:{block.media_type};base64,{block.data}"
    return {"type": "image_url", "image_url": {"url": url, **({"detail": block.detail} if block.detail else {})}}


def _tool(tool: Tool) -> Node:
    function: Node = {"name": tool.name, "parameters": tool.schema or {"type": "object"}}
    if tool.description:
        function["description"] = tool.description
    return {"type": "function", "function": function}
