"""Decisions for live calls: memoised on their facts, with counts as bands between the packs' thresholds.

The memo's key holds everything that a decision can rest on: what the caller chose and attested, the data, the
deployment, the bands, the legal date, and the versions of rules, registry and configuration (in the snapshot's hash).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import Any

import msgspec

from isthmus.clock import legal_date
from isthmus.counting import EXEMPT, Counted, binds, counted, leaves, limits, most, reservation
from isthmus.decision import Decision
from isthmus.exchange import Caller, Joined, Reservation, Scan, Tally
from isthmus.facts import Facts
from isthmus.flow import facts_of
from isthmus.registry.deployments import Deployed
from isthmus.registry.snapshot import Snapshot
from isthmus.steps.decide import Rulebook, decide
from isthmus.steps.scan import people

Tallies = Callable[[Reservation], Awaitable[tuple[Tally, ...]]]


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A decision for one call at one deployment, the facts it rests on, and the persons to reserve before it leaves.

    `fresh` is true the first time that this decision was made: it then goes into the ledger.
    """

    target: Deployed
    facts: Facts
    decision: Decision
    leaves: bool
    reservations: tuple[Reservation, ...] = ()
    fresh: bool = False


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """What of a call is the same for each deployment: who, what data, whose, when; `joined` came in earlier calls.

    `counts` counts the persons, once, when a deployment is asked about that would take them abroad.
    """

    snapshot: Snapshot
    caller: Caller
    scan: Scan
    at: str
    on: str
    data: tuple[Any, ...]
    counts: Callable[[], tuple[Counted, ...]]
    joined: tuple[Joined, ...] = ()


