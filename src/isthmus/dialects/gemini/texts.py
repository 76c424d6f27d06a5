"""The texts of one candidate's parts, each with its channel, changed in place."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.gemini.fields import FIELDS
from isthmus.dialects.pointers import escape as escape_token
from isthmus.dialects.slots import is_protocol
from isthmus.dialects.texts import Delta, Tail, Take, change_others, change_value, put


def text_part(text: str) -> Delta:
    """A part that goes on with the text of an answer."""
    return {"text": text}


def thought_part(text: str) -> Delta:
    """A part that goes on with the reasoning of an answer."""
    return {"text": text, "thought": True}


def change_part(part: Delta, prefix: str, number: int, take: Take, *, formatted: bool, grows: bool = False) -> bool:
    """Whether `take` changed any text of a part; `number` counts the calls so far, `grows`: its text may go on."""
    changed = False
    for name, value in list(part.items()):
        if name == "text":
            thought = part.get("thought") is True
            tail: Tail = thought_part if thought else text_part
            channel = f"{prefix}:reasoning" if thought else f"{prefix}:content"
            changed |= put(part, name, channel, take, escape=formatted and not thought, tail=tail if grows else None)
        elif name == "functionCall" and type(value) is dict:
            changed |= _call(value, prefix, number, take)
        else:
            changed |= _other(part, name, value, f"{prefix}:other:/{escape_token(name)}", take)
    return changed


def _call(call: Delta, prefix: str, number: int, take: Take) -> bool:
    changed = put(call, "name", f"{prefix}:name:{number}", take)
    if call.get("args"):
        made = change_value(call["args"], f"{prefix}:tool:{number}", take)
        changed |= made != call["args"]
        call["args"] = made
    return changed


def _other(node: Delta, name: str, value: Any, where: str, take: Take) -> bool:
    kind = type(value)
    if kind is str:
        return False if not value or is_protocol(FIELDS, name, value) else put(node, name, where, take)
    return change_others(FIELDS, value, name, where, take) if kind is dict or kind is list else False
