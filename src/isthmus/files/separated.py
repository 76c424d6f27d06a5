"""Tables as text: values separated by commas, semicolons, tabs or bars."""

from __future__ import annotations

import csv
import io

from isthmus.files.extract import Collected, Grid, UnreadableError
from isthmus.files.plain import decode

_SEPARATORS = ",\t;|"
_SAMPLE = 20


def read(data: bytes, into: Collected) -> None:
    """Each value as a cell."""
    text = decode(data)
    grid = Grid(into, "table 1")
    csv.field_size_limit(max(len(text), 1))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    try:
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                grid.cell(number, column, value)
    except csv.Error:
        raise UnreadableError("a table whose quotes do not close") from None


def _separator(text: str) -> str:
    """The separator that the first lines have most often."""
    lines = text.splitlines()[:_SAMPLE] if len(text) < 1 << 16 else text[: 1 << 16].splitlines()[:_SAMPLE]
    return max(_SEPARATORS, key=lambda mark: (sum(line.count(mark) for line in lines), -_SEPARATORS.index(mark)))
