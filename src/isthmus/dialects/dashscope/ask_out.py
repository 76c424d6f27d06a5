"""An `Ask` as a request of DashScope's text or multimodal service."""

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
ME = "dashscope"
# the single values that `parameters` has a field for
SETTINGS: dict[str, str] = {
    "choices": "n",
    "max_tokens": "max_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "stop": "stop",
    "seed": "seed",
    "presence_penalty": "presence_penalty",
}
CAN = frozenset(SETTINGS) | {
    *("effort", "thinking_budget", "thinking_shown", "warm", "json_form", "one_at_a_time", "system_midway"),
    *("arguments_text", "unsigned_reasoning"),
}
CHOICES = {"auto": "auto", "none": "none"}


def write_ask(ask: Ask) -> Node:
    """A request of the text service. Raises `MalformedError`."""
    return _request(ask, multimodal=False)


def write_multimodal(ask: Ask) -> Node:
    """A request of the multimodal service, where each content is a list. Raises `MalformedError`."""
    return _request(ask, multimodal=True)


def _request(ask: Ask, *, multimodal: bool) -> Node:
    messages: list[Node] = []
    if ask.system:
        messages.append({"role": "system", "content": _content(ask.system, multimodal=multimodal)})
    for turn in ask.turns:
        _turn(turn, messages, multimodal=multimodal)
    parameters: Node = {"result_format": "message"}
    if ask.stream:
        parameters["incremental_output"] = True
    parameters |= {name: ask.settings[feature] for feature, name in SETTINGS.items() if feature in ask.settings}
    if ask.settings.get("one_at_a_time") is False:
        parameters["parallel_tool_calls"] = False
    elif ask.tools:
        parameters["parallel_tool_calls"] = True
    if ask.tools:
        parameters["tools"] = [_tool(tool) for tool in ask.tools]
        _choice(ask, parameters)
    if ask.form is not None:
        parameters["response_format"] = _form(ask)
    _thinking(ask, parameters)
    return {"model": ask.model, "input": {"messages": messages}, "parameters": parameters}


def _choice(ask: Ask, parameters: Node) -> None:
    choice = ask.choice
    if choice is None:
        return
    if choice.kind == "any":
        raise refused("any_tool", choice.at)
    if choice.kind == "one":
        parameters["tool_choice"] = {"type": "function", "function": {"name": choice.names[0]}}
    else:
        parameters["tool_choice"] = CHOICES[choice.kind]


def _form(ask: Ask) -> Node:
    assert ask.form is not None
    if ask.form.kind == "json":
        return {"type": "json_object"}
    schema: Node = {"name": ask.form.name or "answer", "schema": ask.form.schema or {"type": "object"}}
    return {"type": "json_schema", "json_schema": schema}


def _thinking(ask: Ask, parameters: Node) -> None:
    effort, budget = ask.settings.get("effort"), ask.settings.get("thinking_budget")
    if effort == "none" or budget == 0:
        parameters["enable_thinking"] = False
    elif effort or budget is not None or ask.settings.get("thinking_shown"):
        parameters["enable_thinking"] = True
        if budget is not None and budget > 0:
            parameters["thinking_budget"] = budget


def _turn(turn: Turn, messages: list[Node], *, multimodal: bool) -> None:
    if turn.role == "assistant":
        messages.append(_assistant(turn.blocks, multimodal=multimodal))
        return
    if turn.role == "system":
        messages.append({"role": "system", "content": _content(turn.blocks, multimodal=multimodal)})
        return
    rest: list[Block] = []
    for block in turn.blocks:
        if isinstance(block, ToolResult):
            content = _content(block.blocks, multimodal=multimodal)
            messages.append({"role": "tool", "tool_call_id": block.id, "content": content})
        else:
            rest.append(block)
    if rest:
        messages.append({"role": "user", "content": _content(rest, multimodal=multimodal)})


def _assistant(blocks: list[Block], *, multimodal: bool) -> Node:
    texts: list[Block] = [block for block in blocks if isinstance(block, Text | Refusal)]
    made: Node = {"role": "assistant", "content": _content(texts, multimodal=multimodal)}
    if thought := "".join(block.text for block in blocks if isinstance(block, Thought)):
        made["reasoning_content"] = thought
    calls = [block for block in blocks if isinstance(block, ToolCall)]
    if calls:
        made["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments_text(call)}}
            for call in calls
        ]
    return made


def _content(blocks: list[Block], *, multimodal: bool) -> Any:
    if multimodal:
        return [_part(block) for block in blocks]
    return "\n".join(_plain(block) for block in blocks)


def _plain(block: Block) -> str:
    if isinstance(block, Media) and not block.text:
        raise refused("block", block.at, "use a deployment of the multimodal service, or send text")
    return block.text  # type: ignore[attr-defined,no-any-return] # what is no medium here is text


def _part(block: Block) -> Node:
    if not isinstance(block, Media) or block.text:
        return {"text": block.text}  # type: ignore[attr-defined] # what is no medium here is text
    if block.medium == "file":
        raise refused("block", block.at, "send text, images, audio and video")
    return {block.medium: block.url or f"data:{block.media_type};base64,{block.data}"}


def _tool(tool: Tool) -> Node:
    function: Node = {"name": tool.name, "parameters": tool.schema or {"type": "object"}}
    if tool.description:
        function["description"] = tool.description
    return {"type": "function", "function": function}
