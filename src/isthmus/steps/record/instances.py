"""Which processes write to the ledger, and what becomes of the open sends of one that died.

An instance is a row and a mark on the lock file that the kernel takes away when its process ends. What a dead instance
left open is closed as interrupted by the next one that starts; sends of the living are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from isthmus.clock import now
from isthmus.errors import LedgerError
from isthmus.steps.record.entries import (
    INTERRUPTED,
    instance_recovered,
    instance_started,
    instance_stopped,
    send_closed,
)
from isthmus.steps.record.journal import Group, Line, line, tip
from isthmus.store.sql import Sql
from isthmus.store.turns import Turns

PersonKeys = Mapping[str, tuple[str, bytes]]


def enter(sql: Sql, turns: Turns, *, instance: str, origin: str, person_keys: PersonKeys) -> int:
    """Begin to write: check the person keys, close what dead instances left open; the number of this instance."""
    at = now()
    with turns.turn(), sql.transaction():
        _check_tip(sql)
        _check_keys(sql, person_keys, at)
        ((number,),) = sql.rows("SELECT coalesce(max(number), 0) + 1 FROM instances")
        turns.mark(number)
        content = {"origin": origin, "person_keys": {entity: key for entity, (key, _) in sorted(person_keys.items())}}
        lines = [*_recover(sql, turns, instance, at), line(instance_started(at=at, instance=instance, content=content))]
        sql.insert("INSERT INTO instances (number, id, started)", [(number, instance, at)])
        Group(sql, number).write(lines)
    return int(number)


def leave(sql: Sql, number: int, instance: str) -> None:
    """End in good order, closing as interrupted what is still open; call it inside a transaction."""
    at = now()
    lines = [*_interrupted(sql, number, instance, at), line(instance_stopped(at=at, instance=instance))]
    Group(sql, number).write(lines)
    sql.run("UPDATE instances SET ended = ? WHERE number = ?", at, number)


def _interrupted(sql: Sql, number: int, instance: str, at: str) -> list[Line]:
    """The ends of the sends that an instance left open."""
    content = {"outcome": INTERRUPTED, "instance": instance}
    left = sql.rows("SELECT send, call FROM open_sends WHERE instance = ? ORDER BY send", number)
    return [line(send_closed(at=at, call=call, send=send, content=content)) for send, call in left]


def _check_tip(sql: Sql) -> None:
    """The tree that would be continued must be that of the last entry."""
    frontier, _, _ = tip(sql)
    last = [(frontier.size - 1, frontier.root())] if frontier.size else []
    if sql.rows("SELECT seq, root FROM entries ORDER BY seq DESC LIMIT 1") != last:
        raise LedgerError("the tip of the ledger is not its last entry", remedy="run `isthmus ledger verify`")


def _recover(sql: Sql, turns: Turns, by: str, at: str) -> list[Line]:
    lines: list[Line] = []
    for number, name in sql.rows("SELECT number, id FROM instances WHERE ended IS NULL ORDER BY number"):
        if turns.is_alive(number):
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