class Verdicts:
    """Decides calls by one rulebook; keeps at most `size` decisions and the last known count of each window."""

    def __init__(self, rulebook: Rulebook, tallies: Tallies, *, size: int) -> None:
        self.rulebook = rulebook
        self._tallies = tallies
        self._size = size
        self._memo: dict[tuple[Any, ...], Judgement] = {}
        self._before: dict[tuple[str, str, str, str], dict[str, int]] = {}

    def matter(self, snapshot: Snapshot, caller: Caller, scan: Scan, *, call: str, at: str) -> Matter:
        """What of a call every decision about it shares."""
        entity = snapshot.declared.entities[caller.entity]
        schemes, found = self.rulebook.schemes, scan.findings
        count = partial(counted, schemes, entity=entity, caller=caller, findings=found, call=call, people=people)
        return Matter(
            snapshot=snapshot,
            caller=caller,
            scan=scan,
            at=at,
            on=legal_date(at, self._zone(entity.jurisdiction)),
            data=_signature(scan),
            counts=cache(count) if found or caller.attested else tuple,
        )

    async def judge(self, matter: Matter, target: Deployed, *, exact: bool = False) -> Judgement:
        """The decision for one deployment; `exact` reads the counts from the store instead of trusting the last."""
        tallies: list[Tally] = []
        reserve: list[tuple[Counted, Reservation]] = []
        for counts in self._leaving(matter, target):
            wanted = reservation(
                counts,
                entity=matter.caller.entity,
                destination=target.destination,
                at=matter.at,
                conversation=matter.caller.conversation,
            )
            found = await self._counted(counts, wanted, exact=exact)
            tallies.extend(found)
            reserve.append((counts, msgspec.structs.replace(wanted, limits=limits(counts.scheme, found))))
        key = self._key(matter, target, reserve)
        known = self._memo.get(key)
        if known is None:
            facts = self._facts(matter, target, tallies)
            decision = decide(self.rulebook, facts)
            known = Judgement(
                target=target,
                facts=facts,
                decision=decision,
                leaves=leaves(facts.exporter.jurisdiction, target.destination),
            )
            self._remember(key, known)
            known = msgspec.structs.replace(known, fresh=True)
        if reserve:
            found_for = tuple(_grounded(known.decision, row, counts) for counts, row in reserve)
            known = msgspec.structs.replace(known, reservations=found_for)
        return known

    def learn(self, judgement: Judgement, tallies: tuple[Tally, ...]) -> None:
        """Take the counts that a reservation gave as the last known ones."""
        by_scheme: dict[str, dict[str, int]] = {}
        for tally in tallies:
            by_scheme.setdefault(tally.scheme, {})[tally.category] = tally.after
        for row in judgement.reservations:
            if row.scheme in by_scheme:
                self._before[_window(row)] = by_scheme[row.scheme]

    def forget(self, judgement: Judgement) -> None:
        """Drop the counts that turned out to be old."""
        for row in judgement.reservations:
            self._before.pop(_window(row), None)

    def _facts(self, matter: Matter, target: Deployed, tallies: list[Tally]) -> Facts:
        declared = matter.snapshot.declared
        return facts_of(
            on=matter.on,
            entity=declared.entities[matter.caller.entity],
            target=target,
            caller=matter.caller,
            purpose=declared.purposes.get(matter.caller.chosen.get("purpose", "")),
            acts=matter.snapshot.acts.get(matter.caller.entity, ()),
            scan=matter.scan,
            tallies=tallies,
            joined=matter.joined,
        )

    def _leaving(self, matter: Matter, target: Deployed) -> list[Counted]:
        """The persons of a call under each scheme whose jurisdiction they would leave."""
        entity = matter.snapshot.declared.entities[matter.caller.entity]
        binding = {row.jurisdiction for row in self.rulebook.schemes if binds(row, entity)}
        left = {place for place in binding if leaves(place, target.destination)}
        return [row for row in matter.counts() if row.scheme.jurisdiction in left] if left else []

    async def _counted(self, counts: Counted, wanted: Reservation, *, exact: bool) -> tuple[Tally, ...]:
        window = _window(wanted)
        before = None if exact else self._before.get(window)
        bounded = most(counts, before) if before is not None else None
        if bounded is not None:
            return bounded
        found = await self._tallies(wanted)
        if len(self._before) >= self._size:
            self._before.clear()
        self._before[window] = {tally.category: tally.before for tally in found}
        return found

    def _key(self, matter: Matter, target: Deployed, reserve: list[tuple[Counted, Reservation]]) -> tuple[Any, ...]:
        caller = matter.caller
        bands = tuple((row.scheme, row.limits, tuple(counts.new.items())) for counts, row in reserve)
        chosen = (tuple(sorted(caller.chosen.items())), repr(caller.attested) if caller.attested else "")
        return (
            matter.snapshot.version,
            target.id,
            caller.entity,
            caller.clean_scan,
            caller.media,
            caller.conversation_named,
            chosen,
            matter.data,
            matter.joined,
            bands,
            matter.on,
        )

    def _remember(self, key: tuple[Any, ...], judgement: Judgement) -> None:
        while len(self._memo) >= self._size:
            del self._memo[next(iter(self._memo))]
        self._memo[key] = judgement

    def _zone(self, jurisdiction: str) -> str:
        return next((row.zone for row in self.rulebook.schemes if row.jurisdiction == jurisdiction), "UTC")


def _window(row: Reservation) -> tuple[str, str, str, str]:
    return (row.entity, row.scheme, row.period, row.counterparty)


def _grounded(decision: Decision, row: Reservation, counts: Counted) -> Reservation:
    """The reservation with what the send rests on; what an exemption does not count goes into a window of its own."""
    place = counts.scheme.jurisdiction
    regime = next((r for r in decision.regimes if r.id == counts.scheme.id), None)
    regime = regime or next((r for r in decision.regimes if r.id.startswith(f"{place}.")), None)
    if regime is None:
        return row
    ground = f"{regime.mechanism}: {regime.ground}" if regime.ground else regime.mechanism
    if regime.counted:
        return msgspec.structs.replace(row, ground=ground)
    return msgspec.structs.replace(row, ground=ground, scheme=row.scheme + EXEMPT, limits=())


def _signature(scan: Scan) -> tuple[Any, ...]:
    if not (scan.findings or scan.unscanned):
        return ((), ())
    kinds: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for finding in scan.findings:
        kinds.setdefault((finding.kind, finding.classes), set()).add(finding.value)
    data = tuple(sorted((kind, classes, len(values)) for (kind, classes), values in kinds.items()))
    return (data, tuple(sorted({part.medium for part in scan.unscanned})))
