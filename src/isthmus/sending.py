"""One send: its target, the entries that open and close it, and what it cost.

Every time bytes leave there is one `Send` with its own id, decision and reservation; it is closed in every ending.
"""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import msgspec

from isthmus import metrics
from isthmus.clock import now, uuid7
from isthmus.dialects.conversation.opaque import Seal
from isthmus.errors import IsthmusError, LedgerError
from isthmus.exchange import Call, Caller, Money, Protected, Receipt, Tally, Usage
from isthmus.registry.declared import Declared
from isthmus.registry.deployments import Deployed
from isthmus.registry.rates import convert
from isthmus.registry.tariffs import cost
from isthmus.speaking import Speech
from isthmus.steps.record import Entry, Ledger, entries
from isthmus.verdicts import Judgement, Matter

REASONS = 20


class Send(msgspec.Struct, kw_only=True):
    """A send under way; `outcome` is how it ends if nothing else is said, `closed` keeps it from closing twice.

    `seal`: texts are changed, so what is signed travels under it. `not_carried` names what the deployment's wire form
    or the client's leaves out, `fault` is what its rejection means.
    """

    id: str
    at: str
    call: Call
    caller: Caller
    judgement: Judgement
    protected: Protected
    speech: Speech
    reply_scan: str = "none"
    tallies: tuple[Tally, ...] = ()
    outcome: str = "client_left"
    closed: bool = False
    not_carried: tuple[str, ...] = ()
    seal: Seal | None = None
    fault: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"Send({self.id})"


async def open_send(
    ledger: Ledger,
    matter: Matter,
    call: Call,
    judgement: Judgement,
    *,
    protected: Protected,
    speech: Speech,
    reply_scan: str,
) -> Send:
    """Record that bytes are about to leave; for an export it returns when entry and reservation are durable.

    Raises `BandCrossedError` where a count moved on since the decision, and `LedgerError`: then nothing may leave.
    """
    send = Send(
        id=uuid7(),
        at=now(),
        call=call,
        caller=matter.caller,
        judgement=judgement,
        protected=protected,
        speech=speech,
        reply_scan=reply_scan,
        not_carried=speech.not_carried,
    )
    decision = judgement.decision
    if judgement.fresh:
        metrics.count(metrics.DECISIONS, decision.verdict)
        await ledger.append(decided(send.at, call, judgement), durable=False)
    entry = entries.send_opened(
        at=send.at,
        call=call.id,
        send=send.id,
        content=_opened(matter, judgement, protected, reply_scan=reply_scan),
    )
    try:
        receipt: Receipt = await ledger.append(entry, judgement.reservations, durable=judgement.leaves)
    except asyncio.CancelledError:
        # The client left while the entry was being written, which goes on: nothing left, and its closing stands behind.
        await close_send(ledger, send)
        raise
    send.tallies = receipt.tallies
    return send


async def close_send(
    ledger: Ledger, send: Send, *, usage: Usage | None = None, price: Money | None = None, **more: Any
) -> None:
    """Record how a send ended; the second time nothing happens."""
    if send.closed:
        return
    send.closed = True
    metrics.count(metrics.SENDS, send.judgement.target.id, send.outcome)
    content: dict[str, Any] = {"outcome": send.outcome, "deployment": send.judgement.target.id, **more}
    if send.fault:
        content["upstream"] = send.fault
    if send.speech.pair is not None:
        content |= {"asked_in": send.speech.upstream.id, "not_carried": list(send.not_carried)}
    if usage is not None:
        content["usage"] = _usage(usage)
        _count_tokens(send.judgement.target.id, usage)
    if price is not None:
        content["cost"] = str(price)
    entry = entries.send_closed(at=now(), call=send.call.id, send=send.id, content=content)
    try:
        await ledger.append(entry, durable=False)
    except LedgerError:
        # The answer was given; a later start closes the send as interrupted, and readiness tells why.
        metrics.count(metrics.UNRECORDED)


def price_of(declared: Declared, target: Deployed, usage: Usage, at: str) -> Money | None:
    """What a send cost in the policy's currency; None where usage or price is not known."""
    return in_policy_currency(declared, cost(usage, target.tariffs, at=at))


def in_policy_currency(declared: Declared, price: Money | None) -> Money | None:
    """The amount in the currency that deployments are compared in; None where there is no rate."""
    if price is None:
        return None
    wanted = declared.loaded.config.policy.cost_currency
    if price.currency == wanted:
        return price
    try:
        return convert(price, wanted, declared.rates) if declared.rates is not None else None
    except IsthmusError:
        return None


def amount(price: Money | None) -> Decimal | None:
    """The bare amount, for comparing."""
    return None if price is None else price.amount


def caller_facts(caller: Caller) -> dict[str, Any]:
    """What the ledger says of a caller: names of the registry, no text of the call."""
    return {"key": caller.key_id, "entity": caller.entity, "team": caller.team, "chosen": caller.chosen}


def decided(at: str, call: Call, judgement: Judgement) -> Entry:
    """A decision with its facts, each as the JSON text whose SHA-256 the sends refer to, so that it can be replayed."""
    encode = msgspec.json.Encoder(order="deterministic").encode
    facts, decision = encode(judgement.facts).decode(), encode(judgement.decision).decode()
    return entries.decision_made(at=at, call=call.id, facts=facts, decision=decision)


def _opened(matter: Matter, judgement: Judgement, protected: Protected, *, reply_scan: str) -> dict[str, Any]:
    caller, target = matter.caller, judgement.target
    content: dict[str, Any] = {
        **caller_facts(caller),
        "deployment": target.id,
        "recipient": target.destination.recipient,
        "model": target.row.model,
        "decision": judgement.decision.facts,
        "verdict": judgement.decision.verdict,
        "mechanisms": {row.id: row.mechanism for row in judgement.decision.regimes},
        "on": matter.on,
        "snapshot": matter.snapshot.version,
        "leaves": judgement.leaves,
        "found": matter.scan.kinds,
        "unscanned": len(matter.scan.unscanned),
        "clean_scan": caller.clean_scan,
        "edits": protected.changes,
        "conversation": caller.conversation,
        "reply_scan": reply_scan,
    }
    if caller.attested:
        content["attested"] = {name: _plain(value) for name, value in caller.attested.items()}
        content["attested_by"] = caller.attested_by
    if matter.scan.unscanned:
        content["unread"] = sorted({f"{part.medium}: {part.reason}" for part in matter.scan.unscanned})[:REASONS]
    if used := _vouched(matter):
        content["attested_media"] = used
    return content


def _vouched(matter: Matter) -> list[dict[str, Any]]:
    """The media of a call that are taken for what somebody said they are, and who said so."""
    unread = {part.medium for part in matter.scan.unscanned}
    purpose = matter.caller.chosen.get("purpose", "")
    return [{"medium": medium, "purpose": purpose, "by": by} for medium, by in matter.caller.media if medium in unread]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _usage(usage: Usage) -> dict[str, Any]:
    found = {}
    for name in Usage.__struct_fields__:
        count = getattr(usage, name)
        if count.amount is not None or name in ("input", "output"):
            found[name] = {"amount": count.amount, "provenance": count.provenance}
    return found


def _count_tokens(deployment: str, usage: Usage) -> None:
    for direction, count in (("input", usage.input), ("output", usage.output)):
        if count.amount is not None and count.provenance == "provider":
            metrics.count(metrics.TOKENS, deployment, direction, by=count.amount)
