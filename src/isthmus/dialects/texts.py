"""Texts of an answer that a dialect does not know, each complete at once; opaque state is never touched."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any, Protocol, TypeAlias

from isthmus.dialects.pointers import escape as escape_token
from isthmus.dialects.slots import DATA_URL, Fields, is_protocol

Delta: TypeAlias = dict[str, Any]
# makes the delta that brings the rest of a growing channel
Tail: TypeAlias = Callable[[str], Delta]


class Take(Protocol):
    """The text to show for `text` of a channel; a channel without a tail is complete at once."""

    def __call__(self, channel: str, text: str, *, escape: bool = False, tail: Tail | None = None) -> str: ...


def copied(node: Any) -> Any:
    """`node` with objects and arrays of its own at every depth, so that they can be changed in place."""
    kind = type(node)
    if kind is dict:
        return {
            name: copied(value) if type(value) is dict or type(value) is list else value for name, value in node.items()
        }
    return [copied(item) for item in node] if kind is list else node


def copied_members(node: Delta, shared: Container[str]) -> Delta:
    """An object whose members are copies, but for those that nobody changes."""
    return {name: value if name in shared else copied(value) for name, value in node.items()}


def change_others(fields: Fields, node: Any, name: str, where: str, take: Take) -> bool:
    """Whether `take` changed a string at or below `node`; `name` is its field, `where` begins the channels."""
    changed = False
    items = node.items() if type(node) is dict else enumerate(node)
    for key, value in items:
        kind = type(value)
        field = key if type(key) is str else name
        if kind is str:
            if not value or is_protocol(fields, field, value) or DATA_URL.fullmatch(value):
                continue
            new = take(f"{where}/{escape_token(str(key))}", value)
            if new != value:
                node[key] = new
                changed = True
        elif kind is dict or kind is list:
            changed |= change_others(fields, value, field, f"{where}/{escape_token(str(key))}", take)
    return changed


def change_member(fields: Fields, owner: Delta, name: str, where: str, take: Take) -> bool:
    """Whether `take` changed a string at or below the member `name`."""
    box = {name: owner[name]}
    changed = change_others(fields, box, name, where, take)
    owner[name] = box[name]
    return changed


def change_value(node: Any, channel: str, take: Take) -> Any:
    """`node` with every string and key of it as `take` wants it: what a model made up as a whole (tool arguments).

    Two keys that would become one keep their names.
    """
    if type(node) is str:
        return take(channel, node) if node else node
    if type(node) is list:
        return [change_value(item, channel, take) for item in node]
    if type(node) is dict:
        names = [take(channel, name) if name else name for name in node]
        if len(set(names)) < len(names):
            names = list(node)
        return {name: change_value(value, channel, take) for name, value in zip(names, node.values(), strict=True)}
    return node


def put(node: Delta, name: str, channel: str, take: Take, *, escape: bool = False, tail: Tail | None = None) -> bool:
    """Whether `take` changed the text in the member `name`; what is no text is left alone."""
    value = node.get(name)
    if type(value) is not str or not value:
        return False
    node[name] = new = take(channel, value, escape=escape, tail=tail)
    return new != value
