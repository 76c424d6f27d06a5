"""The far side of Bedrock's Converse, simulated: what it rejects, how it answers, and its binary events."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator

from isthmus.apps.demo.simulated.chunks import cut
from isthmus.apps.demo.simulated.deployments import Simulated
from isthmus.apps.demo.simulated.form import Form, Node, Turn, unanswered
from isthmus.apps.demo.simulated.signing import seal, sealed

KNOWN = {
    "messages", "system", "inferenceConfig", "toolConfig", "guardrailConfig", "additionalModelRequestFields",
    "additionalModelResponseFieldPaths", "promptVariables", "requestMetadata", "performanceConfig", "outputConfig",
}  # fmt: skip
TEXT = 7  # a header's value is a string


def check(body: Node) -> str:
    """What the service would reject."""
    unknown = sorted(set(body) - KNOWN)
    if unknown:
        return f"extraneous key [{unknown[0]}] is not permitted"
    messages = body.get("messages")
    if not messages or messages[0]["role"] != "user":
        return "A conversation must start with a user message."
    for said, after in zip(messages, [*messages[1:], {"role": "", "content": []}], strict=True):
        if said["role"] == after["role"]:
            return "A conversation must alternate between user and assistant roles."
        calls = [part["toolUse"]["toolUseId"] for part in said["content"] if "toolUse" in part]
        results = [part["toolResult"]["toolUseId"] for part in after["content"] if "toolResult" in part]
        if wrong := unanswered(calls, results):
            return wrong
        if (calls or results) and not body.get("toolConfig"):
            return "The toolConfig field must be defined when using toolUse and toolResult content blocks."
        if wrong := next((each for part in said["content"] if (each := _part(part))), ""):
            return wrong
    return ""


def _part(part: Node) -> str:
    if part.get("text") == "":
        return "The text field in the ContentBlock object is blank."
    thought = (part.get("reasoningContent") or {}).get("reasoningText")
    return "Invalid `signature` in `thinking` block" if thought and not sealed(thought["signature"]) else ""


def chat(body: Node) -> Node:
    """The request as the answering rules read it."""
    messages: list[Node] = [{"role": "system", "content": _text(body.get("system") or [])}]
    for said in body["messages"]:
        results = [part["toolResult"] for part in said["content"] if "toolResult" in part]
        messages += [{"role": "tool", "content": _text(result["content"])} for result in results]
        if text := _text(said["content"]):
            messages.append({"role": said["role"], "content": text})
    rows = [row["toolSpec"] for row in (body.get("toolConfig") or {}).get("tools") or () if "toolSpec" in row]
    tools = [{"function": {"name": row["name"], "parameters": row["inputSchema"]["json"]}} for row in rows]
    return {"messages": messages, "tools": tools}


def _text(parts: list[Node]) -> str:
    return "\n".join(part["text"] for part in parts if "text" in part)


def thinks(body: Node) -> bool:
    """Whether the request asks for thinking."""
    asked = (body.get("additionalModelRequestFields") or {}).get("thinking") or {}
    return bool(asked.get("type") == "enabled")


def _counted(turn: Turn) -> Node:
    taken, given, _ = turn.tokens
    usage = {"inputTokens": taken, "outputTokens": given, "totalTokens": taken + given}
    return {"usage": usage, "metrics": {"latencyMs": 12}}


def _stop(turn: Turn) -> str:
    return "tool_use" if turn.spoken.calls else "end_turn"


def whole(turn: Turn) -> Node:
    """A whole answer."""
    content: list[Node] = []
    if turn.thought:
        content.append({"reasoningContent": {"reasoningText": {"text": turn.thought, "signature": seal(turn.thought)}}})
    if turn.spoken.text:
        content.append({"text": turn.spoken.text})
    for place, (name, arguments) in enumerate(turn.spoken.calls):
        call = {"toolUseId": f"tooluse_{turn.number}_{place}", "name": name, "input": json.loads(arguments)}
        content.append({"toolUse": call})
    said = {"role": "assistant", "content": content}
    return {"output": {"message": said}, "stopReason": _stop(turn), **_counted(turn)}


def events(turn: Turn) -> Iterator[tuple[str, Node]]:
    """A streamed answer: only a call opens its block by an event of its own."""
    yield "messageStart", {"role": "assistant"}
    index = 0
    for kind, text in (("thought", turn.thought), ("text", turn.spoken.text)):
        if not text:
            continue
        for piece in cut(text, turn.row.cut):
            delta: Node = {"text": piece} if kind == "text" else {"reasoningContent": {"text": piece}}
            yield "contentBlockDelta", {"contentBlockIndex": index, "delta": delta}
        if kind == "thought":
            signed = {"reasoningContent": {"signature": seal(text)}}
            yield "contentBlockDelta", {"contentBlockIndex": index, "delta": signed}
        yield "contentBlockStop", {"contentBlockIndex": index}
        index += 1
    for place, (name, arguments) in enumerate(turn.spoken.calls, index):
        start = {"toolUse": {"toolUseId": f"tooluse_{turn.number}_{place}", "name": name}}
        yield "contentBlockStart", {"contentBlockIndex": place, "start": start}
        for piece in cut(arguments, turn.row.cut):
            yield "contentBlockDelta", {"contentBlockIndex": place, "delta": {"toolUse": {"input": piece}}}
        yield "contentBlockStop", {"contentBlockIndex": place}
    yield "messageStop", {"stopReason": _stop(turn)}
    yield "metadata", _counted(turn)


def error(status: int, message: str) -> Node:  # noqa: ARG001 - the form of `Form.error`
    """A rejection."""
    return {"message": message}


def frame(row: Simulated, name: str, node: Node) -> bytes:
    """One event."""
    values = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    return message(values, json.dumps(node, ensure_ascii=row.ascii_json).encode())


def message(values: dict[str, str], payload: bytes) -> bytes:
    """One message of an event stream: lengths and a checksum, headers, the payload, a checksum of all."""
    headers = b"".join(_header(key, value) for key, value in values.items())
    lengths = struct.pack("!II", 16 + len(headers) + len(payload), len(headers))
    whole_but_sum = lengths + struct.pack("!I", zlib.crc32(lengths)) + headers + payload
    return whole_but_sum + struct.pack("!I", zlib.crc32(whole_but_sum))


def _header(name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    return bytes((len(key),)) + key + bytes((TEXT,)) + struct.pack("!H", len(text)) + text


FORM = Form(check, chat, thinks, whole, events, error, frame, b"application/vnd.amazon.eventstream")
