"""What one regime says of one flow: its rules tested item by item, exceptions applied, the strictest kept.

Nothing is guessed: where a fact that could matter is unknown, the judgement carries its path in `missing` and `settle`
(in `unknowns.py`) finds out whether it does matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from isthmus.decision import Citation, Duty, Mechanism
from isthmus.exchange import Verdict
from isthmus.steps.decide.rulebook import CompiledRegime, Rule
from isthmus.steps.decide.world import Test, World, Worlds

# Mild to strict: where several rules hold, the strictest mechanism is what the law demands.
STRICTNESS: tuple[Mechanism, ...] = (
    "not_applicable",
    "outside_the_law",
    "not_covered",
    "no_export",
    "not_a_transfer",
    "exempt",
    "adequacy",
    "allowed_with_obligations",
    "allowed_with_conditions",
    "registration_required",
    "filing_required",
    "dossier",
    "consent_required",
    "transfer_tool_required",
    "gba_contract_hk",
    "gba_contract_mo",
    "standard_contract_or_certification",
    "permit",
    "restricted",
    "security_assessment",
    "human_review",
    "deny",
    "prohibited",
)
RANK: dict[str, int] = {name: rank for rank, name in enumerate(STRICTNESS)}
FREE = frozenset({"not_applicable", "outside_the_law", "not_covered", "no_export", "not_a_transfer", "exempt"})
DENYING = frozenset({"deny", "prohibited"})
VERDICT_RANK: dict[str, int] = {"allow": 0, "review": 1, "deny": 2}


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What a regime says of one item, or of the flow: `rules` are those that spoke, the deciding one first.

    `faults` are what stands in the way: the mechanism whose needs are not on file, and duties that block. `perhaps` are
    rules that transform data and of which it is unknown whether they hold: the data are transformed all the same.
    """

    mechanism: Mechanism
    verdict: Verdict
    rules: tuple[Rule, ...] = ()
    duties: tuple[Duty, ...] = ()
    faults: tuple[str, ...] = ()
    ground: Citation | None = None
    counted: bool = True
    silence: bool = False
    missing: tuple[str, ...] = ()
    perhaps: tuple[Rule, ...] = ()

    @property
    def signature(self) -> tuple[str, str]:
        """What must be equal for an unknown not to matter."""
        return signature(self.mechanism, self.verdict)


def signature(mechanism: Mechanism, verdict: Verdict) -> tuple[str, str]:
    """An outcome as it is compared; ways of demanding nothing are one."""
    return ("free" if mechanism in FREE else mechanism), verdict


SILENT = Judgement(mechanism="not_applicable", verdict="allow")


def judge(regime: CompiledRegime, worlds: Worlds) -> tuple[Judgement | None, ...]:
    """A judgement for each item (one for the flow where the regime decides it whole); None: it does not speak.

    The single None means that the regime does not speak of this flow at all.
    """
    whole = worlds.whole
    speaks, missing = whole.ask(regime.when)
    if speaks is False:
        return (None,)
    if speaks is None:
        transforming = tuple(rule for rule in regime.rules if rule.then.transform)
        return (msgspec.structs.replace(SILENT, missing=missing, perhaps=transforming),)
    if regime.row.per == "flow" or not worlds.items:
        return (judge_one(regime, whole),)
    return tuple(judge_one(regime, world) for world in worlds.items)


def judge_one(regime: CompiledRegime, world: World) -> Judgement:
    """The judgement of one item, with every unknown that could still change it."""
    tested = tried(world, regime.rules)
    holding, unsure, winner = tested.holding, tested.unsure, tested.winner
    found = conclude(regime, world, tested)
    spoken = [r for r in holding if r is not winner and r.then.mechanism in (None, found.mechanism)]
    return Judgement(
        mechanism=found.mechanism,
        verdict=found.verdict,
        rules=((winner, *spoken) if winner else tuple(spoken)),
        duties=(*_duties(world, holding), *_perhaps(world, unsure)),
        faults=tuple(found.faults),
        ground=winner.reason.citation if winner and winner.then.ground else None,
        counted=winner.then.counted if winner else True,
        silence="silence" in found.faults,
        missing=tuple(dict.fromkeys(found.missing)),
        perhaps=tuple(rule for rule, _ in unsure if rule.then.transform),
    )


class Tested(NamedTuple):
    """The rules that hold, those of which it is unknown with what is missing, and the one that names the mechanism.

    `live` are all that may still hold once more is known, in their order.
    """

    holding: list[Rule]
    unsure: list[tuple[Rule, tuple[str, ...]]]
    winner: Rule | None
    live: list[Rule]


