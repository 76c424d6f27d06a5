"""The ledger as JSON Lines, for an auditor: entries in order, the signed checkpoints, and one line that ends it.

{"seq":0,"leaf":"<hex>","root":"<hex>","entry":{...}}     the entry's canonical bytes stand as they were hashed
{"checkpoint":"<signed note>"}
{"end":{"size":1,"root":"<hex>"}}                         what the store itself holds to be its last state
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from isthmus.store.sql import Sql
from isthmus.store.store import Store

_BATCH = 1000


def export_lines(store: Store) -> Iterator[bytes]:
    """The lines of an export, each without its line feed, read from one state of the store."""
    with store.reading() as sql:
        yield from _entries(sql)
        yield from _ends(sql)


def entry_bodies(store: Store, *, call: str = "", last: int = 0) -> list[bytes]:
    """The canonical bytes of entries, oldest first: of one call, and of these the `last` ones (0: all)."""
    query = "SELECT body FROM entries"
    values: list[Any] = []
    if call:
        query += " WHERE call = ?"
        values.append(call)
    query += " ORDER BY seq DESC"
    if last:
        query += " LIMIT ?"
        values.append(last)
    with store.reading() as sql:
        return [_bytes(body) for (body,) in reversed(sql.rows(query, *values))]


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with a signed checkpoint that covers it, and the hashes of all leaves up to there."""

    entry: bytes
    leaves: tuple[bytes, ...]
    note: str


def sealed(store: Store, seq: int) -> Sealed | None:
    """The entry of that number under the newest checkpoint; None where there is none."""
    with store.reading() as sql:
        notes = sql.rows("SELECT size, note FROM checkpoints WHERE size > ? ORDER BY size DESC LIMIT 1", seq)
        bodies = sql.rows("SELECT body FROM entries WHERE seq = ?", seq)
        if not notes or not bodies:
            return None
        leaves = sql.rows("SELECT leaf FROM entries WHERE seq < ? ORDER BY seq", notes[0][0])
        return Sealed(
            entry=_bytes(bodies[0][0]), leaves=tuple(_bytes(leaf) for (leaf,) in leaves), note=str(notes[0][1])
        )


def _entries(sql: Sql) -> Iterator[bytes]:
    """In batches: a ledger may be larger than the memory."""
    after = -1
    while rows := sql.rows(
        "SELECT seq, leaf, root, body FROM entries WHERE seq > ? ORDER BY seq LIMIT ?", after, _BATCH
    ):
        for seq, leaf, root, body in rows:
            numbers = (msgspec.json.encode(seq), _hex(leaf), _hex(root))
            yield b'{"seq":%b,"leaf":"%b","root":"%b","entry":%b}' % (*numbers, _bytes(body).replace(b"\n", b" "))
        after = rows[-1][0]


def _ends(sql: Sql) -> Iterator[bytes]:
    for (note,) in sql.rows("SELECT note FROM checkpoints ORDER BY size"):
        yield b'{"checkpoint":%b}' % msgspec.json.encode(note)
    last = sql.rows("SELECT root FROM entries ORDER BY seq DESC LIMIT 1")
    for (size,) in sql.rows("SELECT size FROM tip"):
        root = _hex(last[0][0]) if last else b""
        yield b'{"end":{"size":%b,"root":"%b"}}' % (msgspec.json.encode(size), root)


def _hex(data: Any) -> bytes:
    return _bytes(data).hex().encode()


def _bytes(data: Any) -> bytes:
    """What a column of bytes holds, also after someone wrote text or nothing into it: the verifier shall see it."""
    return data.encode("utf-8", "surrogatepass") if isinstance(data, str) else bytes(data or b"")
