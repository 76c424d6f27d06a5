"""What would happen to a call, at each deployment, without sending it: the same steps up to the choice."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from isthmus.attachments import scan_once
from isthmus.catalogues import Catalogues
from isthmus.choosing import Chosen, choose_deployments
from isthmus.clock import now, uuid7
from isthmus.conversations import with_joined
from isthmus.decision import Decision
from isthmus.dialects.known import DIALECTS
from isthmus.errors import NotFoundError
from isthmus.exchange import Caller, HttpRequest, Money, Reservation, Scan, Tally
from isthmus.facts import Facts
from isthmus.flow import ABROAD
from isthmus.registry.declared import AUTO
from isthmus.registry.keys import Key
from isthmus.registry.snapshot import Snapshot, snapshot
from isthmus.replies import reply_scan_of
from isthmus.steps.identify import caller_of, may_name, not_expired, wishes_of
from isthmus.steps.receive import receive
from isthmus.steps.record.reading import read_joined, read_tallies
from isthmus.store import Store, open_store, registry_rows
from isthmus.verdicts import Judgement, Matter, Verdicts


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment: the facts, the decision they lead to, an estimate of the cost, and why it would be set aside.

    `reply_scan` is how its answer would be scanned.
    """

    deployment: str
    facts: Facts
    decision: Decision
    cost: str | None
    aside: str
    reply_scan: str


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, and each deployment; `order` is the order in which the call would try them."""

    caller: Caller
    model: str
    scan: Scan
    outlooks: tuple[Outlook, ...]
    order: tuple[str, ...]


def registered(catalogues: Catalogues) -> tuple[Store, Snapshot]:
    """The store of a configuration, to be closed, and the snapshot that holds now."""
    store = open_store(catalogues.declared.loaded.store_url())
    return store, snapshot(catalogues.declared, registry_rows(store), versions=catalogues.versions)


def key_named(current: Snapshot, name: str) -> Key:
    """The key of that id; raises `NotFoundError` with the known ones."""
    found = next((key for key in current.keys.values() if key.id == name), None)
    if found is None:
        known = ", ".join(sorted(key.id for key in current.keys.values())) or "none"
        raise NotFoundError(f"no key `{name}` is on record", remedy=f"known: {known}")
    return found


def explain(
    catalogues: Catalogues,
    current: Snapshot,
    store: Store,
    *,
    key: Key,
    body: bytes,
    headers: Mapping[str, str],
    any_model: bool = False,
) -> Explanation:
    """The outlook of a request body for a key; raises the `RequestError` that the call itself would meet.

    `any_model` asks whatever the key may name.
    """
    not_expired(key, today=now()[:10])
    asked = _explain(catalogues, current, store, key=key, body=body, headers=headers, any_model=any_model)
    return asyncio.run(asked)


async def _explain(
    catalogues: Catalogues,
    current: Snapshot,
    store: Store,
    *,
    key: Key,
    body: bytes,
    headers: Mapping[str, str],
    any_model: bool,
) -> Explanation:
    config, keys = current.declared.loaded.config, current.declared.keys
    at = now()
    request = HttpRequest(method="POST", path="", query="", headers=dict(headers), body=body)
    call, asked = receive(request, DIALECTS["openai_chat"], call=uuid7(), at=at, limits=config.limits)
    caller = caller_of(key, wishes_of(request.headers, asked.own), call.slots, keys[key.entity].conversations)
    if not any_model:
        may_name(key, call.model)
    seen = await scan_once(catalogues.scanner, call, config.files)

    async def tallies(wanted: Reservation) -> tuple[Tally, ...]:
        return read_tallies(store, wanted, keys[wanted.entity].persons)

    verdicts = Verdicts(catalogues.rulebook, tallies, size=1000)
    matter = verdicts.matter(current, caller, seen, call=call.id, at=at)
    if caller.reexports and caller.conversation_named and caller.chosen.get("origin") == ABROAD:
        matter = with_joined(matter, read_joined(store, caller.conversation))
    sizes: dict[str, Any] = {
        "needs": asked.needs,
        "output_tokens": asked.max_tokens or config.policy.default_output_tokens,
    }
    named = await choose_deployments(verdicts, matter, call, model=call.model, **sizes)
    every = await choose_deployments(verdicts, matter, call, model=AUTO, **sizes)
    order = tuple(candidate.deployment for candidate in named.choice.order)
    return Explanation(
        caller=caller,
        model=call.model,
        scan=seen,
        order=order,
        outlooks=tuple([await _outlook(verdicts, matter, row, every, named) for row in every.judgements.values()]),
    )


async def _outlook(verdicts: Verdicts, matter: Matter, judged: Judgement, every: Chosen, named: Chosen) -> Outlook:
    name = judged.target.id
    return Outlook(
        deployment=name,
        facts=judged.facts,
        decision=judged.decision,
        cost=_text(every.costs[name]),
        aside=named.choice.aside.get(name, "") if name in named.judgements else "not_named",
        reply_scan=await reply_scan_of(verdicts, matter, judged.target),
    )


def _text(cost: Money | None) -> str | None:
    return None if cost is None else str(cost)