class Conclusion(NamedTuple):
    """The outcome alone: what a judgement is compared by."""

    mechanism: Mechanism
    verdict: Verdict
    faults: list[str]
    missing: list[str]


def tried(world: World, rules: Iterable[Rule]) -> Tested:
    """Rules tested in their order, which is exceptions first."""
    holding: list[Rule] = []
    live: list[Rule] = []
    unsure: list[tuple[Rule, tuple[str, ...]]] = []
    defeated: set[str] = set()
    known, ask = world.answers.get, world.ask
    for rule in rules:
        if rule.id in defeated:
            live.append(rule)
            continue
        answer, missing = known(rule.test) or ask(rule.test)
        if answer is False:
            continue
        live.append(rule)
        if answer:
            holding.append(rule)
            defeated |= rule.exception_to
        else:
            unsure.append((rule, missing))
    return Tested(holding, unsure, strictest(holding), live)


def strictest(rules: list[Rule]) -> Rule | None:
    """The rule with the strictest mechanism, the first of equals."""
    found: Rule | None = None
    for rule in rules:
        mechanism = rule.then.mechanism
        if mechanism is not None and (found is None or RANK[mechanism] > RANK[found.then.mechanism or ""]):
            found = rule
    return found


def conclude(regime: CompiledRegime, world: World, tested: Tested) -> Conclusion:
    """What the tested rules come to."""
    missing: list[str] = []
    mechanism: Mechanism = "not_applicable"
    verdict: Verdict = "allow"
    faults: list[str] = []
    winner = tested.winner
    if winner is not None and winner.then.mechanism is not None:
        mechanism = winner.then.mechanism
        verdict = "deny" if mechanism in DENYING else "review" if mechanism == "human_review" else "allow"
        if winner.needs is not None:
            answer, more = world.ask(winner.needs)
            if answer is False:
                verdict = "deny"
            missing += more
        if verdict != "allow":
            faults.append(mechanism)
    elif regime.protects is not None:
        protected, more = world.ask(regime.protects)
        missing += more
        if protected:
            mechanism, verdict = "deny", "deny"
            faults.append("silence")
    for rule in tested.holding:
        if rule.then.duty is not None and rule.then.duty.blocks and rule.met is not None:
            missing += _waited_for(world, rule, rule.met, faults)
    if faults and verdict == "allow":
        verdict = "deny"
    missing += _could_matter(world, tested, mechanism)
    return Conclusion(mechanism, verdict, faults, missing)


def _waited_for(world: World, rule: Rule, met: Test, faults: list[str]) -> tuple[str, ...]:
    """What is missing of a duty that the flow waits for; one that is not met becomes a fault."""
    done, more = world.ask(met)
    passed, awaited = world.ask(rule.after) if rule.after is not None else (True, ())
    if done is True or passed is False:
        return ()
    if done is False and passed and rule.then.duty is not None:
        faults.append(rule.then.duty.id)
    return (*more, *awaited)


def _duties(world: World, rules: list[Rule]) -> Iterator[Duty]:
    """The duties of the rules that hold."""
    for rule in rules:
        if rule.then.duty is None:
            continue
        met = world.ask(rule.met)[0] if rule.met is not None else None
        early = rule.after is not None and world.ask(rule.after)[0] is False
        blocks = rule.then.duty.blocks and rule.met is not None and not early
        yield rule.duties["unknown" if met is None else "met" if met else "unmet", blocks]


def _perhaps(world: World, unsure: list[tuple[Rule, tuple[str, ...]]]) -> Iterator[Duty]:
    """The duties of rules that may or may not hold: met where they are met in any case, else unknown."""
    for rule, _ in unsure:
        if rule.then.duty is not None:
            met = rule.met is not None and world.ask(rule.met)[0] is True
            yield rule.duties["met" if met else "unknown", False]


def _could_matter(world: World, tested: Tested, mechanism: Mechanism) -> list[str]:
    """The unknowns of those unsure rules that could change the outcome."""
    missing: list[str] = []
    if not tested.unsure:
        return missing
    floor = RANK[mechanism] if tested.winner is not None else -1
    concerned = {rule.id for rule in tested.holding} | {rule.id for rule, _ in tested.unsure}
    for rule, paths in tested.unsure:
        then = rule.then
        if (
            (then.mechanism is not None and RANK[then.mechanism] >= floor)
            or not rule.exception_to.isdisjoint(concerned)
            or (then.duty is not None and then.duty.blocks and rule.met is not None and not world.ask(rule.met)[0])
        ):
            missing += paths
    return missing
