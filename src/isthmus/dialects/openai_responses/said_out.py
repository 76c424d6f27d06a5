"""What a model said, as a whole Responses answer."""

from __future__ import annotations

import re
from typing import Any

from isthmus.dialects.conversation.ask import Block, Refusal, Text, Thought, ToolCall
from isthmus.dialects.conversation.said import Citation, Finish, Said
from isthmus.dialects.openai_responses.ask_out import ME, write_call, write_thought
from isthmus.dialects.openai_responses.usage import write_usage

Node = dict[str, Any]
INCOMPLETE: dict[Finish, str] = {
    "length": "max_output_tokens",
    "context": "max_output_tokens",
    "filter": "content_filter",
    "refusal": "content_filter",
}
REPEATED: Node = {
    **dict.fromkeys(("instructions", "previous_response_id", "max_output_tokens", "max_tool_calls"), None),
    **dict.fromkeys(("safety_identifier", "prompt_cache_key"), None),
    **dict.fromkeys(("temperature", "top_p"), 1),
    **dict.fromkeys(("presence_penalty", "frequency_penalty", "top_logprobs"), 0),
    "text": {},
    "reasoning": {},
    "metadata": {},
    "tools": [],
    "tool_choice": "auto",
    "parallel_tool_calls": True,
    "truncation": "disabled",
    "service_tier": "default",
    "background": False,
}
OTHER = re.compile("[^A-Za-z0-9_-]")


def write_said(said: Said, *, created: int) -> Node:
    """A whole answer; `created` is in seconds of Unix time."""
    if len(said.choices) > 1:
        said.lost.append("choices")
    spoken = said.choices[0]
    items: list[Node] = []
    for block in spoken.blocks:
        made = write_item(block, said.lost)
        if made is None:
            continue
        if made["type"] == "message" and items and items[-1]["type"] == "message":
            items[-1]["content"] += made["content"]
        else:
            items.append(made)
    for place, item in enumerate(items):
        item["id"] = item_id(item["type"], said.id, place)
        item["status"] = "completed"
    refused = any(isinstance(block, Refusal) for block in spoken.blocks)
    response = skeleton(said.id, said.model, created)
    return finished(response, items, spoken.finish, refused=refused) | {"usage": write_usage(said.usage)}


def write_item(block: Block, lost: list[str]) -> Node | None:
    """One block as an item; None for one that only its own dialect knows."""
    if isinstance(block, Thought):
        return write_thought(block, own=False)
    if isinstance(block, ToolCall):
        return write_call(block)
    if isinstance(block, Text):
        notes = [note for row in block.citations if (note := write_citation(row, len(block.text))) is not None]
        if len(notes) < len(block.citations):
            lost.append("citations")
        part: Node = {"type": "output_text", "text": block.text, "annotations": notes, "logprobs": []}
    elif isinstance(block, Refusal):
        part = {"type": "refusal", "refusal": block.text}
    else:
        return None
    return {"type": "message", "role": "assistant", "content": [part]}


def write_citation(row: Citation, length: int) -> Node | None:
    """A citation of a page; None for any other of another dialect."""
    if row.source == ME and isinstance(row.own, dict):
        return row.own
    if not row.url:
        return None
    start, end = max(row.start, 0), row.end if row.end >= 0 else length
    return {"type": "url_citation", "url": row.url, "title": row.title, "start_index": start, "end_index": end}


def skeleton(ident: str, model: str, created: int) -> Node:
    """A response that has just begun; when it will be complete nobody knows."""
    made: Node = {"id": ident, "object": "response", "created_at": created, "completed_at": None}
    made |= {"status": "in_progress", "error": None, "incomplete_details": None, "model": model, "output": []}
    return made | repeat({}) | {"usage": None}


def repeat(asked: Node) -> Node:
    """The members of a request that its response repeats, each with what holds where nothing was asked.

    Source: ResponseResource of the Open Responses specification, which requires them all.
    """
    made = {name: default if (value := asked.get(name)) is None else value for name, default in REPEATED.items()}
    made["tools"] = [_tool(tool) if isinstance(tool, dict) else tool for tool in made["tools"]]
    made["reasoning"] = {"effort": None, "summary": None} | made["reasoning"]
    made["text"] = {"format": {"type": "text"}} | made["text"]
    return made | {"store": False}


def _tool(tool: Node) -> Node:
    if tool.get("type") != "function":
        return tool
    return {"description": None, "parameters": None, "strict": None} | tool


def finished(response: Node, items: list[Node], finish: Finish, *, refused: bool) -> Node:
    """The response at its end; a refusal that was put in words is complete."""
    reason = None if refused and finish == "refusal" else INCOMPLETE.get(finish)
    details = {"reason": reason} if reason else None
    status = "incomplete" if reason else "completed"
    return response | {"status": status, "incomplete_details": details, "output": items}


def item_id(kind: str, response: str, place: int) -> str:
    """The id of an item that comes from another dialect, where it has none."""
    prefix = {"message": "msg", "reasoning": "rs", "function_call": "fc"}.get(kind, "ctc")
    return f"{prefix}_{OTHER.sub('', response)[-48:] or '0'}_{place}"
