"""An `Ask` as a Responses request."""

from __future__ import annotations

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
    plain_text,
)
from isthmus.dialects.conversation.opaque import put

Node = dict[str, Any]
ME = "openai_responses"
# the single values that a request has a field for
SETTINGS: dict[str, str] = {
    "max_tokens": "max_output_tokens",
    "cache_key": "prompt_cache_key",
    "cache_retention": "prompt_cache_retention",
    **{
        name: name
        for name in ("temperature", "top_p", "user", "metadata", "service_tier", "safety_identifier", "truncation")
    },
}
CAN = frozenset(SETTINGS) | {
    *("effort", "verbosity", "thinking_shown", "warm", "json_form", "custom_tools", "some_tools", "one_at_a_time"),
    *("system_midway", "image_url", "file_url", "result_media", "arguments_text", "title", "detail", "strict"),
}
CHOICES = {"auto": "auto", "none": "none", "any": "required"}


def write_ask(ask: Ask) -> Node:
    """The request; the ask was fitted to what this dialect can express."""
    made: Node = {"model": ask.model, "input": []}
    if ask.system:
        if (text := plain_text(ask.system)) is not None and len(ask.system) == 1:
            made["instructions"] = text
        else:
            content = _content(ask.system, "input_text")
            made["input"].append({"type": "message", "role": "developer", "content": content})
    blocks = [block for turn in ask.turns for block in turn.blocks]
    custom = {block.id for block in blocks if isinstance(block, ToolCall) and block.custom}
    for place, turn in enumerate(ask.turns):
        made["input"] += _items(turn, place, custom)
    if ask.stream:
        made["stream"] = True
    for feature, name in SETTINGS.items():
        if feature in ask.settings:
            made[name] = ask.settings[feature]
    made["store"] = False
    if ask.settings.get("one_at_a_time") is False:
        made["parallel_tool_calls"] = False
    if ask.tools:
        made["tools"] = [_tool(tool) for tool in ask.tools]
        if ask.choice is not None:
            made["tool_choice"] = _choice(ask.choice)
    _forms(ask, made)
    return made


def _forms(ask: Ask, made: Node) -> None:
    text: Node = {"format": _form(ask.form)} if ask.form is not None else {}
    if "verbosity" in ask.settings:
        text["verbosity"] = ask.settings["verbosity"]
    if text:
        made["text"] = text
    reasoning: Node = {}
    if "effort" in ask.settings:
        reasoning["effort"] = ask.settings["effort"]
    if "thinking_shown" in ask.settings:
        reasoning["summary"] = "auto"
    if reasoning:
        made["reasoning"] = reasoning
    if ask.reasons and reasoning.get("effort") != "none":
        made["include"] = ["reasoning.encrypted_content"]


def _items(turn: Turn, place: int, custom: set[str]) -> list[Node]:
    """A turn as items; texts in a row are one message."""
    items: list[Node] = []
    texts: list[Block] = []

    def close() -> None:
        if texts:
            items.append(_message(turn.role, texts, f"msg_{place}_{len(items)}"))
            texts.clear()

    for block in turn.blocks:
        if isinstance(block, Thought | ToolCall | ToolResult):
            close()
            items.append(_item(block, custom))
        else:
            texts.append(block)
    close()
    return items


def _message(role: str, blocks: list[Block], ident: str) -> Node:
    """A message; what an assistant said is a plain text where it can be, for its parts need an id."""
    if role != "assistant":
        return {"type": "message", "role": role, "content": _content(blocks, "input_text")}
    text = plain_text(blocks)
    if text is not None:
        return {"type": "message", "role": role, "content": text}
    own = {"id": ident, "status": "completed"}
    return {"type": "message", "role": role, "content": _content(blocks, "output_text"), **own}


def _item(block: Thought | ToolCall | ToolResult, custom: set[str]) -> Node:
    if isinstance(block, Thought):
        return write_thought(block, own=True)
    if isinstance(block, ToolCall):
        return write_call(block)
    text = plain_text(block.blocks)
    output = text if text is not None else _content(block.blocks, "input_text")
    kind = "custom_tool_call_output" if block.id in custom else "function_call_output"
    return {"type": kind, "call_id": block.id, "output": output}


def write_call(call: ToolCall) -> Node:
    """A tool call as an item."""
    if call.custom:
        return {"type": "custom_tool_call", "call_id": call.id, "name": call.name, "input": str(call.arguments)}
    return {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": arguments_text(call)}


def write_thought(thought: Thought, *, own: bool) -> Node:
    """A reasoning item; `own`: it goes back to where it came from, with its id."""
    summary = [{"type": "summary_text", "text": thought.text}] if thought.text else []
    made: Node = {"type": "reasoning", "summary": summary}
    opaque = thought.opaque
    if own and opaque is not None and opaque.id:
        made["id"] = opaque.id
    if token := put(opaque, source=ME):
        made["encrypted_content"] = token
    return made


def _content(blocks: list[Block], kind: str) -> Any:
    return [_part(block, kind) for block in blocks]


def _part(block: Block, kind: str) -> Node:
    if isinstance(block, Text):
        return {"type": kind, "text": block.text} | ({"annotations": []} if kind == "output_text" else {})
    if isinstance(block, Refusal):
        return {"type": "refusal", "refusal": block.text}
    assert isinstance(block, Media)
    if block.text:
        return {"type": kind, "text": block.text}
    url = block.url or f"data:{block.media_type};base64,{block.data}"
    if block.medium == "image":
        return {"type": "input_image", "image_url": url, "detail": block.detail or "auto"}
    if block.url:
        return {"type": "input_file", "file_url": url}
    return {"type": "input_file", "file_data": url, "filename": block.name or "document"}


def _tool(tool: Tool) -> Node:
    if tool.kind == "custom":
        custom: Node = {"type": "custom", "name": tool.name, "description": tool.description, "format": tool.custom}
        return {name: value for name, value in custom.items() if value}
    made: Node = {"type": "function", "name": tool.name, "parameters": tool.schema or {"type": "object"}}
    if tool.description:
        made["description"] = tool.description
    made["strict"] = tool.strict if tool.strict is not None else False
    return made


def _choice(choice: Choice) -> Any:
    if choice.kind in CHOICES:
        return CHOICES[choice.kind]
    tools = [{"type": "function", "name": name} for name in choice.names]
    if choice.kind == "one":
        return tools[0]
    return {"type": "allowed_tools", "mode": "required" if choice.must else "auto", "tools": tools}


def _form(form: Form) -> Node:
    if form.kind == "json":
        return {"type": "json_object"}
    made: Node = {"type": "json_schema", "name": form.name or "answer", "schema": form.schema or {"type": "object"}}
    if form.description:
        made["description"] = form.description
    return {**made, "strict": is_closed(form.schema) if form.strict is None else form.strict}
