"""Arguments of a call that come in pieces, each at its own path, joined into one object."""

from __future__ import annotations

import itertools
import re
from typing import Any

STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\[\"((?:[^\"\\]|\\.)*)\"\]")
DEEP = 64
LONG = 10_000
VALUES = ("numberValue", "boolValue", "nullValue")


def steps(path: str) -> list[str | int]:
    """The names and places of a JSON path (RFC 9535, without wildcards); raises `ValueError` for anything else."""
    found: list[str | int] = []
    at = 1
    while at < len(path):
        match = STEP.match(path, at)
        if match is None or not path.startswith("$") or len(found) >= DEEP:
            raise ValueError("no path")
        at = match.end()
        name = next((group for group in (match[1], match[3], match[4]) if group is not None), None)
        found.append(int(match[2]) if name is None else name)
    return found


def add(arguments: dict[str, Any], piece: dict[str, Any]) -> None:
    """Put a piece where it belongs; a text goes on where there is one. Raises `ValueError` for a wrong path."""
    node: Any = arguments
    path = steps(str(piece.get("jsonPath") or "$"))
    for step, following in itertools.pairwise(path):
        node = _below(node, step, [] if isinstance(following, int) else {})
    if not path:
        return
    last = path[-1]
    if isinstance(text := piece.get("stringValue"), str):
        before = _get(node, last)
        _set(node, last, before + text if isinstance(before, str) else text)
        return
    name = next((name for name in VALUES if name in piece), None)
    value = piece.get(name) if name else None
    if name == "numberValue" and isinstance(value, float) and value.is_integer():
        value = int(value)
    _set(node, last, None if name == "nullValue" else value)


def _below(node: Any, step: str | int, empty: Any) -> Any:
    found = _get(node, step)
    if not isinstance(found, dict | list):
        _set(node, step, empty)
        found = empty
    return found


def _get(node: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return node[step] if isinstance(node, list) and step < len(node) else None
    return node.get(step) if isinstance(node, dict) else None


def _set(node: Any, step: str | int, value: Any) -> None:
    if isinstance(step, str) and isinstance(node, dict):
        node[step] = value
        return
    if not isinstance(step, int) or not isinstance(node, list) or step > LONG:
        raise ValueError("no path")
    node.extend([None] * (step + 1 - len(node)))
    node[step] = value
