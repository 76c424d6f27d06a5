"""An `Ask` as a request of Ollama's chat."""

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
    arguments_object,
)
from isthmus.dialects.conversation.fitting import refused

Node = dict[str, Any]
ME = "ollama"
# the single values that `options` has a field for
OPTIONS: dict[str, str] = {
    "max_tokens": "num_predict",
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "stop": "stop",
    "seed": "seed",
    "presence_penalty": "presence_penalty",
    "frequency_penalty": "frequency_penalty",
}
CAN = frozenset(OPTIONS) | {
    *("effort", "thinking_budget", "thinking_shown", "warm", "json_form", "system_midway", "unsigned_reasoning"),
}
LEVELS = ("low", "medium", "high")


def write_ask(ask: Ask) -> Node:
    """The request; the ask was fitted to what this dialect can express. Raises `MalformedError`."""
    made: Node = {"model": ask.model, "messages": [], "stream": ask.stream}
    if ask.system:
        made["messages"].append(_message("system", ask.system))
    names: dict[str, str] = {}
    for turn in ask.turns:
        _turn(turn, made["messages"], names)
    options = {name: ask.settings[feature] for feature, name in OPTIONS.items() if feature in ask.settings}
    if isinstance(options.get("stop"), str):
        options["stop"] = [options["stop"]]
    if options:
        made["options"] = options
    choice = ask.choice.kind if ask.choice is not None else "auto"
    if ask.choice is not None and choice in ("any", "one"):
        raise refused(f"{choice}_tool", ask.choice.at)
    if ask.tools and choice != "none":
        made["tools"] = [_tool(tool) for tool in ask.tools]
    if ask.form is not None:
        made["format"] = "json" if ask.form.kind == "json" else ask.form.schema or {"type": "object"}
    _thinking(ask, made)
    return made


def _thinking(ask: Ask, made: Node) -> None:
    effort, budget = ask.settings.get("effort"), ask.settings.get("thinking_budget")
    if effort == "none" or budget == 0:
        made["think"] = False
    elif effort in LEVELS:
        made["think"] = effort
    elif effort or budget is not None or ask.settings.get("thinking_shown"):
        made["think"] = True


def _turn(turn: Turn, messages: list[Node], names: dict[str, str]) -> None:
    """`names` are the tools of the calls so far, by the id of the call."""
    if turn.role == "assistant":
        messages.append(_assistant(turn.blocks, names))
        return
    if turn.role == "system":
        messages.append(_message("system", turn.blocks))
        return
    rest: list[Block] = []
    for block in turn.blocks:
        if isinstance(block, ToolResult):
            name = block.name or names.get(block.id, "")
            messages.append({**_message("tool", block.blocks), "tool_name": name, "tool_call_id": block.id})
        else:
            rest.append(block)
    if rest:
        messages.append(_message("user", rest))


def _assistant(blocks: list[Block], names: dict[str, str]) -> Node:
    made = _message("assistant", [block for block in blocks if isinstance(block, Text | Refusal)])
    if thought := "".join(block.text for block in blocks if isinstance(block, Thought)):
        made["thinking"] = thought
    calls = [block for block in blocks if isinstance(block, ToolCall)]
    if calls:
        names |= {call.id: call.name for call in calls}
        made["tool_calls"] = [
            {"id": call.id, "function": {"name": call.name, "arguments": arguments_object(call) or {}}}
            for call in calls
        ]
    return made


def _message(role: str, blocks: list[Block]) -> Node:
    """A message: its texts are one, its images stand beside them."""
    texts: list[str] = []
    images: list[str] = []
    for block in blocks:
        if isinstance(block, Media) and not block.text:
            if block.medium != "image":
                raise refused("block", block.at, "send text and images")
            images.append(block.data)
        else:
            texts.append(block.text)  # type: ignore[attr-defined] # what is no medium here is text
    return {"role": role, "content": "\n".join(texts), **({"images": images} if images else {})}


def _tool(tool: Tool) -> Node:
    function: Node = {"name": tool.name, "parameters": tool.schema or {"type": "object"}}
    if tool.description:
        function["description"] = tool.description
    return {"type": "function", "function": function}
