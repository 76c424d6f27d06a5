"""The texts of one content block of an answer, each with its channel, changed in place.

All text blocks are one channel, and so are all thinking blocks: each is flushed before the next begins.
"""

from __future__ import annotations

from typing import Any

from isthmus.dialects.anthropic.fields import FIELDS
from isthmus.dialects.pointers import escape as escape_token
from isthmus.dialects.slots import is_protocol
from isthmus.dialects.texts import Delta, Tail, Take, change_others, change_value, put

CONTENT, REASONING = "0:content", "0:reasoning"
TOOLS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})


def change_block(block: Delta, index: int, take: Take, *, formatted: bool, tail: Tail | None = None) -> bool:
    """Whether `take` changed any text of the block at `index`; with a `tail` its text may go on."""
    kind = block.get("type")
    changed = False
    for name, value in list(block.items()):
        if name == "text" and kind == "text":
            changed |= put(block, name, CONTENT, take, escape=formatted, tail=tail)
        elif name == "thinking" and kind == "thinking":
            changed |= put(block, name, REASONING, take, tail=tail)
        elif name == "input" and kind in TOOLS:
            block[name] = made = change_value(value, f"0:tool:{index}", take)
            changed |= made != value
        elif name == "name" and kind in TOOLS:
            changed |= put(block, name, f"0:name:{index}", take)
        else:
            changed |= _other(block, name, value, f"0:other:/{index}/{escape_token(name)}", take)
    return changed


def change_delta(delta: Delta, index: int, take: Take, tail: Tail, *, formatted: bool) -> bool:
    """Whether `take` changed any text of a delta of the block at `index`."""
    kind = delta.get("type")
    if kind == "text_delta":
        return put(delta, "text", CONTENT, take, escape=formatted, tail=tail)
    if kind == "input_json_delta":
        return put(delta, "partial_json", f"0:tool:{index}", take, escape=True, tail=tail)
    if kind == "thinking_delta":
        return put(delta, "thinking", REASONING, take, tail=tail)
    if kind == "signature_delta":
        return False
    changed = False
    for name, value in list(delta.items()):
        changed |= _other(delta, name, value, f"0:other:/{index}/{escape_token(name)}", take)
    return changed


def tail_of(kind: Any) -> Tail:
    """What makes the delta that brings the rest of a block of this kind."""
    if kind in TOOLS:
        return lambda text: {"type": "input_json_delta", "partial_json": text}
    if kind == "thinking":
        return lambda text: {"type": "thinking_delta", "thinking": text}
    return lambda text: {"type": "text_delta", "text": text}


def _other(node: Delta, name: str, value: Any, where: str, take: Take) -> bool:
    kind = type(value)
    if kind is str:
        return False if is_protocol(FIELDS, name, value) else put(node, name, where, take)
    return change_others(FIELDS, value, name, where, take) if kind is dict or kind is list else False
