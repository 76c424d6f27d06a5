"""Writes a group of entries in one transaction: numbers, hashes, open sends, persons, and the new tip of the tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from isthmus.clock import now
from isthmus.errors import BandCrossedError, LedgerError
from isthmus.exchange import Receipt, Tally
from isthmus.steps.record.canonical import numbered
from isthmus.steps.record.census import Census, load, save
from isthmus.steps.record.counting import Book, Claim, reserve
from isthmus.steps.record.entries import Entry, person_merged, unnumbered_bytes
from isthmus.steps.record.merkle import Frontier, leaf_hash
from isthmus.store.sql import Sql

OPENED, CLOSED = "send.opened", "send.closed"


Join = tuple[str, str, str, str, str]
"""A row of `joined`."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An entry on its way: canonical but for its number, with the persons it reserves."""

    kind: str
    call: str
    send: str
    data: bytes
    claims: tuple[Claim, ...] = ()
    joins: tuple[Join, ...] = ()


Outcome = Receipt | BandCrossedError
State = tuple[int, bytes]
"""Size and root of the tree."""


def line(entry: Entry, claims: tuple[Claim, ...] = (), joins: tuple[Join, ...] = ()) -> Line:
    """An entry as canonical bytes; raises `LedgerError` where it has none."""
    data = unnumbered_bytes(entry)
    return Line(kind=entry.kind, call=entry.call, send=entry.send, data=data, claims=claims, joins=joins)


def tip(sql: Sql) -> tuple[Frontier, int, int]:
    """The tree as it stands, the next person and the next scope; raises `LedgerError` where the tip is damaged."""
    rows = sql.rows("SELECT size, peaks, next_person, next_scope FROM tip WHERE id = 1")
    try:
        ((size, peaks, next_person, next_scope),) = rows
        return Frontier.unpack(size, peaks), next_person, next_scope
    except ValueError:
        raise LedgerError("the tip of the ledger is damaged", remedy="run `isthmus ledger verify`") from None


def holds(sql: Sql, state: State) -> bool:
    """Whether the ledger has grown out of a state that it had."""
    size, root = state
    return not size or sql.rows("SELECT root FROM entries WHERE seq = ?", size - 1) == [(root,)]


class Group:
    """One group of entries inside its transaction."""

    def __init__(self, sql: Sql, instance: int) -> None:
        self._sql = sql
        self._instance = instance
        self._frontier, self._next_person, self._next_scope = tip(sql)
        self._rows: list[tuple[Any, ...]] = []
        self._opened: dict[str, str] = {}
        self._closed: list[str] = []
        self._joins: list[Join] = []

    @property
    def state(self) -> State:
        """Size and root of the tree with what was written."""
        return self._frontier.size, self._frontier.root()

    def write(self, lines: Sequence[Line]) -> list[Outcome]:
        """Write the lines; a line whose count leaves its band is not written and gives its error."""
        claims = [claim for row in lines for claim in row.claims]
        census = load(self._sql, claims, self._next_person, self._next_scope) if claims else None
        outcomes = [self._write(row, census) for row in lines]
        if census is not None:
            save(self._sql, census)
            self._next_person, self._next_scope = census.book.next_person, census.next_scope
        self._finish()
        return outcomes

    def _write(self, row: Line, census: Census | None) -> Outcome:
        tallies: tuple[Tally, ...] = ()
        merges: list[tuple[str, int, int]] = []
        if row.claims and census is not None:
            before, known = census.book, len(census.book.merges)
            if len(row.claims) > 1:
                census.book = before.copy()
            try:
                tallies = tuple(tally for claim in row.claims for tally in reserve(census.book, claim))
            except BandCrossedError as error:
                census.book = before
                return error
            merges = census.book.merges[known:]
        seq = self._add(row)
        self._joins += row.joins
        for entity, person, into in merges:
            entry = person_merged(at=now(), call=row.call, send=row.send, entity=entity, person=person, into=into)
            self._add(line(entry))
        return Receipt(seq=seq, tallies=tallies)

    def _add(self, row: Line) -> int:
        seq = self._frontier.size
        data = numbered(row.data, seq)
        leaf = leaf_hash(data)
        self._frontier.add(leaf)
        self._rows.append((seq, leaf, self._frontier.root(), data, row.call))
        if row.kind == OPENED:
            self._opened[row.send] = row.call
        elif row.kind == CLOSED and self._opened.pop(row.send, None) is None:
            self._closed.append(row.send)
        return seq

    def _finish(self) -> None:
        sql = self._sql
        sql.insert("INSERT INTO entries (seq, leaf, root, body, call)", self._rows)
        opened = [(send, call, self._instance) for send, call in self._opened.items()]
        sql.insert("INSERT INTO open_sends (send, call, instance)", opened, "ON CONFLICT (send) DO NOTHING")
        sql.delete_in("DELETE FROM open_sends WHERE send IN", self._closed)
        joined = "INSERT INTO joined (conversation, origin, classes, entity, at)"
        sql.insert(joined, self._joins, "ON CONFLICT DO NOTHING")
        sql.run(
            "UPDATE tip SET size = ?, peaks = ?, next_person = ?, next_scope = ? WHERE id = 1",
            self._frontier.size,
            self._frontier.pack(),
            self._next_person,
            self._next_scope,
        )


def preview(sql: Sql, claim: Claim) -> tuple[Tally, ...]:
    """What the tallies before and after would be, without reserving; call it on one state of the store."""
    _, next_person, next_scope = tip(sql)
    book: Book = load(sql, (claim,), next_person, next_scope).book
    return reserve(book, claim, keep=False)
