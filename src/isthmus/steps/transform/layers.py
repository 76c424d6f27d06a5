"""Text inside text: decode the layer a finding lies under, edit it, and write it back without touching its neighbours.

A layer is named as scan names it: `json:/a/b` (a string at a pointer of a JSON text), `url` (percent-encoding),
`base64`, `hex`. Where the encoding allows it only the edited code points change; base64 and hex are written anew.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from urllib.parse import quote, unquote

import msgspec

_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(r"[^\s,\]}]+")


class LayerError(ValueError):
    """The text is not what its layer says; the message never holds the text."""


class Layer(msgspec.Struct, frozen=True):
    """A decoded run: `[start, end)` of the outer text holds `text`.

    `marks[i]` is where code point `i` of `text` starts in the run (one more for its end); None where an edit means that
    the whole run is written anew.
    """

    start: int
    end: int
    text: str
    marks: tuple[int, ...] | None
    encode: Callable[[str], str]

    def write(self, run: str, edits: Sequence[tuple[int, int, str]]) -> str:
        """The run with disjoint `edits` of its decoded text, in order."""
        out: list[str] = []
        at = 0
        for start, end, text in edits:
            if self.marks is None:
                out += (self.text[at:start], text)
                at = end
            else:
                out += (run[at : self.marks[start]], self.encode(text))
                at = self.marks[end]
        if self.marks is None:
            return self.encode("".join((*out, self.text[at:])))
        return "".join((*out, run[at:]))


def open_layer(text: str, start: int, end: int, name: str) -> Layer:
    """The layer `name` of `text` around `[start, end)`; raises `LayerError` where it cannot be read."""
    what, _, path = name.partition(":")
    if what == "json":
        return _json(text, path)
    run = text[start:end]
    if what == "url":
        return _url(run, start, end)
    if what in ("base64", "hex"):
        return _binary(run, start, end, what)
    raise LayerError("a layer that transform does not know")


def _json(text: str, path: str) -> Layer:
    start, end = json_string(text, path)
    decoded, marks = _unescape(text[start:end])
    return Layer(start, end, decoded, marks, lambda value: json.dumps(value, ensure_ascii=False)[1:-1])


def _unescape(run: str) -> tuple[str, tuple[int, ...]]:
    """The content of a JSON string literal, with the place of each code point in it."""
    out: list[str] = []
    marks: list[int] = []
    at = 0
    while at < len(run):
        match = _ESCAPE.match(run, at)
        piece = match.group() if match else run[at]
        try:
            decoded = json.loads(f'"{piece}"', strict=False)
        except ValueError:
            raise LayerError("a string that is not JSON") from None
        out.append(decoded)
        marks.append(at)
        at += len(piece)
    marks.append(at)
    return "".join(out), tuple(marks)


def json_string(text: str, path: str) -> tuple[int, int]:
    """Where the content of the string (or key, `path` ending in `#`) at `path` stands in a JSON text, quotes apart.

    Raises `LayerError` where there is none. Of duplicate members the last one counts, as JSON readers do.
    """
    key = path.endswith("#")
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in path.removesuffix("#").split("/")[1:]]
    at = _SPACE.match(text, 0).end()  # type: ignore[union-attr]  # matches the empty string
    for depth, token in enumerate(tokens):
        last = depth == len(tokens) - 1
        found = None
        for name, name_at, value_at in _members(text, at):
            if name == token:
                found = name_at if key and last else value_at
        if found is None:
            raise LayerError("no such member in a JSON text")
        at = found
    if text[at : at + 1] != '"':
        raise LayerError("no string there in a JSON text")
    return at + 1, _skip(text, at) - 1


def _members(text: str, at: int) -> list[tuple[str, int, int]]:
    """`(name, place of the key, place of the value)` of the object or array at `at`."""
    opening = text[at : at + 1]
    if opening not in ("{", "["):
        return []
    found: list[tuple[str, int, int]] = []
    at = _blank(text, at + 1)
    while at < len(text) and text[at] not in "}]":
        name, name_at = str(len(found)), at
        if opening == "{":
            end = _skip(text, at)
            name = _unescape(text[at + 1 : end - 1])[0]
            at = _blank(text, _blank(text, end) + 1)
        found.append((name, name_at, at))
        at = _blank(text, _skip(text, at))
        if text[at : at + 1] == ",":
            at = _blank(text, at + 1)
    return found


def _blank(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def _skip(text: str, at: int) -> int:
    """The end of the JSON value at `at`; raises `LayerError` where it has none."""
    if text[at : at + 1] == '"':
        match = _STRING.match(text, at)
    elif text[at : at + 1] in ("{", "["):
        depth = 0
        for token in _TOKEN.finditer(text, at):
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token.group(), 0)
            if not depth:
                return token.end()
        match = None
    else:
        match = _SCALAR.match(text, at)
    if match is None:
        raise LayerError("a text that is not JSON")
    return match.end()


_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+|.", re.DOTALL)


def _url(run: str, start: int, end: int) -> Layer:
    out: list[str] = []
    marks: list[int] = []
    for match in _PERCENT.finditer(run):
        piece = match.group()
        text = unquote(piece, errors="strict") if len(piece) > 1 else piece
        place = match.start()
        for char in text:
            out.append(char)
            marks.append(place)
            place += 1 if len(piece) == 1 else 3 * len(char.encode())
    return Layer(start, end, "".join(out), (*marks, len(run)), lambda value: quote(value, safe=""))


def _binary(run: str, start: int, end: int, what: str) -> Layer:
    try:
        if what == "hex":
            return Layer(start, end, bytes.fromhex(run).decode(), None, lambda value: value.encode().hex())
        urlsafe = "-" in run or "_" in run
        padded = run + "=" * (-len(run) % 4)
        data = base64.b64decode(padded, b"-_" if urlsafe else None, validate=True)
        text = data.decode()
    except (ValueError, binascii.Error):
        raise LayerError("an encoded run that cannot be decoded") from None
    bare = len(run) % 4 != 0

    def encode(value: str) -> str:
        made = (base64.urlsafe_b64encode if urlsafe else base64.b64encode)(value.encode()).decode()
        return made.rstrip("=") if bare else made

    return Layer(start, end, text, None, encode)
