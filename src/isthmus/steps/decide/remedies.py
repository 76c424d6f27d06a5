"""What would make a refused flow lawful: the smallest sets of changes, cheapest first, each confirmed anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, product
from typing import Any

import msgspec

from isthmus.decision import Change, Decision, Remedy
from isthmus.errors import CatalogError
from isthmus.facts import Facts, Instrument
from isthmus.steps.decide.pack import ChangeRow, RemedyRow
from isthmus.steps.decide.paths import field_type, general, replaced
from isthmus.steps.decide.rulebook import CompiledRegime
from isthmus.steps.decide.unknowns import Settled

MOST_TRIED, MOST_LISTED = 48, 6
INSTRUMENTS = frozenset(f"instruments.{name}" for name in Instrument.__struct_fields__)
Spoken = list[tuple[CompiledRegime, Settled]]
# Whether a flow may leave once the facts at these paths are changed.
Releases = Callable[[Facts, frozenset[str]], bool]


def attach(facts: Facts, decision: Decision, spoken: Spoken, releases: Releases) -> Decision:
    """The decision with remedies at each regime that holds the flow up."""
    found = tuple(remedies(facts, spoken, releases))
    regimes = tuple(r if r.release else msgspec.structs.replace(r, remedies=found) for r in decision.regimes)
    return msgspec.structs.replace(decision, regimes=regimes)


def remedies(facts: Facts, spoken: Spoken, releases: Releases) -> list[Remedy]:
    """Sets of changes that release the flow, no set holding another, cheapest first."""
    held = _held_items(spoken, facts)
    kept: list[tuple[RemedyRow, ...]] = []
    for rows in islice(_candidates(spoken), MOST_TRIED):
        if any(_ids(smaller) <= _ids(rows) for smaller in kept) or not releases(
            _apply(facts, rows, held), _paths(rows)
        ):
            continue
        smallest = rows
        for row in rows:
            fewer = tuple(r for r in smallest if r is not row)
            if fewer and releases(_apply(facts, fewer, held), _paths(fewer)):
                smallest = fewer
        if _ids(smallest) not in map(_ids, kept):
            kept.append(smallest)
    kept.sort(key=lambda rows: (sum(row.cost for row in rows), len(rows)))
    return [_remedy(facts, rows, held) for rows in kept[:MOST_LISTED]]


def _paths(rows: tuple[RemedyRow, ...]) -> frozenset[str]:
    """The facts that remedies change, as conditions name them."""
    changed = {change.fact for row in rows for change in row.changes}
    return frozenset(changed | (INSTRUMENTS if "instruments" in changed else frozenset()))


def _ids(rows: tuple[RemedyRow, ...]) -> frozenset[str]:
    return frozenset(row.id for row in rows)


def _candidates(spoken: Spoken) -> Iterator[tuple[RemedyRow, ...]]:
    """Remedies that are tried alone, then what settles every fault, one choice for each."""
    faults: dict[tuple[str, str], tuple[RemedyRow, ...]] = {}
    for regime, settled in spoken:
        bad = {fault for one in settled.judgements if one for fault in one.faults}
        if bad or settled.open_facts:
            yield from ((row,) for row in regime.row.remedies if not row.fixes)
        for fault in sorted(bad):
            faults[regime.id, fault] = tuple(row for row in regime.row.remedies if fault in row.fixes)
    if faults and all(faults.values()):
        for chosen in product(*faults.values()):
            distinct = {row.id: row for row in chosen}
            yield tuple(sorted(distinct.values(), key=lambda row: (row.cost, row.id)))


def _held_items(spoken: Spoken, facts: Facts) -> tuple[int, ...]:
    held: set[int] = set()
    for regime, settled in spoken:
        if regime.row.per == "item" and len(settled.judgements) == len(facts.data):
            held |= {n for n, one in enumerate(settled.judgements) if one and (one.verdict != "allow" or one.missing)}
    return tuple(sorted(held))


def _apply(facts: Facts, rows: tuple[RemedyRow, ...], held: tuple[int, ...]) -> Facts:
    for row in rows:
        for change in changes(facts, row.changes, held):
            facts = applied(facts, change)
    return facts


def applied(facts: Facts, change: Change) -> Facts:
    """The facts with one change made; an instrument is added to those on file."""
    if change.fact == "instruments":
        added = msgspec.convert(change.value, Instrument)
        return msgspec.structs.replace(facts, instruments=(*facts.instruments, added))
    changed: Facts = replaced(facts, change.fact, _converted(change.fact, change.value))
    return changed


def changes(facts: Facts, rows: tuple[ChangeRow, ...], held: tuple[int, ...]) -> Iterator[Change]:
    """The changes of a remedy for this flow."""
    places = {"{on}": facts.on, "{recipient}": facts.recipient.id, "{exporter}": facts.exporter.jurisdiction}
    for row in rows:
        value = _filled(row.value, places)
        if row.fact.startswith("item."):
            yield from (Change(fact=f"data.{n}.{row.fact[5:]}", value=value) for n in held)
        else:
            yield Change(fact=row.fact, value=value)


def _filled(value: Any, places: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(inner, places) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, places) for inner in value]
    return places.get(value, value) if isinstance(value, str) else value


def _converted(path: str, value: Any) -> Any:
    if value is None:
        return None
    try:
        return msgspec.convert(value, field_type(general(path)), strict=False)
    except (KeyError, msgspec.ValidationError) as error:
        raise CatalogError(f"a remedy changes `{path}` to what it cannot be: {error}") from None


def _remedy(facts: Facts, rows: tuple[RemedyRow, ...], held: tuple[int, ...]) -> Remedy:
    return Remedy(
        id="+".join(row.id for row in rows),
        text_en="; ".join(row.text.en for row in rows),
        text_zh="；".join(row.text.zh for row in rows),
        changes=tuple(change for row in rows for change in changes(facts, row.changes, held)),
        cost=min(9, sum(row.cost for row in rows)),
    )
