"""Text inside text: decode the layer a finding lies under, edit it, and write it back without touching its neighbours.

A layer is named as scan names it: `json:/a/b` (a string, number or key of a JSON text), `url` (percent-encoding),
`base64`, `hex`. Where the encoding allows it only the edited code points change; base64 and hex are written anew.
"""

from __future__ import annotations

import base64
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from urllib.parse import quote, unquote

import msgspec

_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)|[^\\]", re.DOTALL
)
_SCALAR = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s\[\]{},:"]+', re.DOTALL)
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+|.", re.DOTALL)
_RUNS = {"base64": re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}"), "hex": re.compile(r"(?:[0-9A-Fa-f]{2}){4,}")}


class LayerError(ValueError):
    """The text is not what its layer says; the message never holds the text."""


class Layer(msgspec.Struct, frozen=True):
    """A decoded run: `[start, end)` of the outer text holds `text`.

    `marks[i]` is where code point `i` of `text` starts in the run (one more for its end); None where an edit means that
    the whole run is written anew. `atom`: only the whole text can be replaced (a number of a JSON text).
    """

    start: int
    end: int
    text: str
    marks: tuple[int, ...] | None
    encode: Callable[[str], str]
    atom: bool = False

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
        rest = self.text[at:] if self.marks is None else run[at:]
        new = "".join((*out, rest))
        return self.encode(new) if self.marks is None else new


class Opener:
    """Opens the layers of one text; what is found out about it is kept for the next layer."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._scalars: list[tuple[int, int]] | None = None
        self._known: dict[tuple[int, int, str], Layer] = {}

    def open(self, start: int, end: int, name: str) -> Layer:
        """The layer `name` around `[start, end)`; raises `LayerError` where it cannot be read."""
        what = name.partition(":")[0]
        if what == "json":
            start, end = self._scalar(start, end)
        layer = self._known.get((start, end, what))
        if layer is None:
            layer = self._known[start, end, what] = _open(self._text[start:end], start, end, what)
        return layer

    def _scalar(self, start: int, end: int) -> tuple[int, int]:
        """The string, number or key of a JSON text that `[start, end)` is part of."""
        if self._scalars is None:
            self._scalars = [match.span() for match in _SCALAR.finditer(self._text)]
        at = bisect_right(self._scalars, (start, len(self._text))) - 1
        if at < 0 or end > self._scalars[at][1]:
            raise LayerError("a range that is no part of one value of a JSON text")
        return self._scalars[at]


def runs_of(text: str, name: str) -> list[tuple[int, int]]:
    """The runs of `text` that the layer `name` may be about."""
    pattern = _RUNS.get(name)
    return [match.span() for match in pattern.finditer(text)] if pattern else [(0, len(text))]


def _open(run: str, start: int, end: int, what: str) -> Layer:
    if what == "json":
        if run[0] != '"':  # a number cannot hold a word, so a string takes its place
            return Layer(start, end, run, tuple(range(len(run) + 1)), _quoted, atom=True)
        decoded, marks = _pieces(run[1:-1], _ESCAPE, _unescaped)
        return Layer(start + 1, end - 1, decoded, marks, lambda value: _quoted(value)[1:-1])
    if what == "url":
        decoded, marks = _pieces(run, _PERCENT, _unquoted)
        return Layer(start, end, decoded, marks, lambda value: quote(value, safe=""))
    if what == "hex":
        return Layer(start, end, _text(bytes.fromhex, run), None, lambda value: value.encode().hex())
    if what == "base64":
        return _base64(run, start, end)
    raise LayerError("a layer that transform does not know")


def _pieces(
    run: str, pattern: re.Pattern[str], decode: Callable[[str], list[tuple[str, int]]]
) -> tuple[str, tuple[int, ...]]:
    """The decoded run, and where each of its code points begins in it."""
    out: list[str] = []
    marks: list[int] = []
    for match in pattern.finditer(run):
        piece, at = match.group(), match.start()
        if len(piece) == 1:
            out.append(piece)
            marks.append(at)
            continue
        for char, size in decode(piece):
            out.append(char)
            marks.append(at)
            at += size
    return "".join(out), (*marks, len(run))


def _unescaped(piece: str) -> list[tuple[str, int]]:
    try:
        return [(json.loads(f'"{piece}"'), len(piece))]
    except ValueError:
        raise LayerError("a string that is not JSON") from None


def _unquoted(piece: str) -> list[tuple[str, int]]:
    try:
        return [(char, 3 * len(char.encode())) for char in unquote(piece, errors="strict")]
    except UnicodeDecodeError:
        return [(char, 1) for char in piece]


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _base64(run: str, start: int, end: int) -> Layer:
    urlsafe, bare = "-" in run or "_" in run, len(run) % 4 != 0
    plain = run.replace("-", "+").replace("_", "/") + "=" * (-len(run) % 4)
    text = _text(lambda given: base64.b64decode(given, validate=True), plain)

    def encode(value: str) -> str:
        made = (base64.urlsafe_b64encode if urlsafe else base64.b64encode)(value.encode()).decode()
        return made.rstrip("=") if bare else made

    return Layer(start, end, text, None, encode)


def _text(decode: Callable[[str], bytes], run: str) -> str:
    try:
        return decode(run).decode()
    except ValueError:
        raise LayerError("an encoded run that holds no text") from None
