r"""What a model writes between the type word and the code of a pseudonym, and what becomes of it.

Pieces: dashes, spaces and line breaks in every encoding, markup, quotes and brackets, a colon. Separators go. Markup
that the gap only opens or only closes is kept on its side: `**Person**-K7F3Q` gives `**original**`, and
`Person-<b>K7F3Q</b>` gives `<b>original</b>`; a bracket that ends right behind the code belongs to the pseudonym:
`Person (K7F3Q)` gives the original. A colon makes the word a label, which stays. Pure.
"""

from __future__ import annotations

import re
from typing import Literal

Layer = Literal["", "json", "json2", "url", "html"]

_MOST = 24  # code points of a gap
_OPEN, _CLOSE = "([{<（【「『《〈［｛“‘", ")]}>）】」』》〉］｝”’"
_PAIRS = dict(zip(_OPEN, _CLOSE, strict=True))
_KINDS = {
    "opens": rf"<[a-z][^<>\n]{{0,18}}>|\\{{1,2}}(?:text|math)[a-z]{{0,4}}\{{|[{re.escape(_OPEN)}]|[#＃№@]",
    "closes": rf"</[a-z][a-z0-9]{{0,9}}>|[{re.escape(_CLOSE)}]",
    "same": r"\*{1,3}|`{1,3}|\\{0,4}[\"']|\$",
    "space": (
        r"\r?\n>[ \t]?|[ \t\r\n\u00a0\u2000-\u200d\u202f\u2060\u3000\ufeff]|%20|%0A|\\{1,4}[nrt, ]"
        r"|&nbsp;|&#160;|<br ?/?>|<wbr>|\\{1,4}u(?:00a0|3000|200b)"
    ),
    "dash": (
        r"[-‐‑‒–—―−－﹣_＿·・~|/+\u00ad]|\.(?=[0-9A-Za-z])|\\{1,4}[-_]|%2D|%5F|%7C|&#45;|&#x2d;|&[mn]dash;|&minus;|&shy;"
        r"|\\{1,4}u(?:002d|201[0-5]|2212|ff0d)"
    ),
    "colon": r"[:：]|%3A",
}
_ORDER = ("space", "opens", "closes", "same", "dash", "colon")
_PIECE = re.compile("|".join(f"(?P<{kind}>{_KINDS[kind]})" for kind in _ORDER), re.IGNORECASE)
_GAP = re.compile(rf"(?:{'|'.join(_KINDS[kind] for kind in _ORDER)})*+", re.IGNORECASE)
# the beginning of a piece at the end of what has arrived
_BEGUN = re.compile(
    r"(?:\\{1,4}[a-z0-9]{0,8}|%[0-9a-f]?|&[#a-z0-9]{0,6}|</?(?:[a-z][^<>\n]{0,18})?|\.)\Z", re.IGNORECASE
)


def gap_end(view: str, at: int) -> int:
    """Where the gap that begins at `at` ends."""
    match = _GAP.match(view, at, at + _MOST)
    return match.end() if match else at


def gap_begun(view: str, at: int, end: int) -> bool:
    """Whether the gap `[at, end)` may go on with what follows `view`."""
    if end == len(view) or _BEGUN.match(view, end):
        return True
    tag = view.rfind("<", at, end)  # taken for a bracket so far
    return tag >= 0 and _BEGUN.match(view, tag) is not None


def around(view: str, at: int, end: int, code_end: int) -> tuple[str, str, int]:
    """What the gap `[at, end)` keeps before and after the original, and the code points to take behind the code."""
    pieces = [(match.lastgroup, match.group()) for match in _PIECE.finditer(view, at, end)]
    if any(kind == "colon" for kind, _ in pieces):
        return view[:end], "", 0
    opened, closed = _unpaired(pieces)
    taken = 0
    if opened and view.startswith(_PAIRS.get(opened[-1], "\0"), code_end):
        opened.pop()
        taken = 1
    return "".join(mark for mark in opened if mark not in "#＃№@"), "".join(closed), taken


def gap_layer(gap: str) -> Layer:
    """How the text around writes what is not a letter or digit."""
    if "%" in gap:
        return "url"
    if "&" in gap:
        return "html"
    return "json2" if "\\\\u" in gap else "json" if "\\u" in gap else ""


def _unpaired(pieces: list[tuple[str | None, str]]) -> tuple[list[str], list[str]]:
    """Marks that open and marks that close without a partner in the gap.

    A mark that opens and closes alike closes where no separator came before it.
    """
    opened: list[str] = []
    closed: list[str] = []
    parted = False
    for kind, mark in pieces:
        if kind in ("space", "dash"):
            parted = True
        elif kind == "same":
            if mark in opened:
                opened.remove(mark)
            elif mark in closed and parted:
                closed.remove(mark)
            else:
                (opened if parted else closed).append(mark)
        elif kind == "opens":
            opened.append(mark)
        elif opened and _pairs(opened[-1], mark):
            opened.pop()
        else:
            closed.append(mark)
    return opened, closed


def _pairs(opening: str, closing: str) -> bool:
    if opening[0] == "\\":
        return closing == "}"
    if opening[0] == "<" and len(opening) > 1:
        return closing.startswith("</")
    return _PAIRS.get(opening) == closing
