"""An `Ask` as a Messages request."""

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
    Tool,
    ToolCall,
    ToolResult,
    arguments_object,
)
from isthmus.dialects.conversation.opaque import put

Node = dict[str, Any]
ME = "anthropic"
# the single values that a request has a field for
SETTINGS: dict[str, str] = {"max_tokens": "max_tokens", "temperature": "temperature", "top_p": "top_p"} | {
    "top_k": "top_k",
    "stop": "stop_sequences",
}
CAN = frozenset(SETTINGS) | {
    *(
        "user",
        "effort",
        "thinking_budget",
        "thinking_shown",
        "one_at_a_time",
        "system_midway",
        "image_url",
        "file_url",
        "result_media",
    ),
    *("cache_control", "citations", "context", "title", "strict", "is_error"),
}
EFFORTS = {"minimal": "low"}
CHOICES = {"auto": "auto", "none": "none", "any": "any", "one": "tool"}


def write_ask(ask: Ask) -> Node:
    """The request; the ask was fitted to what this dialect can express, and has its `max_tokens`."""
    made: Node = {"model": ask.model}
    if ask.system:
        made["system"] = [_block(block) for block in ask.system]
    made["messages"] = _messages(ask)
    if ask.stream:
        made["stream"] = True
    for feature, name in SETTINGS.items():
        if feature in ask.settings:
            made[name] = ask.settings[feature]
    if "user" in ask.settings:
        made["metadata"] = {"user_id": ask.settings["user"]}
    if ask.tools:
        made["tools"] = [_tool(tool) for tool in ask.tools]
        _choice(ask, made)
    _output(ask, made)
    return made


def _messages(ask: Ask) -> list[Node]:
    """What one side says in a row is one message, as the results of parallel calls must be."""
    made: list[Node] = []
    for turn in ask.turns:
        blocks = [_block(block) for block in turn.blocks]
        if made and made[-1]["role"] == turn.role:
            made[-1]["content"] += blocks
        else:
            made.append({"role": turn.role, "content": blocks})
    return made


def _block(block: Block) -> Node:
    made = write_block(block) if not isinstance(block, ToolResult | Media) else _given(block)
    for name, value in block.hints:
        made[name] = value
    return made


def write_block(block: Block) -> Node:
    """A block that a model can say."""
    if isinstance(block, Text | Refusal):
        made: Node = {"type": "text", "text": block.text}
        return {**made, "citations": list(block.citations)} if isinstance(block, Text) and block.citations else made
    if isinstance(block, Thought):
        token = put(block.opaque, source=ME)
        if not block.text and block.opaque is not None and (block.opaque.hidden or block.opaque.source != ME):
            return {"type": "redacted_thinking", "data": token}
        return {"type": "thinking", "thinking": block.text, "signature": token}
    assert isinstance(block, ToolCall)
    return {"type": "tool_use", "id": block.id, "name": block.name, "input": arguments_object(block) or {}}


def _given(block: ToolResult | Media) -> Node:
    """A block that only a user sends."""
    if isinstance(block, ToolResult):
        made: Node = {"type": "tool_result", "tool_use_id": block.id}
        if block.blocks:
            made["content"] = [_block(each) for each in block.blocks]
        return {**made, "is_error": True} if block.failed else made
    if block.text:
        source = {"type": "text", "media_type": "text/plain", "data": block.text}
    elif block.url:
        source = {"type": "url", "url": block.url}
    else:
        source = {"type": "base64", "media_type": block.media_type, "data": block.data}
    made = {"type": "image" if block.medium == "image" else "document", "source": source}
    return {**made, "title": block.name} if block.name and block.medium != "image" else made


def _tool(tool: Tool) -> Node:
    made: Node = {"name": tool.name, "input_schema": tool.schema or {"type": "object"}}
    if tool.description:
        made["description"] = tool.description
    if tool.strict is not None:
        made["strict"] = tool.strict
    return made | dict(tool.hints)


def _choice(ask: Ask, made: Node) -> None:
    choice = ask.choice
    one = ask.settings.get("one_at_a_time") is False
    if choice is None and one:
        choice = Choice(kind="auto")
    if choice is None:
        return
    chosen: Node = {"type": CHOICES[choice.kind]}
    if choice.kind == "one":
        chosen["name"] = choice.names[0]
    if one and choice.kind != "none":
        chosen["disable_parallel_tool_use"] = True
    made["tool_choice"] = chosen


def _output(ask: Ask, made: Node) -> None:
    output: Node = {}
    if ask.form is not None:
        output["format"] = {"type": "json_schema", "schema": ask.form.schema or {"type": "object"}}
    effort, budget = ask.settings.get("effort"), ask.settings.get("thinking_budget")
    if effort == "none" or budget == 0:
        made["thinking"] = {"type": "disabled"}
    elif budget is not None and budget > 0:
        made["thinking"] = {"type": "enabled", "budget_tokens": budget}
    elif budget is not None or effort or ask.settings.get("thinking_shown"):
        made["thinking"] = {"type": "adaptive"}
    if effort and effort != "none":
        output["effort"] = EFFORTS.get(effort, effort)
    if output:
        made["output_config"] = output
