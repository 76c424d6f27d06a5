"""Workbooks of Office (SpreadsheetML): every cell of every sheet, hidden or not, with formulas, comments and the rest.

Numbers are written out as people see them: whole ones without an exponent, those in a date format as a date.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from isthmus.files.extract import Collected, Grid, UnreadableError
from isthmus.files.markup import parse
from isthmus.files.office import Parts, TextPart, read_rest

SHEET = re.compile(r"xl/(?:work|chart|dialog|macro)sheets/sheet(\d+)\.xml")
STRINGS, STYLES, BOOK = "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"
PIVOT = re.compile(r"xl/pivotCache/\w+\.xml")
COMMENTS = re.compile(r"xl/(?:comments|threadedComments|persons)/?\w*\.xml")
CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# the built-in formats that show a date (ECMA-376 part 1, 18.8.30, with those of East Asia)
DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_WHOLE = Decimal(10) ** 25


def read(package: Parts, into: Collected) -> None:
    """The whole workbook."""
    names = package.names
    if "xl/workbook.bin" in names:
        raise UnreadableError("a binary workbook")
    strings = Strings(package.read(STRINGS)) if STRINGS in names else Strings(b"")
    dates = _date_formats(package.read(STYLES)) if STYLES in names else frozenset()
    epoch = datetime(1899, 12, 30)  # noqa: DTZ001 - a date in a cell has no zone
    if BOOK in names:
        book = package.read(BOOK)
        part = TextPart(into, "workbook ", each=True)
        part.names = True
        part.read(book)
        epoch += timedelta(days=1462 if re.search(rb'date1904="(?:1|true)"', book) else 0)
    sheets = sorted((int(m[1]), name) for name in names if (m := SHEET.fullmatch(name)))
    for number, name in sheets:
        Sheet(into, f"sheet{number}", strings, dates, epoch).read(package.read(name))
    for number, text in strings.unused():
        into.add(f"string {number}", text)
    for number, name in enumerate(filter(COMMENTS.fullmatch, names), 1):
        TextPart(into, f"comments {number} ", each=True).read(package.read(name))
    for number, name in enumerate(filter(PIVOT.fullmatch, names), 1):
        _pivot(package.read(name), into, f"pivot {number}")
    taken = {STRINGS, STYLES, BOOK, *(name for _, name in sheets)}
    taken |= {name for name in names if PIVOT.fullmatch(name) or COMMENTS.fullmatch(name)}
    read_rest(package, [name for name in names if name not in taken], into)


class Strings:
    """The strings that cells share; those that no cell shows are left from what was deleted."""

    def __init__(self, data: bytes) -> None:
        self._texts: list[str] = []
        self._used: set[int] = set()
        self._piece: list[str] = []
        if data:
            parse(data, start=self._start, end=self._end, text=self._piece.append)

    def __getitem__(self, number: int) -> str:
        self._used.add(number)
        return self._texts[number] if 0 <= number < len(self._texts) else ""

    def unused(self) -> list[tuple[int, str]]:
        """Those that were not asked for."""
        return [(number, text) for number, text in enumerate(self._texts) if number not in self._used]

    def _start(self, name: str, _: dict[str, str]) -> None:
        if name == "si":
            self._piece.clear()

    def _end(self, name: str) -> None:
        if name == "si":
            self._texts.append("".join(self._piece).strip())
            self._piece.clear()


class Sheet:
    """One sheet as a grid, with what stands beside its cells."""

    def __init__(self, into: Collected, name: str, strings: Strings, dates: frozenset[int], epoch: datetime) -> None:
        self._into, self._name, self._strings, self._dates, self._epoch = into, name, strings, dates, epoch
        self._grid = Grid(into, name)
        self._place, self._kind, self._style = (0, -1), "", 0
        self._texts: list[str] = []
        self._beside: list[tuple[str, str]] = []

    def read(self, data: bytes) -> None:
        """All cells of the sheet, then the rest."""
        parse(data, start=self._start, end=self._end, text=self._texts.append)
        for number, (what, text) in enumerate(self._beside, 1):
            self._into.add(f"{self._name} {what} {number}", text)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._texts.clear()
        if name == "c":
            self._kind = attributes.get("t", "")
            self._style = int(attributes["s"]) if attributes.get("s", "").isdigit() else 0
            row, column = self._place
            named = CELL.fullmatch(attributes.get("r", ""))
            self._place = (int(named[2]) - 1, _column(named[1])) if named else (row, column + 1)
        elif name == "row" and attributes.get("r", "").isdigit():
            self._place = (int(attributes["r"]) - 1, -1)
        for key in ("display", "tooltip", "prompt", "error", "location"):
            if attributes.get(key):
                self._beside.append((key, attributes[key]))

    def _end(self, name: str) -> None:
        text = "".join(self._texts).strip()
        self._texts.clear()
        if not text:
            return
        if name == "v":
            self._grid.cell(*self._place, self._value(text))
        elif name == "t":
            self._grid.cell(*self._place, text)
        elif name == "f":
            if '"' in text:
                self._beside.append(("formula", text))
        else:
            self._beside.append(("text", text))

    def _value(self, text: str) -> str:
        if self._kind == "s":
            return self._strings[int(text)] if text.isdigit() else ""
        if self._kind in ("str", "e", "d", "inlineStr"):
            return text
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        if self._style in self._dates and 0 < number < 2_958_466:
            moment = self._epoch + timedelta(days=float(number))
            return moment.strftime("%Y-%m-%d" if number == int(number) else "%Y-%m-%d %H:%M:%S")
        if number.is_finite() and number == number.to_integral_value() and abs(number) < _WHOLE:
            return f"{number:.0f}"
        return text


def _column(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _date_formats(data: bytes) -> frozenset[int]:
    """The cell styles that show a number as a date."""
    own: set[int] = set()
    styles: list[int] = []
    inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        number = int(attributes["numFmtId"]) if attributes.get("numFmtId", "").isdigit() else 0
        if name == "numFmt" and re.search("[ymdhs]", _LITERAL.sub("", attributes.get("formatCode", "")).lower()):
            own.add(number)
        elif name == "cellXfs":
            inside = True
        elif name == "xf" and inside:
            styles.append(number)

    def end(name: str) -> None:
        nonlocal inside
        inside = inside and name != "cellXfs"

    parse(data, start=start, end=end, text=lambda _: None)
    return frozenset(place for place, number in enumerate(styles) if number in DATES or number in own)


def _pivot(data: bytes, into: Collected, place: str) -> None:
    """The copies of cells that a pivot table keeps."""
    seen: dict[str, None] = {}

    def start(_: str, attributes: dict[str, str]) -> None:
        for key in ("v", "name", "caption"):
            if attributes.get(key):
                seen[attributes[key]] = None

    parse(data, start=start, end=lambda _: None, text=lambda _: None)
    for number, text in enumerate(seen, 1):
        into.add(f"{place} value {number}", text, shown=False)
