"""How many distinct persons are counted, for people to read."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from isthmus.store.engine import Store
from isthmus.store.schema import SCOPES


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """One window: `persons` by category, strongest first; `unresolved` names are beside them.

    `period` is a calendar year, or empty for the twelve months that end on `as_of`.
    """

    entity: str
    scheme: str
    period: str
    counterparty: str
    as_of: str
    persons: dict[str, int]
    unresolved: int


def person_counts(store: Store) -> list[Counts]:
    """Every window in which persons were counted, by entity, scheme, period and counterparty."""
    key = (SCOPES.c.entity, SCOPES.c.scheme, SCOPES.c.period, SCOPES.c.counterparty)
    query = sa.select(*key, SCOPES.c.as_of, SCOPES.c.categories, SCOPES.c.tallies).order_by(*key)
    found = []
    with store.engine.connect() as connection:
        for entity, scheme, period, counterparty, as_of, categories, tallies in connection.execute(query):
            held = msgspec.json.decode(tallies, type=dict[str, int])
            unresolved = held.pop("unresolved", 0)
            order = [*msgspec.json.decode(categories, type=list[str]), *sorted(held)]
            found.append(
                Counts(
                    entity=entity,
                    scheme=scheme,
                    period=period,
                    counterparty=counterparty,
                    as_of=as_of,
                    persons={name: held.get(name, 0) for name in dict.fromkeys(order)},
                    unresolved=unresolved,
                )
            )
    return found
