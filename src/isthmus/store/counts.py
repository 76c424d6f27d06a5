"""How many distinct persons are counted, for people to read."""

from __future__ import annotations

import msgspec

from isthmus.store.store import Store

_KEY = "entity, scheme, period, counterparty"


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
    with store.reading() as sql:
        rows = sql.rows(f"SELECT {_KEY}, as_of, categories, tallies FROM scopes ORDER BY {_KEY}")  # noqa: S608 - fixed
    found = []
    for entity, scheme, period, counterparty, as_of, categories, tallies in rows:
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
