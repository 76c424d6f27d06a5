"""Reading a store that no ledger of this process has open: for explaining a call without sending it."""

from __future__ import annotations

from isthmus.exchange import Joined, Reservation, Tally
from isthmus.steps.record.conversations import joined_in
from isthmus.steps.record.counting import claim_of
from isthmus.steps.record.journal import preview
from isthmus.store import Store


def read_tallies(store: Store, wanted: Reservation, person_key: bytes) -> tuple[Tally, ...]:
    """The counts before and after, if this reservation were made now; nothing is counted."""
    sql = store.sql()
    try:
        with sql.reading():
            return preview(sql, claim_of(wanted, person_key))
    finally:
        sql.close()


def read_joined(store: Store, conversation: str) -> tuple[Joined, ...]:
    """What came into a conversation so far."""
    sql = store.sql()
    try:
        with sql.reading():
            return joined_in(sql, conversation)
    finally:
        sql.close()
