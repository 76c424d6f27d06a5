r"""What a model writes between the type word and the code of a pseudonym, and what becomes of it.

Pieces: dashes, spaces and line breaks, markup, quotes and brackets, a colon; escapes are decoded before. Separators go.
Markup that the gap only opens or only closes is kept on its side: `**Person**-K7F3Q` gives `**original**`, and
`Person-<b>K7F3Q</b>` gives `<b>original</b>`; a bracket that ends right behind the code belongs to the pseudonym:
`Person (K7F3Q)` gives the original. A colon makes the word a label, which stays. Pure.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_MOST = 24  # code points of a gap
_OPEN, _CLOSE = "([{<（【「『《〈［｛“‘", ")]}>）】」』》〉］｝”’"
_PAIRS = dict(zip(_OPEN, _CLOSE, strict=True))
_SIGNS = "#＃№@"  # stand before a number and go with it
# tried in this order
_KINDS = {
    "line": r"<br ?/?>|<wbr ?/?>|<!-- ?-->|\r?\n>[ \t]?|\\{1,4}n>[ \t]?",
    "closes": rf"</[a-z][a-z0-9]{{0,9}}>|[{re.escape(_CLOSE)}]",
    "rule": r"\{?\\{1,2}(?:text(?:en|em)dash|hyp)(?:\{\}|\})? ?",
    "opens": rf"<[a-z][^<>\n]{{0,18}}>|\\{{1,2}}(?:text|math|mbox)[a-z]{{0,4}}\{{|[{re.escape(_OPEN)}]|[{_SIGNS}]",
    "same": r"\*{1,3}|`{1,3}|\\{0,4}[\"']|\$",
    "space": r"[ \t\r\n\u00a0\u2000-\u200d\u2028\u2029\u202f\u2060\u3000\ufeff]|\\{1,4}[nrt, ]",
    "dash": r"[-‐‑‒–—―−－﹣_＿·・~|/+\u00ad]|\.(?=[0-9A-Za-z])|\\{1,4}[-_]",
    "colon": r"[:：]",
}
_PIECE = re.compile("|".join(f"(?P<{kind}>{_KINDS[kind]})" for kind in _KINDS), re.IGNORECASE)
_GAP = re.compile(rf"(?:{'|'.join(_KINDS.values())})*+", re.IGNORECASE)
# the beginning of a piece at the end of what has arrived
_BEGUN = re.compile(
    r"(?:\{?\\{1,4}(?:[a-z]{0,12}\{?)?|</?(?:[a-z][^<>\n]{0,18})?|<!-{0,2} ?-{0,2}|\.)\Z", re.IGNORECASE
)


class Span(NamedTuple):
    """A piece of markup and where it stands."""

    start: int
    end: int
    text: str


def gap_end(view: str, at: int) -> int:
    """Where the gap that begins at `at` ends."""
    match = _GAP.match(view, at, at + _MOST)
    return match.end() if match else at


def gap_begun(view: str, at: int, end: int) -> bool:
    """Whether the gap `[at, end)` may go on with what follows `view`."""
    if end == len(view) or _BEGUN.match(view, end):
        return True
    mark = max(view.rfind("<", at, end), view.rfind("{", at, end))  # taken for a bracket so far
    return mark >= 0 and _BEGUN.match(view, mark) is not None


def is_label(view: str, at: int, end: int) -> bool:
    """Whether the gap `[at, end)` makes the word before it a label."""
    return ":" in view[at:end] or "：" in view[at:end]


def unpaired(view: str, at: int, end: int) -> tuple[list[Span], list[Span]]:
    """Markup of the gap `[at, end)` that opens and that closes without a partner in it.

    A mark that opens and closes alike closes where no separator came before it.
    """
    opened: list[Span] = []
    closed: list[Span] = []
    parted = False
    for match in _PIECE.finditer(view, at, end):
        kind, mark = match.lastgroup, Span(*match.span(), match.group())
        if kind in ("line", "rule", "space", "dash"):
            parted = True
        elif kind == "same":
            side = opened if any(each.text == mark.text for each in opened) else closed if parted else None
            partner = next((each for each in side or () if each.text == mark.text), None)
            if side is not None and partner is not None:
                side.remove(partner)
            else:
                (opened if parted else closed).append(mark)
        elif kind == "opens":
            opened.append(mark)
        elif opened and _pairs(opened[-1].text, mark.text):
            opened.pop()
        else:
            closed.append(mark)
    return opened, closed


def closing_of(opened: list[Span]) -> str:
    """The bracket that would close the last of the opened ones, or nothing."""
    return _PAIRS.get(opened[-1].text, "") if opened else ""


def is_sign(mark: Span) -> bool:
    """Whether the mark is a number sign, which goes with the code."""
    return mark.text in _SIGNS


def _pairs(opening: str, closing: str) -> bool:
    if opening[0] == "\\":
        return closing == "}"
    if opening[0] == "<" and len(opening) > 1:
        return closing.startswith("</")
    return _PAIRS.get(opening) == closing
