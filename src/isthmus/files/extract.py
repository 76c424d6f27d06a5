"""What reading a file gives, and the bounds that it keeps to."""

from __future__ import annotations

import msgspec

from isthmus.exchange import Value

MAX_PASSAGES = 200_000
MAX_LABEL = 30


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How long reading one file may take, and how large it may become."""

    seconds: float = 10
    memory_bytes: int = 768 * 1024 * 1024
    expanded_bytes: int = 64 * 1024 * 1024
    pages: int = 1000
    members: int = 2000
    nesting: int = 3


class Passage(Value, frozen=True, kw_only=True, gc=False):
    """A piece of text in a file and its place there (`sheet1!B7`, `page 3`), which holds no word of the caller.

    `row` names the record that it is part of, `label` says what its column holds; one that is not `shown` (a property,
    a style) is looked through and left out where the file is turned into text.
    """

    place: str
    text: str
    row: str = ""
    label: str = ""
    shown: bool = True

    def __repr__(self) -> str:
        return f"Passage({self.place}, {len(self.text)} code points)"


class Unread(Value, frozen=True, kw_only=True, gc=False):
    """What of a file could not be read: a medium, and why."""

    medium: str
    reason: str


class Extract(Value, frozen=True, kw_only=True):
    """What reading a file gave."""

    passages: tuple[Passage, ...] = ()
    unread: tuple[Unread, ...] = ()

    def __repr__(self) -> str:
        return f"Extract({len(self.passages)} passages, {len(self.unread)} unread)"


class UnreadableError(Exception):
    """A file, or a part of one, that cannot be read; the message says why and holds none of its text."""


class Collected:
    """The passages of one file as they are read, counted against its bounds.

    `within` stands before each place, for a file inside another one; `depth` is how many files it is inside.
    """

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.within = ""
        self.depth = 0
        self._left = bounds.expanded_bytes
        self._passages: list[Passage] = []
        self._unread: dict[Unread, None] = {}

    def take(self, size: int) -> None:
        """Count bytes that a file expanded to; raises `UnreadableError` where they are too many."""
        self._left -= size
        if self._left < 0:
            raise UnreadableError("it expands to more than is read")

    def room(self) -> int:
        """How many bytes more it may expand to."""
        return self._left

    def add(self, place: str, text: str, *, row: str = "", label: str = "", shown: bool = True) -> None:
        """A passage; one without text is none."""
        if not text or text.isspace():
            return
        if len(self._passages) >= MAX_PASSAGES:
            raise UnreadableError("it has more pieces of text than are read")
        self.take(len(text))
        row = row and self.within + row
        self._passages.append(Passage(place=self.within + place, text=text, row=row, label=label, shown=shown))

    def miss(self, reason: str, *, place: str = "", medium: str = "file") -> None:
        """Something that is not read, said once."""
        where = self.within + place if place else self.within.removesuffix(": ")
        self._unread[Unread(medium=medium, reason=f"{where}: {reason}" if where else reason)] = None

    def extract(self) -> Extract:
        """All that was read."""
        return Extract(passages=tuple(self._passages), unread=tuple(self._unread))


class Grid:
    """The cells of one table as passages: rows are records, and what stands in the first row labels the columns."""

    def __init__(self, into: Collected, name: str) -> None:
        self._into, self._name = into, name
        self._first = -1
        self._labels: dict[int, str] = {}

    def cell(self, row: int, column: int, text: str) -> None:
        """The cell in a row and a column, both counted from zero; rows come in their order."""
        if not text or text.isspace():
            return
        if self._first < 0:
            self._first = row
        label = "" if row == self._first else self._labels.get(column, "")
        if row == self._first and len(text) <= MAX_LABEL and sum(map(str.isdigit, text)) < 5:
            self._labels[column] = " ".join(text.split())
        place = f"{self._name}!{letters(column)}{row + 1}"
        self._into.add(place, text, row=f"{self._name}!{row + 1}", label=label)


def letters(column: int) -> str:
    """The name of a column that is counted from zero: A, B ... Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
