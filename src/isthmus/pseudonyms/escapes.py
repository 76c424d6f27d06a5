r"""Characters that JSON, URLs, HTML and code write as escapes, decoded in a short stretch of text with the way back.

Decoded are `\u4eba` (once or twice escaped), `\x2d`, `%E4%BA%BA` and `&#20154;` or `&ndash;`; not quotes and
backslashes, which keep their meaning for the text around. Pure.
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import Literal, NamedTuple
from urllib.parse import unquote

Layer = Literal["", "url", "html"]

_TAIL = "%[89abAB][0-9a-fA-F]"
_ESCAPE = re.compile(
    r"(?P<json>\\{1,2}u(?P<unit>[0-9a-fA-F]{4}))|\\{1,2}x(?P<code>[0-9a-fA-F]{2})"
    rf"|(?P<url>%[0-7][0-9a-fA-F]|%[c-dC-D][0-9a-fA-F]{_TAIL}|%[eE][0-9a-fA-F](?:{_TAIL}){{2}}|%[fF][0-7](?:{_TAIL}){{3}})"
    r"|&(?P<html>#[0-9]{1,6}|#[xX][0-9a-fA-F]{1,5}|[a-zA-Z]{2,8});"
)
# the beginning of an escape at the end of what has arrived
_CUT = re.compile(
    r"(?:\\{1,2}(?:u[0-9a-fA-F]{0,3}|x[0-9a-fA-F]?)?"
    rf"|%[0-9a-fA-F]?|%[c-dC-D][0-9a-fA-F]%?[89abAB]?|%[eE][0-9a-fA-F](?:{_TAIL})?%?[89abAB]?"
    rf"|%[fF][0-7](?:{_TAIL}){{0,2}}%?[89abAB]?|&(?:#?[0-9a-zA-Z]{{0,8}})?)\Z"
)
_KEPT = frozenset("\"'\\`")


class Decoded(NamedTuple):
    """A decoded text: code point `i` stands at `marks[i]` of `raw` (one more mark for the end).

    `escapes` are `(place in the decoded text, layer, depth in JSON)` of what was decoded.
    """

    raw: str
    text: str
    marks: list[int] | None = None
    escapes: tuple[tuple[int, Layer, int], ...] = ()

    def slice(self, start: int, end: int) -> str:
        """What stands at `[start, end)` as it is written."""
        return self.raw[self.place(start) : self.place(end)]

    def place(self, at: int) -> int:
        """Where code point `at` is written."""
        return self.marks[at] if self.marks else at

    def layer(self, end: int) -> tuple[Layer, int]:
        """How the text before `end` is encoded, and how deep in JSON."""
        found = [(layer, depth) for at, layer, depth in self.escapes if at < end]
        layers = {layer for layer, _ in found}
        name: Layer = "url" if "url" in layers else "html" if "html" in layers else ""
        return name, max((depth for _, depth in found), default=0)


def may_be_escaped(text: str) -> bool:
    """Whether an escape stands in `text`."""
    return ("\\" in text or "%" in text or "&" in text) and _ESCAPE.search(text) is not None


def decode(raw: str, *, final: bool) -> Decoded:
    """`raw` with its escapes decoded; where more may follow, without the beginning of one at its end."""
    if "\\" not in raw and "%" not in raw and "&" not in raw:
        return Decoded(raw, raw)
    cut = None if final else _CUT.search(raw)
    limit = cut.start() if cut else len(raw)
    out: list[str] = []
    marks: list[int] = []
    escapes: list[tuple[int, Layer, int]] = []
    at = 0
    for match in _ESCAPE.finditer(raw, 0, limit):
        char, layer, depth = _character(match)
        if not char or char in _KEPT:
            continue
        out += (raw[at : match.start()], char)
        marks += range(at, match.start() + 1)
        escapes.append((len(marks) - 1, layer, depth))
        at = match.end()
    out.append(raw[at:limit])
    marks += range(at, limit + 1)
    return Decoded(raw, "".join(out), marks, tuple(escapes))


def _character(match: re.Match[str]) -> tuple[str, Layer, int]:
    if match["json"]:
        char = chr(int(match["unit"], 16))
        return ("" if "\ud800" <= char <= "\udfff" else char), "", match["json"].count("\\")
    if match["code"]:
        return chr(int(match["code"], 16)), "", 0
    if match["url"]:
        return unquote(match["url"]), "url", 0
    name = match["html"]
    if name[0] == "#":
        number = int(f"0{name[1:]}", 16) if name[1] in "xX" else int(name[1:])
        return (chr(number) if 32 <= number < 0x110000 and not 0xD800 <= number < 0xE000 else ""), "html", 0
    char = html5.get(f"{name};", "")
    return (char if len(char) == 1 else ""), "html", 0
