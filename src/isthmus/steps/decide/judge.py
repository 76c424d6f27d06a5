"""What one regime says of one flow: its rules tested item by item, exceptions applied, the strictest kept.

Nothing is guessed: where a fact that could matter is unknown, the judgement carries its path in `missing` and `settle`
(in `unknowns.py`) finds out whether it does matter.
"""

from __future__ import annotations

import msgspec

from isthmus.decision import Citation, Duty, Mechanism
from isthmus.exchange import Verdict
from isthmus.steps.decide.rulebook import CompiledRegime, Rule
from isthmus.steps.decide.world import Answer, World, Worlds

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
        """What must be equal for an unknown not to matter; ways of demanding nothing are one."""
        return ("free" if self.mechanism in FREE else self.mechanism), self.verdict


UNSAID: Answer = (None, ())
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
        return (judge_one(regime, whole, regime.rules),)
    return tuple(judge_one(regime, world, regime.rules) for world in worlds.items)


def judge_one(regime: CompiledRegime, world: World, rules: tuple[Rule, ...]) -> Judgement:
    """The judgement of one item by some of the regime's rules, with every unknown that could still change it."""
    holding: list[Rule] = []
    unsure: list[tuple[Rule, tuple[str, ...]]] = []
    defeated: set[str] = set()
    known, ask = world.answers.get, world.ask
    for rule in rules:
        if rule.id in defeated:
            continue
        answer, missing = known(rule.test) or ask(rule.test)
        if answer:
            holding.append(rule)
            defeated |= rule.exception_to
        elif answer is None:
            unsure.append((rule, missing))
    return _concluded(regime, world, holding, unsure, strictest(holding))


def strictest(rules: list[Rule]) -> Rule | None:
    """The rule with the strictest mechanism, the first of equals."""
    found: Rule | None = None
    for rule in rules:
        mechanism = rule.then.mechanism
        if mechanism is not None and (found is None or RANK[mechanism] > RANK[found.then.mechanism or ""]):
            found = rule
    return found


def _concluded(
    regime: CompiledRegime,
    world: World,
    holding: list[Rule],
    unsure: list[tuple[Rule, tuple[str, ...]]],
    winner: Rule | None,
) -> Judgement:
    missing: list[str] = []
    mechanism: Mechanism = "not_applicable"
    verdict: Verdict = "allow"
    faults: list[str] = []
    silence = False
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
            mechanism, verdict, silence = "deny", "deny", True
            faults.append("silence")
    duties, wanting = _duties(world, [r for r in holding if r.then.duty], faults)
    duties += _perhaps(world, [r for r, _ in unsure if r.then.duty])
    missing += wanting
    if faults and verdict == "allow":
        verdict = "deny"
    missing += _could_matter(world, holding, unsure, winner, mechanism)
    spoken = [r for r in holding if r is not winner and r.then.mechanism in (None, mechanism)]
    return Judgement(
        mechanism=mechanism,
        verdict=verdict,
        rules=((winner, *spoken) if winner else tuple(spoken)),
        duties=duties,
        faults=tuple(faults),
        ground=winner.reason.citation if winner and winner.then.ground else None,
        counted=winner.then.counted if winner else True,
        silence=silence,
        missing=tuple(dict.fromkeys(missing)),
        perhaps=tuple(rule for rule, _ in unsure if rule.then.transform),
    )


def _duties(world: World, rules: list[Rule], faults: list[str]) -> tuple[tuple[Duty, ...], list[str]]:
    """The duties of the rules that hold; those that block and are not met become faults."""
    found: list[Duty] = []
    missing: list[str] = []
    for rule in rules:
        row = rule.then.duty
        assert row is not None
        met, more = world.ask(rule.met) if rule.met else UNSAID
        passed, awaited = world.ask(rule.after) if rule.after is not None else (True, ())
        blocks = row.blocks and rule.met is not None and passed is not False
        if blocks and met is not True:
            missing += (*more, *awaited)
        if blocks and met is False and passed:
            faults.append(row.id)
        found.append(rule.duties["unknown" if met is None else "met" if met else "unmet", blocks])
    return tuple(found), missing


def _perhaps(world: World, rules: list[Rule]) -> tuple[Duty, ...]:
    """The duties of rules that may or may not hold: met where they are met in any case, else unknown."""
    return tuple(
        rule.duties["met" if rule.met is not None and world.ask(rule.met)[0] is True else "unknown", False]
        for rule in rules
    )


def _could_matter(
    world: World,
    holding: list[Rule],
    unsure: list[tuple[Rule, tuple[str, ...]]],
    winner: Rule | None,
    mechanism: Mechanism,
) -> list[str]:
    """The unknowns of those unsure rules that could change the outcome."""
    missing: list[str] = []
    held = {rule.id for rule in holding}
    doubtful = {rule.id for rule, _ in unsure}
    for rule, paths in unsure:
        other = rule.then.mechanism
        stricter = other is not None and (winner is None or RANK[other] >= RANK[mechanism])
        excepts = not rule.exception_to.isdisjoint(held) or not rule.exception_to.isdisjoint(doubtful)
        duty = rule.then.duty
        blocks = duty is not None and duty.blocks and rule.met is not None and world.ask(rule.met)[0] is not True
        if stricter or excepts or blocks:
            missing += paths
    return missing
