"""Counts of a store that no ledger of this process has open: for explaining a call without sending it."""

from __future__ import annotations

from isthmus.exchange import Reservation, Tally
from isthmus.steps.record.counting import claim_of
from isthmus.steps.record.journal import preview
from isthmus.store import Store


def read_tallies(store: Store, wanted: Reservation, person_key: bytes) -> tuple[Tally, ...]:
    """The counts before and after, if this reservation were made now; nothing is counted."""
    sql = store.sql()
    try:
        return preview(sql, claim_of(wanted, person_key))
    finally:
        sql.close()
