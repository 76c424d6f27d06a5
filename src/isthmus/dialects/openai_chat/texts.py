"""The texts of one message or delta of an answer, each with its channel, changed in place.

A string that is neither a protocol field nor a known text is a text too, of a channel that is complete at once. Opaque
state is never touched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from isthmus.dialects.openai_chat.fields import FIELDS
from isthmus.dialects.pointers import escape as escape_token
from isthmus.dialects.slots import is_protocol
from isthmus.dialects.texts import Delta, Tail, Take, change_others, change_value, put

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
                escape = formatted and name == "content"
                new = take(f"{prefix}:{channel}", value, escape=escape, tail=_FIELD_TAILS[name])
            elif is_protocol(FIELDS, name, value):
                continue
            else:
                new = take(f"{prefix}:other:/{escape_token(name)}", value)
            if new != value:
                node[name] = new
                changed = True
        elif kind is list or kind is dict:
            walk = _NESTED.get((name, kind))
            if walk is not None:
                changed |= walk(value, prefix, take, formatted)
            else:
                changed |= change_others(FIELDS, value, name, f"{prefix}:other:/{escape_token(name)}", take)
    return changed


def _calls(calls: list[Any], prefix: str, take: Take, _: bool) -> bool:  # noqa: FBT001 - the form of this table
    """Tool calls; one without an index cannot be continued by any client, so its texts are complete."""
    changed = False
    for place, call in enumerate(calls):
        if type(call) is not dict:
            continue
        number, grows = _number(call, place), type(call.get("index")) is int
        tool, named = f"{prefix}:tool:{number}", f"{prefix}:name:{number}"
        for name, value in call.items():
            if name == "function" and type(value) is dict:
                changed |= _function(value, tool, named, _wrap(number, "function") if grows else None, take)
            elif name == "custom" and type(value) is dict:
                changed |= put(value, "name", named, take)
                tail = _inside(_wrap(number, "custom"), "input") if grows else None
                changed |= put(value, "input", tool, take, tail=tail)
            elif type(value) is dict or type(value) is list:
                changed |= change_others(
                    FIELDS, value, name, f"{prefix}:other:/tool_calls/{number}/{escape_token(name)}", take
                )
    return changed


def _legacy_call(node: Delta, prefix: str, take: Take, _: bool) -> bool:  # noqa: FBT001 - the form of this table
    return _function(node, f"{prefix}:tool:0", f"{prefix}:name:0", lambda made: {"function_call": made}, take)


def _function(node: Delta, tool: str, named: str, wrap: Callable[[Delta], Delta] | None, take: Take) -> bool:
    changed = put(node, "name", named, take)
    arguments = node.get("arguments")
    if type(arguments) is dict or type(arguments) is list:
        node["arguments"] = made = change_value(arguments, tool, take)
        return changed or made != arguments
    tail = _inside(wrap, "arguments") if wrap else None
    return changed | put(node, "arguments", tool, take, escape=True, tail=tail)


def _details(parts: list[Any], prefix: str, take: Take, _: bool) -> bool:  # noqa: FBT001 - the form of this table
    """Reasoning in parts, as some routers send it."""
    changed = False
    for place, part in enumerate(parts):
        if type(part) is dict:
            number = _number(part, place)
            head = {key: part[key] for key in ("type", "index", "format", "id") if key in part}
            for field in ("text", "summary"):
                tail = _inside(lambda made, head=head: {"reasoning_details": [{**head, **made}]}, field)  # type: ignore[misc] # its default is its type
                changed |= put(part, field, f"{prefix}:reasoning:{field}:{number}", take, tail=tail)
    return changed


def _parts(parts: list[Any], prefix: str, take: Take, formatted: bool) -> bool:  # noqa: FBT001 - the form of this table
    """A content that is an array of text and thinking parts."""
    changed = False
    for place, part in enumerate(parts):
        if type(part) is dict:
            changed |= _part(part, f"{prefix}:other:/content/{place}/", prefix, take, formatted=formatted)
        elif type(part) is str and part:
            parts[place] = new = take(f"{prefix}:content", part, escape=formatted, tail=_text_part)
            changed |= new != part
    return changed


def _part(part: Delta, where: str, prefix: str, take: Take, *, formatted: bool) -> bool:
    changed = False
    for name, value in part.items():
        kind = type(value)
        if name == "text" and kind is str:
            changed |= put(part, name, f"{prefix}:content", take, escape=formatted, tail=_text_part)
        elif name == "thinking" and kind is list:
            for thought in value:
                if type(thought) is dict:
                    changed |= put(thought, "text", f"{prefix}:reasoning:part", take, tail=_thought_part)
        elif kind is dict or kind is list:
            changed |= change_others(FIELDS, value, name, where + escape_token(name), take)
        elif kind is str and not is_protocol(FIELDS, name, value):
            changed |= put(part, name, where + escape_token(name), take)
    return changed


def _audio(node: Delta, prefix: str, take: Take, _: bool) -> bool:  # noqa: FBT001 - the form of this table
    tail = _inside(lambda made: {"audio": made}, "transcript")
    return put(node, "transcript", f"{prefix}:audio", take, tail=tail)


def _number(node: Delta, place: int) -> int:
    index = node.get("index")
    return index if type(index) is int else place


def _inside(wrap: Callable[[Delta], Delta], name: str) -> Tail:
    return lambda text: wrap({name: text})


def _wrap(number: int, kind: str) -> Callable[[Delta], Delta]:
    return lambda made: {"tool_calls": [{"index": number, kind: made}]}


def _text_part(text: str) -> Delta:
    return {"content": [{"type": "text", "text": text}]}


def _thought_part(text: str) -> Delta:
    return {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}]}


_FIELD_TAILS: dict[str, Tail] = {name: _inside(dict, name) for name in CHANNELS}
_NESTED: dict[tuple[str, type], Callable[[Any, str, Take, bool], bool]] = {
    ("tool_calls", list): _calls,
    ("function_call", dict): _legacy_call,
    ("reasoning_details", list): _details,
    ("content", list): _parts,
    ("audio", dict): _audio,
}
