"""Which processes write to the ledger, and what becomes of the open sends of one that died.

An instance is a row and a mark that the kernel or the database takes away when its process or its machine ends. What a
dead instance left open is closed as interrupted by the next one that starts, or by a living one when it signs its next
checkpoint; sends of the living are left alone. One that lost its database and was thought dead says so when it is back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from isthmus.clock import now
from isthmus.errors import LedgerError
from isthmus.steps.record.entries import (
    INTERRUPTED,
    instance_recovered,
    instance_resumed,
    instance_started,
    instance_stopped,
    send_closed,
)
from isthmus.steps.record.journal import Group, Line, line, tip
from isthmus.store.sql import Sql

PersonKeys = Mapping[str, tuple[str, bytes]]


def enter(sql: Sql, *, instance: str, origin: str, person_keys: PersonKeys) -> int:
    """Begin to write: check the person keys, close what dead instances left open; the number of this instance."""
    at = now()
    with sql.transaction():
        _check_tip(sql)
        _check_keys(sql, person_keys, at)
        ((number,),) = sql.rows("SELECT coalesce(max(number), 0) + 1 FROM instances")
        sql.mark(number)
        content = {"origin": origin, "person_keys": {entity: key for entity, (key, _) in sorted(person_keys.items())}}
        lines = [
            *_recover(sql, number, instance, at),
            line(instance_started(at=at, instance=instance, content=content)),
        ]
        sql.insert("INSERT INTO instances (number, id, started)", [(number, instance, at)])
        Group(sql, number).write(lines)
    return int(number)


def recover(sql: Sql, number: int, instance: str) -> None:
    """Close what instances that died meanwhile left open; call it inside a transaction."""
    lines = _recover(sql, number, instance, now())
    if lines:
        Group(sql, number).write(lines)


def resume(sql: Sql, number: int, instance: str, unanswered: Sequence[str]) -> None:
    """Go on after the store was away; call it inside a transaction.

    `unanswered` are sends whose opening was written although whoever waited was told that it was not: nothing left.
    """
    at = now()
    left = sorted(sql.rows_in("SELECT send, call FROM open_sends WHERE send IN", unanswered))
    lines = [_interruption(send, call, instance, at) for send, call in left]
    if sql.rows("SELECT 1 FROM instances WHERE number = ? AND ended IS NOT NULL", number):
        sql.run("UPDATE instances SET ended = NULL WHERE number = ?", number)
        lines.append(line(instance_resumed(at=at, instance=instance)))
    if lines:
        Group(sql, number).write(lines)


def leave(sql: Sql, number: int, instance: str) -> None:
    """End in good order, closing as interrupted what is still open; call it inside a transaction."""
    at = now()
    lines = [*_interrupted(sql, number, instance, at), line(instance_stopped(at=at, instance=instance))]
    Group(sql, number).write(lines)
    sql.run("UPDATE instances SET ended = ? WHERE number = ?", at, number)


def _interrupted(sql: Sql, number: int, instance: str, at: str) -> list[Line]:
    """The ends of the sends that an instance left open."""
    left = sql.rows("SELECT send, call FROM open_sends WHERE instance = ? ORDER BY send", number)
    return [_interruption(send, call, instance, at) for send, call in left]


def _interruption(send: str, call: str, instance: str, at: str) -> Line:
    content = {"outcome": INTERRUPTED, "instance": instance}
    return line(send_closed(at=at, call=call, send=send, content=content))


def _check_tip(sql: Sql) -> None:
    """The tree that would be continued must be that of the last entry."""
    frontier, _, _ = tip(sql)
    last = [(frontier.size - 1, frontier.root())] if frontier.size else []
    if sql.rows("SELECT seq, root FROM entries ORDER BY seq DESC LIMIT 1") != last:
        raise LedgerError("the tip of the ledger is not its last entry", remedy="run `isthmus ledger verify`")


def _recover(sql: Sql, mine: int, by: str, at: str) -> list[Line]:
    lines: list[Line] = []
    open_ones = sql.rows("SELECT number, id, started FROM instances WHERE ended IS NULL ORDER BY number")
    for number, name, started in open_ones:
        if number == mine or sql.is_alive(number, started):
            continue
        left = _interrupted(sql, number, name, at)
        lines += left
        lines.append(line(instance_recovered(at=at, instance=name, by=by, sends=len(left))))
        sql.run("UPDATE instances SET ended = ? WHERE number = ?", at, number)
    return lines


def _check_keys(sql: Sql, person_keys: PersonKeys, at: str) -> None:
    """A different or missing key would count known persons again, so nothing starts."""
    known = dict(sql.rows("SELECT entity, key_id FROM person_keys"))
    for entity, key_id in known.items():
        held = person_keys.get(entity)
        if held is not None and held[0] == key_id:
            continue
        if not sql.rows("SELECT 1 FROM identifiers WHERE entity = ? LIMIT 1", entity):
            sql.run("DELETE FROM person_keys WHERE entity = ?", entity)
            continue
        what = "is missing" if held is None else "is not the one"
        raise LedgerError(
            f"the secret of entity `{entity}` {what} that its persons were counted with",
            remedy=f"give the entity its secret back (key id {key_id})",
        )
    rows = [(entity, key_id, at) for entity, (key_id, _) in sorted(person_keys.items())]
    sql.insert("INSERT INTO person_keys (entity, key_id, since)", rows, "ON CONFLICT (entity) DO NOTHING")
