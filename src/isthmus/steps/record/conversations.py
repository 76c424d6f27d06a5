"""What came into named conversations, as rows of the store."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from isthmus.exchange import Joined
from isthmus.steps.record.journal import Join
from isthmus.store.sql import Sql


def rows_of(joined: Iterable[Joined], *, entity: str, conversation: str, at: str) -> tuple[Join, ...]:
    """The rows to keep; classes in the order of the alphabet, so that the same is the same row."""
    return tuple(
        (conversation, row.origin, msgspec.json.encode(_sorted(row.classes)).decode(), entity, at) for row in joined
    )


def joined_in(sql: Sql, conversation: str) -> tuple[Joined, ...]:
    """What came into a conversation so far."""
    query = "SELECT origin, classes FROM joined WHERE conversation = ? ORDER BY origin, classes"
    found = sql.rows(query, conversation)
    return tuple(
        Joined(origin=origin, classes=msgspec.json.decode(classes, type=tuple[str, ...] | None))
        for origin, classes in found
    )


def _sorted(classes: tuple[str, ...] | None) -> list[str] | None:
    return None if classes is None else sorted(classes)
