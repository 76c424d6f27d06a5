"""Dotted paths into the facts: the type at a path, the values an unknown could take, and facts with one value changed.

`item.form` means the item being decided; `data.0.form` is the same member of a certain item.
"""

from __future__ import annotations

import re
import types
import typing
from datetime import date, timedelta
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from isthmus.facts import Facts, Item

ELSEWHERE = "zz"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}$")


@cache
def field_type(path: str) -> Any:
    """The type at `path` without `None`, its members still annotated; raises `KeyError` where there is none."""
    first, *rest = path.split(".")
    kind: Any = Item if first == "item" else Facts
    for name in rest if first == "item" else (first, *rest):
        if get_origin(kind) is tuple:
            kind = get_args(kind)[0]
            if name.isdigit():
                continue
        if get_origin(kind) is dict:
            kind = get_args(kind)[1]
            continue
        hints = typing.get_type_hints(kind, include_extras=True) if _is_struct(kind) else {}
        if name not in hints:
            raise KeyError(path)
        kind = _plain(hints[name])
    return kind


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _plain(kind: Any) -> Any:
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (types.UnionType, typing.Union):
        options = [a for a in get_args(kind) if a not in (type(None), msgspec.UnsetType)]
        return _plain(options[0]) if len(options) == 1 else kind
    return kind


def members(prefix: str = "", kind: Any = Facts) -> tuple[str, ...]:
    """Every leaf path of the schema, items written as `item.<member>`."""
    found: list[str] = []
    for name, hint in typing.get_type_hints(kind).items():
        plain, path = _plain(hint), f"{prefix}{name}"
        if _is_struct(plain):
            found += members(f"{path}.", plain)
        elif get_origin(plain) is tuple and _is_struct(get_args(plain)[0]):
            found += members("item." if path == "data" else f"{path}.", get_args(plain)[0])
        else:
            found.append(path)
    return tuple(found)


def general(path: str) -> str:
    """`data.3.form` as `item.form`, `instruments.0.kind` as `instruments.kind`: the path as rules write it."""
    parts = path.split(".")
    if len(parts) < 3 or not parts[1].isdigit():
        return path
    return ".".join(["item" if parts[0] == "data" else parts[0], *parts[2:]])


def replaced(facts: Any, path: str, value: Any) -> Any:
    """The facts with the member at `path` changed."""
    return _replaced(facts, path.split("."), value)


def _replaced(node: Any, parts: list[str], value: Any) -> Any:
    if not parts:
        return value
    name, rest = parts[0], parts[1:]
    if isinstance(node, tuple):
        index = int(name)
        return (*node[:index], _replaced(node[index], rest, value), *node[index + 1 :])
    if isinstance(node, dict):
        return {**node, name: _replaced(node.get(name), rest, value)}
    return msgspec.structs.replace(node, **{name: _replaced(getattr(node, name), rest, value)})


def alike(path: str, mentioned: frozenset[Any]) -> tuple[str, ...]:
    """The words at `path` that no rule mentions: the first of them stands for all in `values`."""
    kind = field_type(general(path))
    return tuple(value for value in get_args(kind) if value not in mentioned) if get_origin(kind) is Literal else ()


def day_before(day: str) -> str:
    """The day before a day."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def told_apart(value: Any, told: frozenset[Any]) -> object:
    """What conditions that tell the values `told` apart can see of a value: equal for two that are one to them."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return sum(edge < value for edge in told), sum(edge <= value for edge in told)
    if isinstance(value, tuple):
        return tuple(sorted({one if one in told else ELSEWHERE for one in value}))
    if value in told or not any(DAY.match(one) for one in told):
        return value if value in told else ELSEWHERE
    return sum(day < value for day in told), ELSEWHERE


def values(path: str, mentioned: frozenset[Any]) -> tuple[Any, ...]:
    """The values an unknown at `path` could take, as far as rules can tell them apart.

    `mentioned` are the values that rules compare this fact with; a number stands for its band.
    """
    kind = field_type(general(path))
    if kind is bool:
        return (True, False)
    if get_origin(kind) is Literal:
        told_apart = tuple(value for value in get_args(kind) if value in mentioned)
        return told_apart + tuple(value for value in get_args(kind) if value not in mentioned)[:1]
    if kind in (int, float):
        return tuple(sorted({0, *mentioned, *(max(0, edge - 1) for edge in mentioned), *(e + 1 for e in mentioned)}))
    names = tuple(
        sorted({str(value) for value in mentioned} | {day_before(one) for one in mentioned if DAY.match(one)})
    )
    if path.endswith(".classes"):
        return ((), *((name,) for name in names))
    if get_origin(kind) is tuple:
        nowhere = () if path == "recipient.hosted_in" else ((),)
        return (*nowhere, *((name,) for name in names), (ELSEWHERE,))
    return (*names, ELSEWHERE)
