"""Makes the file of an exact list from a table of people: CSV with a heading, or JSON Lines."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from isthmus.errors import MalformedError
from isthmus.steps.scan.exact_form import FIELDS, HAN, WORD, Field, canonical
from isthmus.steps.scan.exact_list import Hasher, Outline, hasher_of, make, sorted_hashes

# what a column may be called, in lower case
COLUMNS: dict[Field, tuple[str, ...]] = {
    "name": ("name", "full_name", "fullname", "full name", "姓名", "名字", "客户姓名", "员工姓名"),
    "phone": ("phone", "mobile", "tel", "telephone", "phone_number", "手机", "手机号", "手机号码", "电话", "联系电话"),
    "id": ("id", "id_number", "id number", "identity", "national_id", "身份证", "身份证号", "证件号", "证件号码"),
    "email": ("email", "e-mail", "mail", "email_address", "邮箱", "电子邮箱", "电子邮件"),
}
Row = Mapping[str, object]


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """A list's file; how many rows were read, values taken and left out, by field."""

    data: bytes
    rows: int
    taken: dict[str, int]
    left_out: dict[str, int]

    def __repr__(self) -> str:
        return f"Built({len(self.data)} bytes, {self.rows} rows)"


def read_table(file: Path, named: Mapping[Field, str]) -> Iterator[tuple[Field, str]]:
    """The values of a table by field, row by row, after an empty one for each row; raises `MalformedError`.

    `named` says which column a field is, where it is not called as in `COLUMNS`. `;` parts several values of a cell.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = _json_lines(lines, file) if file.suffix in (".jsonl", ".ndjson") else csv.DictReader(lines)
            yield from _values(rows, named, str(file))
    except OSError as error:
        raise MalformedError(f"cannot be read: {error.strerror}", where=str(file)) from None
    except UnicodeDecodeError as error:
        raise MalformedError(f"not UTF-8 at byte {error.start}", where=str(file), remedy="convert it first") from None
    except csv.Error as error:
        raise MalformedError(f"no CSV: {error}", where=str(file)) from None


def build(values: Iterable[tuple[Field, str]], secret: str, simplify: Mapping[int, str]) -> Built:
    """The file of a list; raises `CatalogError` for a secret that is too short."""
    salt, nonce = os.urandom(16), os.urandom(12)
    collector = _Collector(hasher_of(secret, salt), simplify)
    parts = sorted_hashes(collector.numbers(values))
    outline = Outline("".join(sorted(collector.first)), tuple(sorted(collector.lengths)), collector.most)
    return Built(
        data=make(parts, outline, secret, salt=salt, nonce=nonce),
        rows=collector.rows,
        taken=dict(collector.taken),
        left_out=dict(collector.left_out),
    )


class _Collector:
    """Hashes values as they come, and keeps what names look like."""

    def __init__(self, hashed: Hasher, simplify: Mapping[int, str]) -> None:
        self._hashed, self._simplify = hashed, simplify
        self.taken: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.first: set[str] = set()
        self.lengths: set[int] = set()
        self.most = self.rows = 0

    def numbers(self, values: Iterable[tuple[Field, str]]) -> Iterator[int]:
        """The hash of each value, and of each word of a name in Latin script."""
        words: set[str] = set()
        for field, value in values:
            if not value:
                self.rows += 1
                continue
            one = canonical(field, value, self._simplify)
            if not one:
                self.left_out[field] += 1
                continue
            self.taken[field] += 1
            yield self._hashed(field, one)
            if field != "name":
                continue
            if HAN.match(one):
                self.first.add(one[0])
                self.lengths.add(len(one))
            else:
                own = one.split()
                self.most = max(self.most, len(own))
                yield from [self._hashed(WORD, word) for word in own if word not in words]
                words.update(own)


def _values(rows: Iterable[Row], named: Mapping[Field, str], where: str) -> Iterator[tuple[Field, str]]:
    columns: dict[Field, str] | None = None
    for row in rows:
        if columns is None:
            columns = _columns(row, named, where)
        yield "name", ""
        for field, column in columns.items():
            cell = row.get(column)
            text = cell if isinstance(cell, str) else "" if cell is None else str(cell)
            for value in text.split(";") if ";" in text else (text,):
                if value and not value.isspace():
                    yield field, value


def _columns(row: Row, named: Mapping[Field, str], where: str) -> dict[Field, str]:
    """Which column each field is."""
    called = {str(column).strip().lower(): column for column in row if column}
    found: dict[Field, str] = {}
    for field in FIELDS:
        wanted = (named[field].lower(),) if field in named else COLUMNS[field]
        if column := next((called[name] for name in wanted if name in called), ""):
            found[field] = column
        elif field in named:
            raise MalformedError(f"no column `{named[field]}`", where=where, remedy=f"there are: {', '.join(called)}")
    if not found:
        raise MalformedError(
            "no column of names, phones, ids or mail addresses",
            where=where,
            remedy="name them, for example --columns name=客户名称,phone=联系方式",
        )
    return found


def _json_lines(lines: Iterable[str], file: Path) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            if not isinstance(row, dict):
                raise MalformedError("no JSON object", where=f"{file}:{number}", remedy="one object a line")
            yield row
