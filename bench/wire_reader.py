"""What streams and answers of the four dialects say, read without any code of the dialects."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]


def events(data: bytes) -> Iterator[Node]:
    """The JSON of every event."""
    for block in data.decode().replace("\r\n", "\n").split("\n\n"):
        lines = [line[5:].strip() for line in block.split("\n") if line.startswith("data:")]
        if lines and not lines[0].startswith("[DONE]"):
            yield json.loads("\n".join(lines))


def texts(data: bytes) -> Node:
    """All strings of a stream's deltas joined by place, its finish reasons and its last usage."""
    found: Node = {}
    for chunk in events(data):
        usage = chunk.get("usage") or chunk.get("usageMetadata") or (chunk.get("response") or {}).get("usage")
        if usage and (usage.get("promptTokenCount") or "trafficType" not in usage):
            found["usage"] = usage
        if str(chunk.get("type", "")).startswith("response."):
            _response_texts(found, chunk)
        elif "type" in chunk:
            _message_texts(found, chunk)
        elif "candidates" in chunk:
            _candidate_texts(found, chunk)
        for place, choice in enumerate(chunk.get("choices") or []):
            number = choice.get("index", place)
            if choice.get("finish_reason"):
                found[f"{number}:finish"] = choice["finish_reason"]
            gather(found, f"{number}", choice.get("delta") or {})
    return {place: value for place, value in found.items() if value != ""}


def _message_texts(found: Node, event: Node) -> None:
    if event["type"] == "message_delta":
        found["0:finish"] = event["delta"].pop("stop_reason")
    for name in ("message", "content_block", "delta"):
        if name in event:
            gather(found, f"{event.get('index', 'message')}", event[name])


def _response_texts(found: Node, event: Node) -> None:
    place = f"{event['type']}/{event.get('output_index')}/{event.get('content_index', event.get('summary_index'))}"
    if event["type"].endswith(".delta") and isinstance(event.get("delta"), str):
        found[place] = found.get(place, "") + event["delta"]
    else:
        rest = {name: value for name, value in event.items() if name not in ("sequence_number", "logprobs")}
        found[f"{place}/{len(found)}" if event["type"].endswith(".added") else place] = rest


def _candidate_texts(found: Node, chunk: Node) -> None:
    for candidate in chunk["candidates"]:
        if candidate.get("finishReason"):
            found["0:finish"] = candidate["finishReason"]
        for part in (candidate.get("content") or {}).get("parts") or ():
            where = "thought" if part.get("thought") else "text"
            found[where] = found.get(where, "") + part.get("text", "")
            found["signed"] = found.get("signed", "") + part.get("thoughtSignature", "")
            gather(found, "call", part.get("functionCall") or {})


def gather(found: Node, place: str, node: Any) -> None:
    """Join strings under a place that does not depend on how they were cut."""
    if isinstance(node, str):
        found[place] = found.get(place, "") + node
    elif isinstance(node, list):
        for item in node:
            label = f"{item.get('index', '')}{item.get('type', '')}" if isinstance(item, dict) else ""
            gather(found, f"{place}/{label}" if "tool_calls" not in place else f"{place}/{item.get('index', '')}", item)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name not in ("role", "type", "object", "id"):
                gather(found, f"{place}/{name}", value)


def main_texts(data: bytes) -> list[str]:
    """The text, then the arguments of each tool call, of a stream in any dialect, joined."""
    said, calls = "", dict[Any, str]()
    custom = False
    for node in events(data):
        kind, index = str(node.get("type", "")), node.get("index", 0)
        block, delta = node.get("content_block") or {}, node.get("delta") or {}
        if kind in ("response.output_text.delta", "response.refusal.delta"):
            said += node["delta"]
        elif kind == "response.output_item.done" and node["item"]["type"] in ("function_call", "custom_tool_call"):
            custom = custom or node["item"]["type"] == "custom_tool_call"
            calls[node["output_index"]] = node["item"].get("arguments") or node["item"].get("input") or ""
        elif kind.startswith("content_block"):
            if block.get("type") == "tool_use":
                calls[index] = json.dumps(block["input"]) if block["input"] else ""
            said += (block.get("text") or "") + (delta.get("text") or "")
            if index in calls:
                calls[index] += delta.get("partial_json") or ""
        for choice in [choice for choice in node.get("choices") or () if not choice.get("index")]:
            said += _chat_delta(choice.get("delta") or {}, calls)
        for candidate in node.get("candidates") or ():
            said += _candidate(candidate, calls)
    return [said, *(["custom_tool_call"] if custom else []), *(plain(call) for call in calls.values())]


