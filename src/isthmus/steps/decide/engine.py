"""`decide`: the facts of one flow in, one decision out."""

from __future__ import annotations

import hashlib

import msgspec

from isthmus.decision import Decision, ItemOutcome, Reason, Regime
from isthmus.exchange import Verdict
from isthmus.facts import Facts
from isthmus.steps.decide.counting import totals
from isthmus.steps.decide.judge import RANK, VERDICT_RANK, Judgement
from isthmus.steps.decide.remedies import attach
from isthmus.steps.decide.rulebook import CompiledRegime, Rule, Rulebook
from isthmus.steps.decide.unknowns import Settled, allows, settle
from isthmus.steps.decide.world import Worlds

STRENGTH = {"pseudonymise": 0, "drop": 1}


def decide(book: Rulebook, facts: Facts) -> Decision:
    """What all regimes in force on the date say of the flow; remedies are looked for only where it may not leave."""
    worlds = Worlds(facts)
    settled = [(one, settle(book, one, worlds)) for one in book.at(facts.on, facts.exporter.jurisdiction)]
    spoken = [(regime, one) for regime, one in settled if any(one.judgements) or one.open_facts]
    regimes = tuple(_regime(regime, one, facts) for regime, one in spoken)
    verdict: Verdict = "allow"
    for regime in regimes:
        verdict = max(verdict, regime.verdict, key=VERDICT_RANK.__getitem__)
    decision = Decision(
        verdict=verdict,
        release=all(r.release for r in regimes),
        on=facts.on,
        regimes=regimes,
        transforms=_transforms(spoken, facts),
        packs={regime.row.jurisdiction: book.packs.get(regime.row.jurisdiction, "") for regime, _ in spoken},
        facts=hashlib.sha256(msgspec.json.encode(facts, order="sorted")).hexdigest(),
    )
    if decision.release:
        return decision
    dated = book.at(facts.on, facts.exporter.jurisdiction)
    held = frozenset(regime.id for regime in decision.regimes if not regime.release)
    # Those that hold it now are asked first; of the others only those that read what changes can hold it then.
    first = sorted(dated, key=lambda regime: regime.id not in held)

    def lets_go(changed: Facts, paths: frozenset[str]) -> bool:
        touched = {key for regime in dated for path in paths for key in regime.touches.get(path, ())}
        then = worlds.changed(changed, touched)
        asked = (regime for regime in first if regime.id in held or not paths.isdisjoint(regime.touches))
        return all(allows(book, regime, then) for regime in asked)

    return attach(facts, decision, spoken, lets_go)


def releases(book: Rulebook, facts: Facts) -> bool:
    """Whether the flow may leave, without the rest of the decision."""
    worlds = Worlds(facts)
    return all(allows(book, regime, worlds) for regime in book.at(facts.on, facts.exporter.jurisdiction))


def _regime(regime: CompiledRegime, settled: Settled, facts: Facts) -> Regime:
    judged = [one for one in settled.judgements if one]
    worst = max(judged, key=lambda one: (VERDICT_RANK[one.verdict], RANK[one.mechanism]))
    mechanism, verdict = worst.mechanism, worst.verdict
    if settled.open_facts:
        mechanism, verdict = ("human_review", "review") if verdict != "deny" or worst.missing else (mechanism, verdict)
    before, after = totals(regime.scheme, facts) if regime.scheme else ({}, {})
    duties = {duty.id: duty for one in judged for duty in one.duties}
    return Regime(
        id=regime.id,
        mechanism=mechanism,
        verdict=verdict,
        release=verdict == "allow" and not settled.open_facts,
        ground=worst.ground,
        duties=tuple(duties.values()),
        reasons=_reasons(regime, worst, judged),
        counts_before=before,
        counts_after=after,
        open_facts=settled.open_facts,
        items=_items(judged, facts) if regime.row.per == "item" and len(judged) == len(facts.data) else (),
        not_demanded=tuple(dict.fromkeys(w for one in judged for r in one.rules for w in r.then.not_demanded)),
        counted=any(one.counted for one in judged),
    )


def _reasons(regime: CompiledRegime, worst: Judgement, judged: list[Judgement]) -> tuple[Reason, ...]:
    silence = (regime.silence,) if any(one.silence for one in judged) else ()
    rules = {rule.id: rule.reason for one in (worst, *judged) for rule in one.rules}
    return (*silence, *rules.values())


def _items(judged: list[Judgement], facts: Facts) -> tuple[ItemOutcome, ...]:
    return tuple(
        ItemOutcome(item=n, label=item.label, mechanism=one.mechanism, verdict=_verdict(one))
        for n, (one, item) in enumerate(zip(judged, facts.data, strict=True))
    )


def _verdict(one: Judgement) -> Verdict:
    return "review" if one.missing and one.verdict == "allow" else one.verdict


def _transforms(spoken: list[tuple[CompiledRegime, Settled]], facts: Facts) -> dict[str, str]:
    """What must be done to the data first, by class; the stronger duty wins.

    A rule that may hold or not transforms the classes that are known to be there.
    """
    found: dict[str, str] = {}
    there = frozenset(name for item in facts.data for name in item.classes or ())
    for _, settled in spoken:
        for one in settled.judgements:
            for rule, sure in ((rule, sure) for rules, sure in _transforming(one) for rule in rules):
                for name, duty in rule.then.transform.items():
                    if (sure or name in there) and STRENGTH[duty] >= STRENGTH.get(found.get(name, ""), -1):
                        found[name] = duty
    return found


def _transforming(one: Judgement | None) -> tuple[tuple[tuple[Rule, ...], bool], ...]:
    return ((one.rules, True), (one.perhaps, False)) if one else ()
