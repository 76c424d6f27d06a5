"""The ledger as JSON Lines, for an auditor: entries in order, the signed checkpoints, and one line that ends it.

{"seq":0,"leaf":"<hex>","root":"<hex>","entry":{...}}     the entry's canonical bytes stand as they were hashed
{"checkpoint":"<signed note>"}
{"end":{"size":1,"root":"<hex>"}}                         what the store itself holds to be its last state
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import sqlalchemy as sa

from isthmus.store.engine import Store
from isthmus.store.schema import CHECKPOINTS, ENTRIES, TIP

_BATCH = 1000


def export_lines(store: Store) -> Iterator[bytes]:
    """The lines of an export, each without its line feed, read from one state of the store."""
    with store.reading() as connection:
        yield from _entries(connection)
        yield from _ends(connection)


def entry_bodies(store: Store, *, call: str = "", last: int = 0) -> list[bytes]:
    """The canonical bytes of entries, oldest first: of one call, and of these the `last` ones (0: all)."""
    query = sa.select(ENTRIES.c.body).order_by(ENTRIES.c.seq.desc())
    if call:
        query = query.where(ENTRIES.c.call == call)
    if last:
        query = query.limit(last)
    with store.engine.connect() as connection:
        return [_bytes(body) for body in reversed(connection.execute(query).scalars().all())]


def _entries(connection: sa.Connection) -> Iterator[bytes]:
    query = sa.select(ENTRIES.c.seq, ENTRIES.c.leaf, ENTRIES.c.root, ENTRIES.c.body).order_by(ENTRIES.c.seq)
    for seq, leaf, root, body in connection.execution_options(yield_per=_BATCH).execute(query):
        numbers = (msgspec.json.encode(seq), _hex(leaf), _hex(root))
        yield b'{"seq":%b,"leaf":"%b","root":"%b","entry":%b}' % (*numbers, _bytes(body).replace(b"\n", b" "))


def _ends(connection: sa.Connection) -> Iterator[bytes]:
    for (note,) in connection.execute(sa.select(CHECKPOINTS.c.note).order_by(CHECKPOINTS.c.size)):
        yield b'{"checkpoint":%b}' % msgspec.json.encode(note)
    root = connection.execute(sa.select(ENTRIES.c.root).order_by(ENTRIES.c.seq.desc()).limit(1)).scalar()
    for (size,) in connection.execute(sa.select(TIP.c.size)):
        yield b'{"end":{"size":%b,"root":"%b"}}' % (msgspec.json.encode(size), _hex(root))


def _hex(data: Any) -> bytes:
    return _bytes(data).hex().encode()


def _bytes(data: Any) -> bytes:
    """What a column of bytes holds, also after someone wrote text or nothing into it: the verifier shall see it."""
    return data.encode("utf-8", "surrogatepass") if isinstance(data, str) else bytes(data or b"")
