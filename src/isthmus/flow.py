"""A live call as facts: the same value that `isthmus law decide` reads from a file.

What nobody stated stays unknown; nothing favourable is assumed. Items are one for each kind found, one more for what
could not be read, and one for each sort of data that came into the conversation earlier: what was sent here from abroad
may leave again on that ground only while nothing from here was added. That can be known of named conversations only, so
in any other what a mainland entity holds from abroad is of unknown origin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from isthmus.config import Entity, Purpose
from isthmus.exchange import Caller, Joined, Scan, Tally
from isthmus.facts import Counts, Evidence, Exporter, Facts, Instrument, Item, Recipient, Service, UsTransaction
from isthmus.facts import Purpose as PurposeFacts
from isthmus.registry.acts import AMOUNTS, EVIDENCE, SERVICE, Act, covers, instruments
from isthmus.registry.deployments import Deployed, filed_on

COUNT_FIELDS = frozenset(Counts.__struct_fields__)
ABROAD = "abroad"
MAINLAND, US = "cn", "us"  # the place that an origin calls the mainland; whose rule counts by category
UNKNOWN = "unknown"  # a registered fact without a default that the call did not state
BEFORE_NEW = ("before", "new")


def facts_of(
    *,
    on: str,
    entity: Entity,
    target: Deployed,
    caller: Caller,
    purpose: Purpose | None,
    acts: tuple[Act, ...],
    scan: Scan,
    tallies: Iterable[Tally] = (),
    joined: Iterable[Joined] = (),
) -> Facts:
    """The facts of one call at one deployment on the legal date `on`."""
    name = caller.chosen.get("purpose", "")
    valid = tuple(
        act
        for act in acts
        if covers(
            act,
            entity=entity.id,
            recipient=target.destination.recipient,
            purpose=name,
            model=target.destination.model,
            on=on,
        )
    )
    traced = caller.conversation_named or entity.jurisdiction != MAINLAND
    found = _items(scan, caller, traced=traced)
    return Facts(
        on=on,
        exporter=_exporter(entity),
        recipient=_recipient(target),
        data=(*found, *_stated_items(entity, caller, found, traced=traced), *_earlier(joined)),
        purpose=_purpose(name, purpose, caller),
        evidence=_evidence(valid, caller),
        counts=_counts(tallies),
        instruments=(*instruments(valid), *_attested(caller, target, on)),
        service=_service(valid, caller, target, on),
        us=_transaction(caller),
    )


def _exporter(entity: Entity) -> Exporter:
    return Exporter(
        jurisdiction=entity.jurisdiction,
        entity=entity.id,
        city=entity.city or "",
        ciio=entity.ciio,
        us_person=entity.us_person,
        owner_country=entity.owner.country if entity.owner else None,
        owner_percent=entity.owner.percent if entity.owner else None,
        sector=entity.sector,
        separate_consent_always=entity.separate_consent_always,
        relative_view=entity.relative_view,
    )


def _recipient(target: Deployed) -> Recipient:
    to, terms = target.destination, target.terms
    return Recipient(
        hosted_in=to.hosted_in or None,
        accessible_from=to.accessible_from,
        id=to.recipient,
        deployment=to.deployment,
        provider=to.provider,
        operator_country=to.operator_country,
        owner_country=to.owner_country,
        trains_on_inputs=target.trains_on_inputs,
        retention_days=target.retention_days,
        blocked_regions=(terms.blocked_regions or ()) if terms else (),
        owner_rule_percent=terms.owner_rule_percent if terms else None,
        suspended=target.row.suspended,
    )


def _items(scan: Scan, caller: Caller, *, traced: bool) -> tuple[Item, ...]:
    """One for each kind; `traced` says whether an origin abroad can be believed."""
    seen: dict[str, tuple[set[str], tuple[str, ...]]] = {}
    for finding in scan.findings:
        values, _ = seen.setdefault(finding.kind, (set(), finding.classes))
        values.add(finding.value)
    stated = _of_all(caller, traced=traced)
    items = [
        msgspec.convert({"label": kind, "classes": classes, "persons": len(values), **stated}, Item)
        for kind, (values, classes) in sorted(seen.items())
    ]
    media = sorted({part.medium for part in scan.unscanned})
    vouched = {medium for medium, _ in caller.media}
    for name in media:
        known = {"label": f"attested {name}", "classes": (), "persons": 0}
        row = known if name in vouched else {"label": f"unscanned {name}", "classes": None}
        items.append(msgspec.convert({**row, **stated}, Item))
    if caller.clean_scan == "unknown" and not seen and not media:
        items.append(msgspec.convert({"label": "clean scan", "classes": None, **stated}, Item))
    return tuple(items)


def _of_all(caller: Caller, *, traced: bool) -> dict[str, Any]:
    """What the caller says of all its data."""
    stated: dict[str, Any] = {
        name: _known(caller.chosen[name]) for name in ("subjects", "origin") if name in caller.chosen
    }
    return stated | {"origin": None} if stated.get("origin") == ABROAD and not traced else stated


def _known(value: str) -> str | None:
    return None if value == UNKNOWN else value


def _stated_items(entity: Entity, caller: Caller, found: tuple[Item, ...], *, traced: bool) -> Iterator[Item]:
    """Persons of whom the caller states what was not found: under 28 CFR 202 a sensitive person has a category.

    Of which category those are whom the caller calls sensitive and no more is unknown there: neither the lowest
    threshold nor none.
    """
    there = {name for item in found for name in item.classes or ()}
    stated: dict[str, Any] = caller.attested
    of_all = _of_all(caller, traced=traced)
    categories: dict[str, int] = stated.get("persons_by_category", {})
    laws = dict.fromkeys((entity.jurisdiction, *((US,) if entity.us_person else ())))
    for law in laws:
        rows: dict[str, int] = {f"{law}.{name}": number for name, number in categories.items()}
        rows["us.contact" if law == US else f"{law}.personal"] = stated.get("persons", 0)
        sensitive = stated.get("persons_sensitive", 0)
        if law != US:
            rows[f"{law}.sensitive"] = sensitive
        elif sensitive > sum(categories.values()):
            row = {"label": "attested sensitive", "classes": None, "persons": sensitive - sum(categories.values())}
            yield msgspec.convert({**row, **of_all}, Item)
        for name, number in rows.items():
            if number and name not in there:
                row = {"label": "attested persons", "classes": (name,), "persons": number}
                yield msgspec.convert({**row, **of_all}, Item)


def joining(scan: Scan, caller: Caller) -> tuple[Joined, ...]:
    """What this call brings into a conversation that may re-export: nothing where it comes from abroad itself."""
    origin = _known(caller.chosen.get("origin", "here")) or "here"
    if not caller.reexports or not caller.conversation_named or origin == ABROAD:
        return ()
    held = {
        item.classes if item.classes is None else tuple(sorted(item.classes))
        for item in _items(scan, caller, traced=True)
    }
    return tuple(Joined(origin=origin, classes=classes) for classes in sorted(held, key=repr) if classes != ())


def _earlier(joined: Iterable[Joined]) -> tuple[Item, ...]:
    found = {"label": "earlier in this conversation", "persons": 0}
    return tuple(msgspec.convert({**found, "origin": row.origin, "classes": row.classes}, Item) for row in joined)


def _purpose(name: str, purpose: Purpose | None, caller: Caller) -> PurposeFacts:
    basis = caller.chosen.get("basis") or (purpose.basis if purpose else None)
    limbs = ("contract_with_individual", "hr_necessary", "labour_rules", "collective_contract", "emergency")
    held = {limb: getattr(purpose, limb) for limb in limbs} if purpose else {}
    return msgspec.convert({"name": name, "basis": basis, **held}, PurposeFacts)


def _evidence(valid: tuple[Act, ...], caller: Caller) -> Evidence:
    held = {act.kind for act in valid} | set(caller.attested.get("consents", ()))
    return Evidence(**dict.fromkeys(held & EVIDENCE, True))


def _attested(caller: Caller, target: Deployed, on: str) -> tuple[Instrument, ...]:
    stated = caller.attested.get("instruments", ())
    acts = tuple(
        Act(id="attested", kind=kind, entity=caller.entity, recipient=target.destination.recipient, valid_from=on)
        for kind in stated
    )
    return instruments(acts)


def _service(valid: tuple[Act, ...], caller: Caller, target: Deployed, on: str) -> Service:
    held: dict[str, Any] = {act.kind: True for act in valid if act.kind in SERVICE}
    held |= {act.kind: int(act.number) for act in valid if act.kind in AMOUNTS and act.number.isdecimal()}
    return msgspec.convert(
        {
            "audience": _known(caller.chosen.get("audience", "internal")),
            "model": target.destination.model,
            "model_filed": filed_on(target, on),
            "model_modified": target.row.model_modified,
            **held,
        },
        Service,
    )


def _transaction(caller: Caller) -> UsTransaction:
    kind = caller.chosen.get("transaction")
    return msgspec.convert({"kind": _known(kind)}, UsTransaction) if kind else UsTransaction()


def _counts(tallies: Iterable[Tally]) -> Counts:
    """Tallies as the fields `<category>_before` and `_new`, or by category in `<jurisdiction>_before` and `_new`."""
    fields: dict[str, Any] = {}
    for tally in tallies:
        amounts = (tally.before, tally.after - tally.before)
        for suffix, amount in zip(BEFORE_NEW, amounts, strict=True):
            if f"{tally.category}_{suffix}" in COUNT_FIELDS:
                fields[f"{tally.category}_{suffix}"] = amount
            else:
                group = fields.setdefault(f"{tally.scheme.split('.')[0]}_{suffix}", {})
                group[tally.category] = amount
    return Counts(**fields)
