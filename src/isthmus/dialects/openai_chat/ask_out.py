"""An `Ask` as a Chat Completions request."""

from __future__ import annotations

import itertools
from typing import Any

from isthmus.dialects.conversation.ask import (
    Ask,
    Block,
    Choice,
    Form,
    Media,
    Refusal,
    Text,
    Thought,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
    arguments_text,
    is_closed,
)
from isthmus.dialects.conversation.opaque import put

Node = dict[str, Any]
ME = "openai_chat"
BESIDE = "beside the call"
# the single values that a request has a field for
SETTINGS: dict[str, str] = {
    "choices": "n",
    "effort": "reasoning_effort",
    "cache_key": "prompt_cache_key",
    "cache_retention": "prompt_cache_retention",
    **{
        name: name
        for name in (
            *("max_tokens", "temperature", "top_p", "stop", "seed", "user", "metadata", "service_tier"),
            *("safety_identifier", "prediction", "verbosity", "presence_penalty", "frequency_penalty", "logit_bias"),
        )
    },
}
CAN = frozenset(SETTINGS) | {
    *("warm", "json_form", "custom_tools", "some_tools", "one_at_a_time", "system_midway", "image_url", "audio"),
    *("arguments_text", "title", "detail", "strict", "name", "unsigned_reasoning"),
}
CHOICES = {"auto": "auto", "none": "none", "any": "required"}


def write_ask(ask: Ask) -> Node:
    """The request; the ask was fitted to what this dialect can express."""
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
    if ask.settings.get("one_at_a_time") is False:
        made["parallel_tool_calls"] = False
    if ask.tools:
        made["tools"] = [_tool(tool) for tool in ask.tools]
        if ask.choice is not None:
            made["tool_choice"] = _choice(ask.choice)
    if ask.form is not None:
        made["response_format"] = _form(ask.form)
    return made


def _form(form: Form) -> Node:
    if form.kind == "json":
        return {"type": "json_object"}
    schema: Node = {"name": form.name or "answer", "schema": form.schema or {"type": "object"}}
    if form.description:
        schema["description"] = form.description
    schema["strict"] = is_closed(form.schema) if form.strict is None else form.strict
    return {"type": "json_schema", "json_schema": schema}


def _turn(turn: Turn, messages: list[Node]) -> None:
    named: Node = {"name": turn.name} if turn.name else {}
    if turn.role == "system":
        messages.append({"role": "system", "content": _content(turn.blocks)})
        return
    if turn.role == "assistant":
        messages.append({"role": "assistant", **_assistant(turn.blocks), **named})
        return
    rest: list[Block] = []
    for block in turn.blocks:
        if isinstance(block, ToolResult):
            content = _content(block.blocks)
            messages.append({"role": "tool", "tool_call_id": block.id, "content": content})
        else:
            rest.append(block)
    if rest:
        messages.append({"role": "user", "content": _content(rest), **named})


def _assistant(blocks: list[Block]) -> Node:
    texts = [block for block in blocks if isinstance(block, Text)]
    made: Node = {"content": "".join(block.text for block in texts) if texts else None}
    refusals = [block.text for block in blocks if isinstance(block, Refusal)]
    if refusals:
        made["refusal"] = "".join(refusals)
    thoughts = [block for block in blocks if isinstance(block, Thought) and not beside_of(block)]
    if thoughts:
        made |= write_thoughts(thoughts)
    calls = [block for block in blocks if isinstance(block, ToolCall)]
    if calls:
        made["tool_calls"] = [write_call(call) for call in calls]
    for before, block in itertools.pairwise(blocks):
        if (token := beside_of(before)) and isinstance(block, ToolCall):
            made["tool_calls"][calls.index(block)]["extra_content"] = beside(token)
    return made


def beside_of(block: Block) -> str:
    """The signature that a deployment of this dialect put beside a call, if the block is one."""
    opaque = block.opaque if isinstance(block, Thought) else None
    return opaque.data if opaque is not None and opaque.source == ME and opaque.id == BESIDE else ""


def beside(token: str) -> Node:
    """The member of a call that holds a signature."""
    return {"google": {"thought_signature": token}}


def write_thoughts(thoughts: list[Thought]) -> Node:
    """Reasoning as a message says it: its text, and parts with the state of another dialect where there is any."""
    made: Node = {}
    if text := "".join(thought.text for thought in thoughts):
        made["reasoning_content"] = text
    signed = [thought for thought in thoughts if thought.opaque is not None and thought.opaque.data]
    if signed:
        made["reasoning_details"] = [write_detail(thought, place) for place, thought in enumerate(signed)]
    return made


def write_detail(thought: Thought, index: int) -> Node:
    """One part of `reasoning_details`."""
    token = put(thought.opaque, source=ME)
    if not thought.text:
        return {"type": "reasoning.encrypted", "data": token, "index": index}
    return {"type": "reasoning.text", "text": thought.text, "signature": token, "index": index}


def write_call(call: ToolCall) -> Node:
    """A tool call of a message."""
    if call.custom:
        return {"id": call.id, "type": "custom", "custom": {"name": call.name, "input": call.arguments}}
    made: Node = {"id": call.id, "type": "function"}
    made["function"] = {"name": call.name, "arguments": arguments_text(call)}
    return made


def _content(blocks: list[Block]) -> Any:
    """One text as a plain string, which every deployment understands."""
    if len(blocks) == 1 and type(blocks[0]) is Text:
        return blocks[0].text
    return [_part(block) for block in blocks]


def _part(block: Block) -> Node:
    if isinstance(block, Text | Refusal):
        return {"type": "text", "text": block.text}
    assert isinstance(block, Media)
    if block.text:
        return {"type": "text", "text": block.text}
    if block.medium == "audio":
        form = block.media_type.partition("/")[2]
        return {"type": "input_audio", "input_audio": {"data": block.data, "format": form}}
    url = block.url or f"data:{block.media_type};base64,{block.data}"
    if block.medium == "image":
        return {"type": "image_url", "image_url": {"url": url, **({"detail": block.detail} if block.detail else {})}}
    return {"type": "file", "file": {"file_data": url, "filename": block.name or "document"}}


def _tool(tool: Tool) -> Node:
    if tool.kind == "custom":
        custom: Node = {"name": tool.name, "description": tool.description, "format": tool.custom}
        return {"type": "custom", "custom": {name: value for name, value in custom.items() if value}}
    function: Node = {"name": tool.name, "parameters": tool.schema or {"type": "object"}}
    if tool.description:
        function["description"] = tool.description
    if tool.strict is not None:
        function["strict"] = tool.strict
    return {"type": "function", "function": function}


def _choice(choice: Choice) -> Any:
    if choice.kind in CHOICES:
        return CHOICES[choice.kind]
    tools = [{"type": "function", "function": {"name": name}} for name in choice.names]
    if choice.kind == "one":
        return tools[0]
    mode = "required" if choice.must else "auto"
    return {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": tools}}
