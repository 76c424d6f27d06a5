"""An `Ask` as a request of Tencent Hunyuan."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from isthmus.dialects.conversation.ask import (
    Ask,
    Block,
    Media,
    Refusal,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
    arguments_text,
)
from isthmus.dialects.conversation.fitting import refused

Node = dict[str, Any]
ME = "hunyuan"
# the single values that a request has a field for
SETTINGS: dict[str, str] = {"temperature": "Temperature", "top_p": "TopP", "seed": "Seed", "stop": "Stop"}
CAN = frozenset(SETTINGS) | {
    *("effort", "thinking_budget", "thinking_shown", "warm", "image_url", "video", "file_url", "arguments_text"),
}
CHOICES = {"auto": "auto", "none": "none"}


def write_request(body: Node, *, model: str) -> bytes:
    """The bytes for a deployment that calls the model `model`."""
    return msgspec.json.encode({**body, "Model": model})


def write_ask(ask: Ask) -> Node:
    """The request; the ask was fitted to what this dialect can express. Raises `MalformedError`."""
    made: Node = {"Model": ask.model, "Messages": [], "Stream": ask.stream}
    if ask.system:
        made["Messages"].append({"Role": "system", **_content(ask.system)})
    for turn in ask.turns:
        _turn(turn, made["Messages"])
    made |= {name: ask.settings[feature] for feature, name in SETTINGS.items() if feature in ask.settings}
    if isinstance(made.get("Stop"), str):
        made["Stop"] = [made["Stop"]]
    if ask.tools:
        made["Tools"] = [_tool(tool) for tool in ask.tools]
        _choice(ask, made)
    if ask.form is not None:
        raise refused("json_form", ask.form.at, "ask for JSON in the prompt, or use a deployment that takes a form")
    effort, budget = ask.settings.get("effort"), ask.settings.get("thinking_budget")
    if effort == "none" or budget == 0:
        made["EnableThinking"] = False
    elif effort or budget is not None or ask.settings.get("thinking_shown"):
        made["EnableThinking"] = True
    return made


def _choice(ask: Ask, made: Node) -> None:
    choice = ask.choice
    if choice is None:
        return
    if choice.kind == "any":
        raise refused("any_tool", choice.at)
    if choice.kind == "one":
        chosen = [tool for tool in ask.tools if tool.name == choice.names[0]]
        made["ToolChoice"] = "custom"
        made["CustomTool"] = _tool(chosen[0]) if chosen else {"Type": "function", "Function": {"Name": choice.names[0]}}
    else:
        made["ToolChoice"] = CHOICES[choice.kind]


def _turn(turn: Turn, messages: list[Node]) -> None:
    if turn.role == "assistant":
        messages.append(_assistant(turn.blocks))
        return
    rest: list[Block] = []
    for block in turn.blocks:
        if isinstance(block, ToolResult):
            messages.append({"Role": "tool", "ToolCallId": block.id, **_content(block.blocks)})
        else:
            rest.append(block)
    if rest:
        messages.append({"Role": "user", **_content(rest)})


def _assistant(blocks: list[Block]) -> Node:
    made: Node = {"Role": "assistant", **_content([block for block in blocks if isinstance(block, Text | Refusal)])}
    calls = [block for block in blocks if isinstance(block, ToolCall)]
    if calls:
        made["ToolCalls"] = [
            {
                "Id": call.id,
                "Type": "function",
                "Index": place,
                "Function": {"Name": call.name, "Arguments": arguments_text(call)},
            }
            for place, call in enumerate(calls)
        ]
    return made


def _content(blocks: list[Block]) -> Node:
    """Texts as one, or parts where there is a medium."""
    if any(isinstance(block, Media) and not block.text for block in blocks):
        return {"Contents": [_part(block) for block in blocks]}
    return {"Content": "\n".join(block.text for block in blocks)}  # type: ignore[attr-defined] # all are texts


def _part(block: Block) -> Node:
    if not isinstance(block, Media) or block.text:
        return {"Type": "text", "Text": block.text}  # type: ignore[attr-defined] # what is no medium here is text
    url = block.url or f"data:{block.media_type};base64,{block.data}"
    if block.medium == "image":
        return {"Type": "image_url", "ImageUrl": {"Url": url}}
    if block.medium == "video":
        return {"Type": "video_url", "VideoUrl": {"Url": url}}
    raise refused("block", block.at, "send text, images and video")


def _tool(tool: Tool) -> Node:
    """A tool; the schema of its parameters is a text here."""
    parameters = json.dumps(tool.schema or {"type": "object"}, ensure_ascii=False)
    function: Node = {"Name": tool.name, "Parameters": parameters}
    if tool.description:
        function["Description"] = tool.description
    return {"Type": "function", "Function": function}
