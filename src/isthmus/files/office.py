"""Documents and slides of Office (OOXML): every part of the package that holds text, by its paragraphs and tables.

Parts are read by where they stand, not by what refers to them, so that comments, notes, headers, deleted text, text
boxes, charts, alternative texts, properties and addresses of links are read too (ECMA-376; dates and namespaces do not
matter here, for names are compared without them).
"""

from __future__ import annotations

import re
from typing import Protocol

from isthmus.files.extract import Collected, Grid
from isthmus.files.markup import parse


class Parts(Protocol):
    """The members of a package."""

    @property
    def names(self) -> list[str]: ...
    def read(self, name: str) -> bytes: ...


# a part's name -> what its places begin with; the number in the name goes behind it
PLACES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), place)
    for pattern, place in (
        (r"word/document\d*\.xml", ""),
        (r"word/header(\d*)\.xml", "header"),
        (r"word/footer(\d*)\.xml", "footer"),
        (r"word/footnotes()\.xml", "footnotes"),
        (r"word/endnotes()\.xml", "endnotes"),
        (r"(?:word|ppt)/comments/?\w*?(\d*)\.xml", "comments"),
        (r"ppt/slides/slide(\d+)\.xml", "slide"),
        (r"ppt/notesSlides/notesSlide(\d+)\.xml", "notes"),
    )
)
PROPERTIES = re.compile(r"docProps/\w+\.xml")
MARKUP, SHOWN = re.compile(r".*\.(?:xml|vml)"), re.compile(r"/(?:charts|diagrams|drawings)/\w+\.xml")
ATTRIBUTES = frozenset(
    ("descr", "title", "author", "displayName", "display", "tooltip", "initials", "userId", "prompt")
)
NAMED, CUSTOM = re.compile(r"ppt/presentation\.xml"), re.compile(r"customXml/.*\.xml")
DEVICE = re.compile(r"/printerSettings/")
# what stands inside one stretch of text, which it does not end
_RUNS = "r t rPr rFont b i u sz color family scheme charset vertAlign latin ea cs solidFill srgbClr fld"
RUNS = frozenset(_RUNS.split())
CELL = re.compile(r"[A-Z]{1,3}[0-9]{1,7}")
SCRIPTS, EMBEDDED = re.compile(r"vbaProject\.bin|activeX", re.IGNORECASE), re.compile(r"/embeddings/|\.bin$|oleObject")
PICTURE = re.compile(r"/media/|\.(?:png|jpe?g|gif|bmp|emf|wmf|tiff?|svg|webp)$", re.IGNORECASE)
SOUND = re.compile(r"\.(?:mp3|mp4|m4a|m4v|wav|avi|mov|wmv|wma)$", re.IGNORECASE)


def read(package: Parts, into: Collected) -> None:
    """Every part of a document or of slides."""
    rest = []
    found = []
    for name in package.names:
        place = next(((m, said) for pattern, said in PLACES if (m := pattern.fullmatch(name))), None)
        if place is None:
            rest.append(name)
            continue
        match, said = place
        number = int(match[1] or 0) if match.re.groups else 0
        found.append((said and f"{said} {number} ".replace(" 0 ", " "), number, name))
    for prefix, _, name in sorted(found, key=lambda row: (row[0].partition(" ")[0], row[1])):
        TextPart(into, prefix).read(package.read(name))
    read_rest(package, rest, into)


def read_rest(package: Parts, names: list[str], into: Collected) -> None:
    """The parts that are the same in all of Office: properties, links, charts; and what cannot be read."""
    for number, name in enumerate(names, 1):
        if DEVICE.search(name):
            continue
        if SCRIPTS.search(name):
            into.miss("macros")
        elif SOUND.search(name):
            into.miss("a sound or a film in it", medium="video")
        elif PICTURE.search(name):
            into.miss("a picture in it", medium="image")
        elif EMBEDDED.search(name):
            into.miss("an embedded object")
        elif PROPERTIES.fullmatch(name):
            TextPart(into, f"property {number}.", each=True, shown=False).read(package.read(name))
        elif name.endswith(".rels"):
            _links(package.read(name), into, f"part {number} link")
        elif MARKUP.fullmatch(name):  # mostly text of nobody: looked through, and shown where people look
            part = TextPart(into, f"part {number} ", each=True, shown=bool(SHOWN.search(name)))
            part.every, part.names = bool(CUSTOM.fullmatch(name)), bool(NAMED.fullmatch(name))
            part.read(package.read(name))
        else:
            into.miss("a part of a kind that is not read")


class TextPart:
    """The text of one part: paragraphs, tables, and the attributes that people write.

    `each`: every element is a paragraph of its own. `every`: all attributes are read; `names`: those that name, too.
    """

    def __init__(self, into: Collected, prefix: str, *, each: bool = False, shown: bool = True) -> None:
        self._into, self._prefix, self._each, self._shown = into, prefix, each, shown
        self.every = self.names = False
        self._cell = ""
        self._text: list[str] = []
        self._paragraphs = self._tables = self._attributes = 0
        self._open: list[_Table] = []

    def read(self, data: bytes) -> None:
        """All passages of the part."""
        parse(data, start=self._start, end=self._end, text=self._text.append)
        self._paragraph()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "tbl" and not self._each:
            self._paragraph()
            self._tables += 1
            self._open.append(_Table(Grid(self._into, f"{self._prefix}table {self._tables}")))
        elif name in ("tab", "br", "cr"):
            self._text.append("\t" if name == "tab" else "\n")
        elif self._each and name not in RUNS:
            self._paragraph()
            if CELL.fullmatch(attributes.get("ref", "")):
                self._cell = f"{attributes['ref']} "
        for key, value in attributes.items():
            if not (self.every or key in ATTRIBUTES or (self.names and key == "name")):
                continue
            self._attributes += 1
            what = key if key in ATTRIBUTES else "attribute"
            self._into.add(f"{self._prefix}{what} {self._attributes}", value, shown=False)

    def _end(self, name: str) -> None:
        table = self._open[-1] if self._open else None
        if table is not None and name in ("tc", "tr", "tbl"):
            if name == "tc":
                table.close(self._taken())
            elif name == "tr":
                table.row, table.column = table.row + 1, 0
            else:
                self._open.pop()
        elif table is not None and name == "p":
            self._text.append("\n")
        elif name == "p" or (self._each and name not in RUNS):
            self._paragraph()

    def _paragraph(self) -> None:
        text = self._taken()
        if text:
            self._paragraphs += 1
            self._into.add(f"{self._prefix}{self._cell}paragraph {self._paragraphs}", text, shown=self._shown)

    def _taken(self) -> str:
        text = "".join(self._text).strip()
        self._text.clear()
        return text


class _Table:
    """Where in an open table the next cell stands."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.row = self.column = 0

    def close(self, text: str) -> None:
        """The cell that ends here."""
        self.grid.cell(self.row, self.column, text)
        self.column += 1


def _links(data: bytes, into: Collected, place: str) -> None:
    """The addresses outside the package that a part refers to."""
    seen: list[str] = []

    def start(_: str, attributes: dict[str, str]) -> None:
        if attributes.get("TargetMode") == "External":
            seen.append(attributes.get("Target", ""))

    parse(data, start=start, end=lambda _: None, text=lambda _: None)
    for number, target in enumerate(seen, 1):
        into.add(f"{place} {number}", target, shown=False)
