"""Acts of people that decisions rest on: contracts, filings, assessments, consents, notices.

Each has a validity and says who recorded it. An act of a kind that `facts.Instrument` knows becomes an instrument of
the facts; one named as a field of `facts.Evidence` or `facts.Service` that is held or not makes that fact true.
"""

from __future__ import annotations

from typing import Annotated, get_args, get_type_hints

import msgspec
from msgspec import Meta

from isthmus.config import Id
from isthmus.facts import Day, Evidence, Instrument, Place, Service

INSTRUMENTS: frozenset[str] = frozenset(get_args(get_type_hints(Instrument)["kind"]))


def _held(facts: type[msgspec.Struct]) -> frozenset[str]:
    """The facts that an act can make true."""
    return frozenset(name for name, type_ in get_type_hints(facts).items() if bool in (type_, *get_args(type_)))


EVIDENCE: frozenset[str] = _held(Evidence)
SERVICE: frozenset[str] = _held(Service)
AMOUNTS: frozenset[str] = frozenset({"monthly_users"})
"""Facts of a service that an act states by its `number`."""


class Act(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One act. Empty `recipient`, `purpose` or `model` means it covers any; days are inclusive."""

    id: Id
    kind: str
    entity: Id
    recipient: str = ""
    purpose: str = ""
    model: str = ""
    number: str = ""
    countries: tuple[Place, ...] = ()
    valid_from: Day | None = None
    valid_until: Day | None = None
    filed_on: Day | None = None
    note: Annotated[str, Meta(max_length=500)] = ""


def kinds() -> tuple[str, ...]:
    """Every kind of act that a decision can take, in order."""
    return tuple(sorted(INSTRUMENTS | EVIDENCE | SERVICE | AMOUNTS))


def covers(act: Act, *, entity: str, recipient: str, purpose: str, model: str, on: str) -> bool:
    """Whether an act speaks for this flow on that day; unknown bounds of validity do not count as valid."""
    wide = (act.recipient in ("", recipient)) and (act.purpose in ("", purpose)) and (act.model in ("", model))
    return act.entity == entity and wide and (act.valid_from or "9999") <= on <= (act.valid_until or "9999-12-31")


def instruments(acts: tuple[Act, ...]) -> tuple[Instrument, ...]:
    """The acts that are instruments, as facts."""
    return tuple(
        msgspec.convert(
            {
                "kind": act.kind,
                "number": act.number,
                "recipient": act.recipient,
                "valid_from": act.valid_from,
                "valid_until": act.valid_until,
                "filed_on": act.filed_on,
            },
            Instrument,
        )
        for act in acts
        if act.kind in INSTRUMENTS
    )
