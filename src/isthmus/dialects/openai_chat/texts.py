"""The texts of one message or delta of an answer, each with its channel, changed in place.

A string that is neither a protocol field nor a known text is a text too, of a channel that is complete at once. Opaque
state is never touched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from isthmus.dialects.openai_chat.fields import FIELDS
from isthmus.dialects.pointers import escape as escape_token
from isthmus.dialects.slots import DATA_URL, is_protocol

Delta: TypeAlias = dict[str, Any]
# makes the delta that brings the rest of a growing channel
Tail: TypeAlias = Callable[[str], Delta]
# (channel, text, escape, tail) -> the text to show; a channel without a tail is complete at once
Take: TypeAlias = Callable[[str, str, bool, Tail | None], str]

# a provider that sends the same reasoning in two fields gets two channels
CHANNELS: dict[str, str] = {
    "content": "content",
    "reasoning_content": "reasoning",
    "reasoning": "reasoning:plain",
    "refusal": "refusal",
}


def change_texts(node: Delta, prefix: str, take: Take, *, formatted: bool) -> bool:
    """Whether `take` changed any text of a message or delta; `prefix` is its choice, `formatted`: content is JSON."""
    changed = False
    for name, value in node.items():
        if not value:
            continue
        kind = type(value)
        if kind is str:
            channel = CHANNELS.get(name)
            if channel is not None:
                new = take(f"{prefix}:{channel}", value, formatted and name == "content", _field(name))
            elif is_protocol(FIELDS, name, value):
                continue
            else:
                new = take(f"{prefix}:other:/{escape_token(name)}", value, False, None)  # noqa: FBT003 - a hot path
            if new != value:
                node[name] = new
                changed = True
        elif kind is list or kind is dict:
            changed |= _nested(name, value, prefix, take, formatted=formatted)
    return changed


def change_others(node: Any, name: str, where: str, take: Take) -> bool:
    """Whether `take` changed a string at or below `node`, each complete at once; `where` is a channel."""
    changed = False
    items = node.items() if type(node) is dict else enumerate(node)
    for key, value in items:
        kind = type(value)
        field = key if type(key) is str else name
        if kind is str:
            if not value or is_protocol(FIELDS, field, value) or DATA_URL.fullmatch(value):
                continue
            new = take(f"{where}/{escape_token(str(key))}", value, False, None)  # noqa: FBT003 - a hot path
            if new != value:
                node[key] = new
                changed = True
        elif kind is dict or kind is list:
            changed |= change_others(value, field, f"{where}/{escape_token(str(key))}", take)
    return changed


def _nested(name: str, value: Any, prefix: str, take: Take, *, formatted: bool) -> bool:
    changed = False
    if name == "tool_calls" and type(value) is list:
        for place, call in enumerate(value):
            if type(call) is dict:
                changed |= _call(call, place, prefix, take)
    elif name == "function_call" and type(value) is dict:
        changed = _function(value, f"{prefix}:tool:0", f"{prefix}:name:0", _legacy, take)
    elif name == "reasoning_details" and type(value) is list:
        for place, part in enumerate(value):
            if type(part) is dict:
                changed |= _detail(part, place, prefix, take)
    elif name == "content" and type(value) is list:
        for place, part in enumerate(value):
            changed |= _part(value, place, part, prefix, take, formatted=formatted)
    elif name == "audio" and type(value) is dict:
        changed = _put(value, "transcript", f"{prefix}:audio", take, lambda text: {"audio": {"transcript": text}})
    else:
        changed = change_others(value, name, f"{prefix}:other:/{escape_token(name)}", take)
    return changed


def _call(call: Delta, place: int, prefix: str, take: Take) -> bool:
    index = call.get("index")
    number = index if type(index) is int else place
    tool, named = f"{prefix}:tool:{number}", f"{prefix}:name:{number}"
    changed = False
    for name, value in call.items():
        if name == "function" and type(value) is dict:
            changed |= _function(value, tool, named, _tool(number, "function"), take)
        elif name == "custom" and type(value) is dict:
            changed |= _put(value, "name", named, take, None)
            tail = _tool(number, "custom")
            changed |= _put(value, "input", tool, take, lambda text, tail=tail: tail({"input": text}))
        elif type(value) is dict or type(value) is list:
            changed |= change_others(value, name, f"{prefix}:other:/tool_calls/{number}/{escape_token(name)}", take)
    return changed


def _function(node: Delta, tool: str, named: str, wrap: Callable[[Delta], Delta], take: Take) -> bool:
    changed = _put(node, "name", named, take, None)
    arguments = node.get("arguments")
    if type(arguments) is str and arguments:
        new = take(tool, arguments, True, lambda text: wrap({"arguments": text}))  # noqa: FBT003 - a hot path
        if new != arguments:
            node["arguments"] = new
            changed = True
    elif type(arguments) is dict or type(arguments) is list:
        changed |= change_others(arguments, "", f"{tool}:value", take)
    return changed


def _detail(part: Delta, place: int, prefix: str, take: Take) -> bool:
    index = part.get("index")
    number = index if type(index) is int else place
    changed = False
    for field in ("text", "summary"):
        if type(part.get(field)) is str:
            head = {key: part[key] for key in ("type", "index", "format", "id") if key in part}
            changed |= _put(
                part,
                field,
                f"{prefix}:reasoning:{field}:{number}",
                take,
                lambda text, head=head, field=field: {"reasoning_details": [{**head, field: text}]},
            )
    return changed


def _part(parts: list[Any], place: int, part: Any, prefix: str, take: Take, *, formatted: bool) -> bool:
    """One part of a content that is an array (text and thinking parts of some providers)."""
    if type(part) is str:
        new = take(f"{prefix}:content", part, formatted, lambda text: {"content": [text]})
        parts[place] = new
        return new != part
    if type(part) is not dict:
        return False
    changed = False
    for name, value in part.items():
        if name == "text" and type(value) is str:
            new = take(
                f"{prefix}:content", value, formatted, lambda text: {"content": [{"type": "text", "text": text}]}
            )
            part[name], changed = new, changed or new != value
        elif name == "thinking" and type(value) is list:
            for thought in value:
                if type(thought) is dict:
                    changed |= _put(thought, "text", f"{prefix}:reasoning:part", take, _thought)
        elif type(value) is dict or type(value) is list:
            changed |= change_others(value, name, f"{prefix}:other:/content/{place}/{escape_token(name)}", take)
        elif type(value) is str and value and not is_protocol(FIELDS, name, value):
            new = take(f"{prefix}:other:/content/{place}/{escape_token(name)}", value, False, None)  # noqa: FBT003
            part[name], changed = new, changed or new != value
    return changed


def _put(node: Delta, name: str, channel: str, take: Take, tail: Tail | None) -> bool:
    value = node.get(name)
    if type(value) is not str or not value:
        return False
    node[name] = new = take(channel, value, False, tail)  # noqa: FBT003 - a hot path
    return new != value


def _field(name: str) -> Tail:
    return _FIELD_TAILS[name]


def _tool(number: int, kind: str) -> Callable[[Delta], Delta]:
    return lambda made: {"tool_calls": [{"index": number, kind: made}]}


def _legacy(made: Delta) -> Delta:
    return {"function_call": made}


def _thought(text: str) -> Delta:
    return {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}]}


def _field_tail(name: str) -> Tail:
    return lambda text: {name: text}


_FIELD_TAILS: dict[str, Tail] = {name: _field_tail(name) for name in CHANNELS}
