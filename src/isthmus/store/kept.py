"""Responses that are kept at home for a while, sealed by their entity's key: rows that nothing else rests on."""

from __future__ import annotations

import msgspec

from isthmus.store.store import Store

_COLUMNS = "id, entity, caller, conversation, until, body"


class KeptRow(msgspec.Struct, frozen=True, kw_only=True):
    """One kept response. `caller` is the id of the key that made it, `until` the last day, `body` sealed bytes."""

    id: str
    entity: str
    caller: str
    conversation: str
    until: str
    body: bytes

    def __repr__(self) -> str:
        return f"KeptRow({self.id})"


def keep_response(store: Store, row: KeptRow) -> None:
    """Add a response; its id is new."""
    values = (row.id, row.entity, row.caller, row.conversation, row.until, row.body)
    with store.writing() as sql:
        sql.insert(f"INSERT INTO kept ({_COLUMNS})", [values])


def kept_response(store: Store, ident: str) -> KeptRow | None:
    """The response of that id."""
    with store.reading() as sql:
        rows = sql.rows(f"SELECT {_COLUMNS} FROM kept WHERE id = ?", ident)  # noqa: S608 - fixed columns
    if not rows:
        return None
    ident, entity, caller, conversation, until, body = rows[0]
    return KeptRow(id=ident, entity=entity, caller=caller, conversation=conversation, until=until, body=bytes(body))


def forget_response(store: Store, ident: str) -> None:
    """Delete a response."""
    with store.writing() as sql:
        sql.run("DELETE FROM kept WHERE id = ?", ident)


def forget_expired(store: Store, today: str) -> None:
    """Delete every response whose last day is past; nobody waits for the turn to write where there is none."""
    with store.reading() as sql:
        some = sql.rows("SELECT 1 FROM kept WHERE until < ? LIMIT 1", today)
    if some:
        with store.writing() as sql:
            sql.run("DELETE FROM kept WHERE until < ?", today)
