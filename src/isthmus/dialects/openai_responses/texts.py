"""The texts of one output item of an answer, each with its channel, changed in place.

All texts of messages are one channel, and so is all reasoning: each is flushed before the next begins.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from isthmus.dialects.openai_responses.fields import FIELDS
from isthmus.dialects.pointers import escape as escape_token
from isthmus.dialects.slots import is_protocol
from isthmus.dialects.texts import Delta, Take, change_others, put

CONTENT, REASONING, REFUSAL = "0:content", "0:reasoning", "0:refusal"


class Growing(NamedTuple):
    """A text that grows in a stream: its member in the `done` event, and whether it is the inside of JSON text."""

    member: str
    channel: str
    escape: bool = False


# by the event's name without `response.` and `.delta`; an empty channel is that of the tool call
GROWING: dict[str, Growing] = {
    "output_text": Growing("text", CONTENT),
    "refusal": Growing("refusal", REFUSAL),
    "reasoning_text": Growing("text", REASONING),
    "reasoning_summary_text": Growing("text", REASONING),
    "function_call_arguments": Growing("arguments", "", escape=True),
    "custom_tool_call_input": Growing("input", ""),
    "mcp_call_arguments": Growing("arguments", "", escape=True),
    "code_interpreter_call_code": Growing("code", ""),
}
# the same texts in a finished item: the item's type and member
ARGUMENTS: dict[tuple[str, str], bool] = {
    ("function_call", "arguments"): True,
    ("mcp_call", "arguments"): True,
    ("custom_tool_call", "input"): False,
    ("code_interpreter_call", "code"): False,
}
PART_TEXTS: dict[str, tuple[str, str]] = {
    "output_text": ("text", CONTENT),
    "refusal": ("refusal", REFUSAL),
    "reasoning_text": ("text", REASONING),
    "summary_text": ("text", REASONING),
}


def change_item(item: Delta, index: int, take: Take, *, formatted: bool) -> bool:
    """Whether `take` changed any text of the output item at `index`."""
    kind = item.get("type")
    changed = False
    for name, value in list(item.items()):
        if (kind, name) in ARGUMENTS:
            changed |= put(item, name, f"0:tool:{index}", take, escape=ARGUMENTS[kind, name])  # type: ignore[index] # a key
        elif name == "name" and kind in ("function_call", "custom_tool_call", "mcp_call"):
            changed |= put(item, name, f"0:name:{index}", take)
        elif name in ("content", "summary") and isinstance(value, list):
            for place, part in enumerate(value):
                if type(part) is dict:
                    changed |= change_part(part, f"0:other:/{index}/{place}", take, formatted=formatted)
        else:
            changed |= _other(item, name, value, f"0:other:/{index}/{escape_token(name)}", take)
    return changed


def change_part(part: Delta, where: str, take: Take, *, formatted: bool) -> bool:
    """Whether `take` changed any text of a part; a text that changed loses its log probabilities."""
    name, channel = PART_TEXTS.get(str(part.get("type")), ("", ""))
    changed = False
    if name:
        changed = put(part, name, channel, take, escape=formatted and channel == CONTENT)
        if changed and part.get("logprobs"):
            part["logprobs"] = []
    for other, value in list(part.items()):
        if other not in (name, "logprobs"):
            changed |= _other(part, other, value, f"{where}/{escape_token(other)}", take)
    return changed


def _other(node: Delta, name: str, value: Any, where: str, take: Take) -> bool:
    kind = type(value)
    if kind is str:
        return False if not value or is_protocol(FIELDS, name, value) else put(node, name, where, take)
    return change_others(FIELDS, value, name, where, take) if kind is dict or kind is list else False
