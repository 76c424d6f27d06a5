"""Web pages: text, tables, comments, scripts and the attributes that people write."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from isthmus.files.extract import Collected, Grid
from isthmus.files.plain import decode

_BLOCKS = """
    address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr
    li main nav ol option p pre section summary table title ul
"""
_ATTRIBUTES = """
    alt title href src content value placeholder label summary cite action aria-label srcdoc
"""
BLOCKS, ATTRIBUTES = frozenset(_BLOCKS.split()), frozenset(_ATTRIBUTES.split())
QUIET = frozenset(("script", "style"))
_CHARSET = re.compile(rb"charset=[\"']?([A-Za-z0-9_-]+)", re.IGNORECASE)
_PICTURE = re.compile(r"data:(image|audio|video)/")


def read(data: bytes, into: Collected) -> None:
    """All passages of the page."""
    named = _CHARSET.search(data[:2048])
    page = _Page(into)
    page.feed(decode(data, named=named[1].decode() if named else ""))
    page.close()
    page.flush()


class _Page(HTMLParser):
    def __init__(self, into: Collected) -> None:
        super().__init__(convert_charrefs=True)
        self._into = into
        self._text: list[str] = []
        self._paragraphs = self._tables = self._asides = 0
        self._quiet = ""
        self._grids: list[tuple[Grid, list[int]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.flush()
            self._tables += 1
            self._grids.append((Grid(self._into, f"table {self._tables}"), [-1, -1]))
        elif self._grids and tag in ("tr", "td", "th"):
            self._cell()
            place = self._grids[-1][1]
            place[:] = [place[0] + 1, -1] if tag == "tr" else [max(place[0], 0), place[1] + 1]
        elif tag in BLOCKS:
            self._break()
        if tag in QUIET:
            self.flush()
            self._quiet = tag
        for name, value in attrs:
            if not value:
                continue
            if embedded := _PICTURE.match(value):
                self._into.miss("a picture or sound in it", medium=embedded[1])
            elif name in ATTRIBUTES or name.startswith(("data-", "on")):
                self._aside(name if name in ATTRIBUTES else "attribute", value)

    def handle_endtag(self, tag: str) -> None:
        if tag in QUIET:
            self._aside(tag, "".join(self._text))
            self._text.clear()
            self._quiet = ""
        elif self._grids and tag in ("td", "th", "tr", "table"):
            self._cell()
            if tag == "table":
                self._grids.pop()
        elif tag in BLOCKS:
            self._break()

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_comment(self, data: str) -> None:
        self._aside("comment", data)

    def unknown_decl(self, data: str) -> None:
        self._aside("comment", data)

    def flush(self) -> None:
        """The paragraph that ends here."""
        text = "".join(self._text).strip()
        self._text.clear()
        if text:
            self._paragraphs += 1
            self._into.add(f"paragraph {self._paragraphs}", " ".join(text.split()))

    def _break(self) -> None:
        if self._grids:
            self._text.append(" ")
        else:
            self.flush()

    def _cell(self) -> None:
        grid, (row, column) = self._grids[-1]
        text = " ".join("".join(self._text).split())
        self._text.clear()
        if text:
            grid.cell(max(row, 0), max(column, 0), text)

    def _aside(self, what: str, text: str) -> None:
        self._asides += 1
        self._into.add(f"{what} {self._asides}", text, shown=False)