def _chat_delta(delta: Node, calls: dict[Any, str]) -> str:
    said = delta.get("content") or ""
    parts = [part.get("text", "") for part in said] if isinstance(said, list) else [said]
    for call in delta.get("tool_calls") or ():
        number = call.get("index", 0)
        made = call.get("function") or call.get("custom") or {}
        calls[number] = calls.get(number, "") + (made.get("arguments") or made.get("input") or "")
    return "".join(text for text in parts if isinstance(text, str)) + (delta.get("refusal") or "")


def _candidate(candidate: Node, calls: dict[Any, str]) -> str:
    said = ""
    for part in (candidate.get("content") or {}).get("parts") or ():
        said += "" if part.get("thought") else part.get("text", "")
        call = part.get("functionCall")
        if call is not None and "name" in call:
            calls[len(calls)] = json.dumps(call.get("args") or {})
        for piece in (call or {}).get("partialArgs") or ():
            last = len(calls) - 1
            joined = json.loads(calls[last] or "{}")
            grow(joined, piece)
            calls[last] = json.dumps(joined)
    return said


def grow(node: Any, piece: Node) -> None:
    """Put a piece of arguments at its place."""
    steps = piece["jsonPath"].replace("]", "").replace("[", ".").split(".")[1:]
    for step, following in itertools.pairwise(steps):
        empty: Any = [] if following.isdigit() else {}
        if isinstance(node, list):
            if len(node) <= int(step):
                node.append(empty)
            node = node[int(step)]
        else:
            node = node.setdefault(step, empty)
    value = piece.get("stringValue", piece.get("numberValue", piece.get("boolValue")))
    node[steps[-1]] = node.get(steps[-1], "") + value if isinstance(value, str) else value


def main_texts_of(body: Node) -> list[str]:
    """The same of a whole answer."""
    said, calls, custom = "", list[str](), False
    for choice in (body.get("choices") or ())[:1]:
        found: dict[Any, str] = {}
        message = choice["message"]
        numbered = [{**call, "index": n} for n, call in enumerate(message.get("tool_calls") or ())]
        said += _chat_delta({**message, "tool_calls": numbered}, found)
        calls += found.values()
    for block in body.get("content") or ():
        said += (block.get("text") or "") if block["type"] == "text" else ""
        calls += [json.dumps(block["input"])] if block["type"] == "tool_use" else []
    for item in body.get("output") or ():
        if item["type"] == "message":
            said += "".join(part.get("text") or part.get("refusal") or "" for part in item["content"])
        elif item["type"] in ("function_call", "custom_tool_call"):
            custom = custom or item["type"] == "custom_tool_call"
            calls.append(item.get("arguments") or item.get("input") or "")
    for candidate in (body.get("candidates") or ())[:1]:
        made: dict[Any, str] = {}
        said += _candidate(candidate, made)
        calls += made.values()
    return [said, *(["custom_tool_call"] if custom else []), *(plain(call) for call in calls)]


def plain(arguments: str) -> str:
    """Arguments in one spelling, where they are JSON; none are an empty object."""
    try:
        return json.dumps(json.loads(arguments or "{}"))
    except ValueError:
        return arguments


def signed_thoughts(data: bytes) -> list[tuple[str, str]]:
    """The thoughts of a Messages stream that have a signature, each with it."""
    found: dict[int, list[str]] = {}
    for event in events(data):
        index, delta = event.get("index", 0), event.get("delta") or {}
        if (event.get("content_block") or {}).get("type") == "thinking":
            found[index] = [event["content_block"].get("thinking") or "", event["content_block"].get("signature") or ""]
        if index in found and "thinking" in delta:
            found[index][0] += delta["thinking"]
        if index in found and "signature" in delta:
            found[index][1] = delta["signature"]
    return [(text, signature) for text, signature in found.values() if signature]
