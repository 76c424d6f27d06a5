"""A whole answer as its vendor would stream it, for each dialect; written apart from the codecs under test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]
SIZE = 5


def pieces(text: str) -> list[str]:
    return [text[at : at + SIZE] for at in range(0, len(text), SIZE)]


def encoded(rows: Iterator[tuple[str, Node]]) -> bytes:
    found = [(f"event: {name}\n" if name else "", json.dumps(node, ensure_ascii=False)) for name, node in rows]
    return "".join(f"{head}data: {data}\n\n" for head, data in found).encode()


def chat(answer: Node) -> Iterator[tuple[str, Node]]:
    head = {name: answer[name] for name in ("id", "created", "model")} | {"object": "chat.completion.chunk"}

    def chunk(index: int, delta: Node, finish: str | None = None, **more: Any) -> tuple[str, Node]:
        return "", {**head, "choices": [{"index": index, "delta": delta, "finish_reason": finish, **more}]}

    for choice in answer["choices"]:
        index, message = choice["index"], choice["message"]
        yield chunk(index, {"role": "assistant", "content": ""})
        if "reasoning_details" in message:
            yield chunk(index, {"reasoning_details": message["reasoning_details"]})
        for name in ("reasoning_content", "content", "refusal"):
            if isinstance(message.get(name), list):
                yield chunk(index, {name: message[name]})
            for text in pieces(message[name]) if isinstance(message.get(name), str) else ():
                yield chunk(index, {name: text}, **({"logprobs": choice["logprobs"]} if choice["logprobs"] else {}))
        if "annotations" in message:
            yield chunk(index, {"annotations": message["annotations"]})
        for place, call in enumerate(message.get("tool_calls") or ()):
            kind = call["type"]
            member = "arguments" if kind == "function" else "input"
            yield chunk(index, {"tool_calls": [{**call, "index": place, kind: {**call[kind], member: ""}}]})
            for text in pieces(call[kind][member]):
                yield chunk(index, {"tool_calls": [{"index": place, kind: {member: text}}]})
        yield chunk(index, {}, choice["finish_reason"])
    yield "", {**head, "choices": [], "usage": answer["usage"]}


def messages(answer: Node) -> Iterator[tuple[str, Node]]:
    start = {**answer, "content": [], "stop_reason": None, "stop_sequence": None}
    yield (
        "message_start",
        {"type": "message_start", "message": {**start, "usage": {**answer["usage"], "output_tokens": 1}}},
    )
    for index, block in enumerate(answer["content"]):
        for name, node in _block(block):
            yield f"content_block_{name}", {"type": f"content_block_{name}", "index": index, **node}
    delta = {name: answer[name] for name in ("stop_reason", "stop_sequence")}
    yield "message_delta", {"type": "message_delta", "delta": delta, "usage": answer["usage"]}
    yield "message_stop", {"type": "message_stop"}


def _block(block: Node) -> Iterator[tuple[str, Node]]:
    kind = block["type"]
    if kind == "text":
        yield "start", {"content_block": {"type": "text", "text": ""}}
        for row in block.get("citations") or ():
            yield "delta", {"delta": {"type": "citations_delta", "citation": row}}
        for text in pieces(block["text"]):
            yield "delta", {"delta": {"type": "text_delta", "text": text}}
    elif kind == "thinking":
        yield "start", {"content_block": {"type": "thinking", "thinking": "", "signature": ""}}
        for text in pieces(block["thinking"]):
            yield "delta", {"delta": {"type": "thinking_delta", "thinking": text}}
        yield "delta", {"delta": {"type": "signature_delta", "signature": block["signature"]}}
    elif kind == "tool_use":
        yield "start", {"content_block": {**block, "input": {}}}
        for text in ("", *pieces(json.dumps(block["input"], ensure_ascii=False))):
            yield "delta", {"delta": {"type": "input_json_delta", "partial_json": text}}
    else:
        yield "start", {"content_block": block}
    yield "stop", {}


def responses(answer: Node) -> Iterator[tuple[str, Node]]:
    begun = {**answer, "status": "in_progress", "incomplete_details": None, "output": [], "usage": None}
    rows: list[tuple[str, Node]] = [("created", {"response": begun}), ("in_progress", {"response": begun})]
    for place, item in enumerate(answer["output"]):
        where = {"item_id": item["id"], "output_index": place}
        rows += [
            (name, {**where, **node} if "item" not in node else {"output_index": place, **node})
            for name, node in _item(item)
        ]
    rows.append((answer["status"], {"response": answer}))
    for number, (name, node) in enumerate(rows):
        yield f"response.{name}", {"type": f"response.{name}", "sequence_number": number, **node}


CALLS = {
    "function_call": ("function_call_arguments", "arguments"),
    "custom_tool_call": ("custom_tool_call_input", "input"),
}


def _item(item: Node) -> Iterator[tuple[str, Node]]:
    kind, empty = item["type"], {**item, "status": "in_progress"}
    calls = {
        "function_call": ("function_call_arguments", "arguments"),
        "custom_tool_call": ("custom_tool_call_input", "input"),
    }
    if kind in calls:
        stem, member = calls[kind]
        yield "output_item.added", {"item": {**empty, member: ""}}
        for text in pieces(item[member]):
            yield f"{stem}.delta", {"delta": text}
        yield f"{stem}.done", {member: item[member], **({"name": item["name"]} if member == "arguments" else {})}
    elif kind == "reasoning":
        yield "output_item.added", {"item": {**item, "summary": []}}
        for place, part in enumerate(item["summary"]):
            yield "reasoning_summary_part.added", {"summary_index": place, "part": {**part, "text": ""}}
            for text in pieces(part["text"]):
                yield "reasoning_summary_text.delta", {"summary_index": place, "delta": text}
            yield "reasoning_summary_text.done", {"summary_index": place, "text": part["text"]}
            yield "reasoning_summary_part.done", {"summary_index": place, "part": part}
    elif kind == "message":
        yield "output_item.added", {"item": {**empty, "content": []}}
        for place, part in enumerate(item["content"]):
            member = "refusal" if part["type"] == "refusal" else "text"
            stem = "refusal" if member == "refusal" else "output_text"
            more: Node = {} if member == "refusal" else {"logprobs": []}
            bare = {**part, member: ""} | ({"annotations": []} if member == "text" else {})
            yield "content_part.added", {"content_index": place, "part": bare}
            for text in pieces(part[member]):
                yield f"{stem}.delta", {"content_index": place, "delta": text, **more}
            for number, note in enumerate(part.get("annotations") or ()):
                row = {"content_index": place, "annotation_index": number, "annotation": note}
                yield "output_text.annotation.added", row
            yield f"{stem}.done", {"content_index": place, member: part[member], **more}
            yield "content_part.done", {"content_index": place, "part": part}
    else:
        yield "output_item.added", {"item": item}
    yield "output_item.done", {"item": item}


def gemini(answer: Node) -> Iterator[tuple[str, Node]]:
    head = {name: answer[name] for name in ("modelVersion", "responseId")}
    for candidate in answer.get("candidates") or ():
        index = candidate["index"]
        for part in (candidate.get("content") or {}).get("parts") or ():
            texts = pieces(part["text"]) if "text" in part else [None]
            for number, text in enumerate(texts):
                said = part if text is None else {**part, "text": text}
                if number < len(texts) - 1:
                    said = {name: value for name, value in said.items() if name != "thoughtSignature"}
                content = {"role": "model", "parts": [said]}
                yield "", {"candidates": [{"content": content, "index": index}], **head}
    ends = [{name: value for name, value in row.items() if name != "content"} for row in answer.get("candidates") or ()]
    feedback = {name: answer[name] for name in ("promptFeedback",) if name in answer}
    yield "", {**({"candidates": ends} if ends else {}), **feedback, "usageMetadata": answer["usageMetadata"], **head}


STREAMERS = {"openai_chat": chat, "openai_responses": responses, "anthropic": messages, "gemini": gemini}


def streamed(dialect: str, answer: Node) -> bytes:
    """The bytes of the stream that says the answer."""
    data = encoded(STREAMERS[dialect](answer))
    return data + b"data: [DONE]\n\n" if dialect == "openai_chat" else data
