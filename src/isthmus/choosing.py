"""Steps 4 and 5 together: a decision for each deployment that the model name allows, and the order to try them in."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from isthmus.dialects.known import DIALECTS
from isthmus.errors import MalformedError, NotFoundError, RefusedError
from isthmus.exchange import Call, Money
from isthmus.neutral import neutral_words
from isthmus.registry.declared import AUTO, Declared, candidates
from isthmus.registry.deployments import Deployed
from isthmus.registry.keys import Key
from isthmus.registry.tariffs import estimate
from isthmus.sending import amount, in_policy_currency
from isthmus.speaking import Speech, speech_of
from isthmus.steps.route import Candidate, Choice, choose, estimate_tokens
from isthmus.verdicts import Judgement, Matter, Verdicts


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """By deployment its judgement, how it is asked and what it may cost (an estimate); the order to try them in."""

    judgements: dict[str, Judgement]
    speeches: dict[str, Speech]
    costs: dict[str, Money | None]
    choice: Choice


async def choose_deployments(
    verdicts: Verdicts, matter: Matter, call: Call, *, model: str, needs: frozenset[str], output_tokens: int
) -> Chosen:
    """Every candidate judged and ordered; raises `NotFoundError` where nothing has that name."""
    input_tokens = estimate_tokens(call.slots)
    declared = matter.snapshot.declared
    targets, _ = candidates(declared, model)
    if not targets:
        raise NotFoundError(
            "no model, alias or deployment has this name", where="model", remedy="GET /v1/models lists the names"
        )
    targets = tuple(row for row in targets if call.dialect in row.speaks or call.dialect in DIALECTS) or targets
    judgements = {row.id: await verdicts.judge(matter, row) for row in targets}
    costs = {row.id: _cost(declared, row, matter.at, input_tokens, output_tokens) for row in targets}
    speeches = {row.id: speech_of(call, row, output_tokens=output_tokens) for row in targets}
    choice = choose(
        tuple(_candidate(row, judgements[row.id], costs[row.id], speeches[row.id]) for row in targets),
        min_quality=max(matter.caller.min_quality, _floor(declared, model)),
        input_tokens=input_tokens,
        needs=needs,
        strict=matter.caller.strict,
    )
    return Chosen(judgements=judgements, speeches=speeches, costs=costs, choice=choice)


async def refuse(verdicts: Verdicts, matter: Matter, chosen: Chosen, *, model: str, key: Key) -> Exception:
    """Why nothing is open: the law, with what would be lawful; or what was asked beyond the law."""
    asides = chosen.choice.aside
    if (name := next((name for name, reason in asides.items() if reason == "cannot_carry"), "")) != "":
        return _cannot_carry(chosen.speeches[name])
    decisions = tuple((name, row.decision) for name, row in chosen.judgements.items())
    lawful = await _lawful(verdicts, matter, key)
    if all(reason == "refused" for reason in asides.values()):
        return RefusedError(
            f"the law or a contract term does not let this call go to `{model}` now",
            decisions=decisions,
            lawful=lawful,
            neutral=neutral_words(verdicts.rulebook, matter),
        )
    reasons = ", ".join(f"{name}: {reason.replace('_', ' ')}" for name, reason in asides.items())
    return NotFoundError(
        f"no deployment of `{model}` is open to this call ({reasons})",
        where="model",
        remedy=f"lawful now: {', '.join(lawful) or 'none'}; or ask for less quality",
    )


async def _lawful(verdicts: Verdicts, matter: Matter, key: Key) -> tuple[str, ...]:
    """The deployments that this very call may go to, among those its key may name."""
    declared = matter.snapshot.declared
    allowed: set[str] = set()
    for name in key.models or (AUTO,):
        allowed |= {row.id for row in candidates(declared, name)[0]}
    rows = [row for row in declared.deployments.values() if row.id in allowed]
    return tuple([row.id for row in rows if (await verdicts.judge(matter, row)).decision.release])


def _cannot_carry(speech: Speech) -> MalformedError:
    return speech.refused or MalformedError(
        f"the chosen deployment speaks another dialect, which leaves out {', '.join(speech.not_carried)}",
        where=speech.not_carried[0],
        remedy="leave it out, or do not ask for `strict`",
    )


def _candidate(row: Deployed, judgement: Judgement, cost: Money | None, speech: Speech) -> Candidate:
    return Candidate(
        deployment=row.id,
        decision=judgement.decision,
        quality=row.quality,
        cost=amount(cost),
        context=row.context,
        capabilities=row.capabilities or None,
        losses=None if speech.refused else speech.not_carried,
    )


def _floor(declared: Declared, model: str) -> Decimal:
    return declared.aliases[model].min_quality if model in declared.aliases else Decimal(0)


def _cost(declared: Declared, row: Deployed, at: str, input_tokens: int, output_tokens: int) -> Money | None:
    price = estimate(row.tariffs, at=at, input_tokens=input_tokens, output_tokens=output_tokens)
    return in_policy_currency(declared, price)
