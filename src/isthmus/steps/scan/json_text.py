"""Texts that are JSON themselves (tool-call arguments and the like): which value stands at which place."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import NamedTuple

import msgspec

from isthmus.steps.scan.encoded import unescape_json

MAX_NESTING = 3
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)


class Place(NamedTuple):
    """A string's content, a number or a key at `[start, end)`, and its pointer (a key's ends in `#`)."""

    start: int
    end: int
    pointer: str


def may_be_json(text: str) -> bool:
    """Whether the text begins and ends as a JSON object or array does."""
    stripped = text.strip(" \t\r\n")
    return stripped[:1] + stripped[-1:] in ("{}", "[]")


def is_json(text: str) -> bool:
    """Whether the text is a JSON object or array."""
    if not may_be_json(text):
        return False
    stripped = text.strip(" \t\r\n")
    try:
        msgspec.json.decode(stripped.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return "\\u" in stripped and _is_loose_json(stripped)
    return True


def _is_loose_json(text: str) -> bool:
    """Whether it is JSON for a reader who lets lone surrogates pass."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def places(text: str) -> list[Place]:
    """Every scalar and key of a JSON text, in order."""
    found: list[Place] = []
    stack: list[list[str | int]] = []  # of each open container: its prefix, and the present key or index
    key_next = False
    for match in _TOKEN.finditer(text):
        token = match.group()
        first = token[0]
        if first in "{[":
            stack.append([_pointer(stack), "" if first == "{" else 0])
            key_next = first == "{"
        elif first in "}]":
            stack.pop()
            key_next = False
        elif first == ",":
            top = stack[-1]
            if isinstance(top[1], int):
                top[1] += 1
            else:
                key_next = True
        elif first != ":":
            quoted = first == '"'
            start, end = match.start() + quoted, match.end() - quoted
            if key_next:
                stack[-1][1] = _token(token[1:-1])
                key_next = False
                found.append(Place(start, end, _pointer(stack) + "#"))
            elif quoted or first in "-0123456789":
                found.append(Place(start, end, _pointer(stack)))
    return found


def _pointer(stack: list[list[str | int]]) -> str:
    return f"{stack[-1][0]}/{stack[-1][1]}" if stack else ""


def _token(content: str) -> str:
    trail = unescape_json(content) if "\\" in content else None
    return (trail.text if trail else content).replace("~", "~0").replace("/", "~1")


class Index:
    """The places of a JSON text, and of JSON in its strings, found when they are asked for."""

    def __init__(self, text: str, depth: int = 0) -> None:
        self._text, self._depth = text, depth
        self._places = places(text)
        self._starts = [place.start for place in self._places]
        self._inner: dict[int, Index | None] = {}

    def layers(self, start: int, end: int) -> tuple[str, ...]:
        """The layers of `[start, end)`: none where it is not inside one value."""
        number = bisect_right(self._starts, start) - 1
        if number < 0 or end > self._places[number].end:
            return ()
        place = self._places[number]
        name = f"json:{place.pointer}"
        if self._depth + 1 >= MAX_NESTING or place.end - place.start < 4:
            return (name,)
        content = self._text[place.start : place.end]
        trail = unescape_json(content) if "\\" in content else None
        if number not in self._inner:
            decoded = trail.text if trail else content
            self._inner[number] = Index(decoded, self._depth + 1) if is_json(decoded) else None
        inner = self._inner[number]
        if inner is None:
            return (name,)
        start, end = start - place.start, end - place.start
        return (name, *inner.layers(*(trail.inward(start, end) if trail else (start, end))))
