"""An `Ask` as a Converse request."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import msgspec

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
    arguments_object,
)
from isthmus.dialects.conversation.fitting import refused

Node = dict[str, Any]
ME = "bedrock"
WHOLE, STREAMED = "/converse", "/converse-stream"
# the single values that `inferenceConfig` has a field for
SETTINGS: dict[str, str] = {"max_tokens": "maxTokens", "temperature": "temperature", "top_p": "topP"} | {
    "stop": "stopSequences"
}
CAN = frozenset(SETTINGS) | {"top_k", "cache_control", "is_error", "result_media", "title", "metadata"}
IMAGES = {"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/webp": "webp"}
DOCUMENTS = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
NAME = re.compile(r"[^A-Za-z0-9\s\-()\[\]]+")
CACHE = {"cachePoint": {"type": "default"}}


def address(url: str, model: str, stream: bool) -> str:  # noqa: FBT001 - the form of `AskedForm.address`
    """The address of a call: that of the deployment with its model, and the manner of the answer."""
    url = url.replace("{model}", quote(model, safe=""))
    return url.removesuffix(WHOLE) + STREAMED if stream else url


def write_request(body: Node, *, model: str) -> bytes:  # noqa: ARG001 - the model stands in the path
    """The bytes for a deployment."""
    return msgspec.json.encode(body)


def write_ask(ask: Ask) -> Node:
    """The request; the ask was fitted to what this dialect can express. Raises `MalformedError`."""
    made: Node = {"messages": _messages(ask)}
    if ask.system:
        made["system"] = [part for block in ask.system for part in _marked(block)]
    config = {name: ask.settings[feature] for feature, name in SETTINGS.items() if feature in ask.settings}
    if isinstance(config.get("stopSequences"), str):
        config["stopSequences"] = [config["stopSequences"]]
    if config:
        made["inferenceConfig"] = config
    if "top_k" in ask.settings:
        made["additionalModelRequestFields"] = {"top_k": ask.settings["top_k"]}
    if "metadata" in ask.settings:
        made["requestMetadata"] = ask.settings["metadata"]
    if ask.form is not None:
        raise refused("json_form", ask.form.at, "offer a tool whose schema is the form, and let it be called")
    if ask.tools:
        _tools(ask, made)
    return made


def _tools(ask: Ask, made: Node) -> None:
    kind = ask.choice.kind if ask.choice is not None else "auto"
    if ask.choice is not None and kind == "none":
        if any(isinstance(block, ToolCall) for turn in ask.turns for block in turn.blocks):
            raise refused("no_tool", ask.choice.at)
        return
    tools = [part for tool in ask.tools for part in _tool(tool)]
    made["toolConfig"] = {"tools": tools}
    if ask.choice is not None:
        chosen: Node = {"tool": {"name": ask.choice.names[0]}} if kind == "one" else {kind: {}}
        made["toolConfig"]["toolChoice"] = chosen


def _messages(ask: Ask) -> list[Node]:
    """Turns alternate, so what one side says in a row is one message."""
    made: list[Node] = []
    for turn in ask.turns:
        content = [part for block in turn.blocks for part in _marked(block)]
        if made and made[-1]["role"] == turn.role:
            made[-1]["content"] += content
        else:
            made.append({"role": turn.role, "content": content})
    return made


def _marked(block: Block) -> list[Node]:
    """A block, and the mark of a cache behind it."""
    return [_block(block), *([CACHE] if any(name == "cache_control" for name, _ in block.hints) else [])]


def _block(block: Block) -> Node:
    if isinstance(block, Text | Refusal):
        return {"text": block.text}
    if isinstance(block, Thought):
        data = block.opaque.data if block.opaque is not None else ""
        if block.opaque is not None and block.opaque.hidden:
            return {"reasoningContent": {"redactedContent": data}}
        return {"reasoningContent": {"reasoningText": {"text": block.text, "signature": data}}}
    if isinstance(block, ToolCall):
        return {"toolUse": {"toolUseId": block.id, "name": block.name, "input": arguments_object(block) or {}}}
    if isinstance(block, ToolResult):
        content = [_block(each) for each in block.blocks] or [{"text": ""}]
        made: Node = {"toolUseId": block.id, "content": content}
        return {"toolResult": {**made, "status": "error"} if block.failed else made}
    assert isinstance(block, Media)
    return _medium(block)


def _medium(block: Media) -> Node:
    if block.text:
        return {"text": block.text}
    kinds = IMAGES if block.medium == "image" else DOCUMENTS
    if block.medium not in ("image", "file") or block.media_type not in kinds:
        raise refused("block", block.at, "send text, and images and documents of the usual kinds")
    made: Node = {"format": kinds[block.media_type], "source": {"bytes": block.data}}
    if block.medium == "image":
        return {"image": made}
    return {"document": {**made, "name": NAME.sub(" ", block.name).strip()[:200] or "document"}}


def _tool(tool: Tool) -> list[Node]:
    made: Node = {"name": tool.name, "inputSchema": {"json": tool.schema or {"type": "object"}}}
    if tool.description:
        made["description"] = tool.description
    return [{"toolSpec": made}, *([CACHE] if any(name == "cache_control" for name, _ in tool.hints) else [])]
