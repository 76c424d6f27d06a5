"""A decision: what the rules say of one flow, as one documented value.

`isthmus law decision-schema` prints this file as JSON Schema. A decision has one `Regime` for each body of law that
speaks: a flow can be an export in mainland law, a covered transaction in US law and bound to be labelled, all at once.
`mechanism` is what the law demands whatever is on file; `release` is whether the call may leave now, given the evidence
and instruments on file.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import msgspec

from isthmus.exchange import Verdict

Mechanism = Literal[
    "no_export",
    "not_a_transfer",
    "outside_the_law",
    "exempt",
    "standard_contract_or_certification",
    "gba_contract_hk",
    "gba_contract_mo",
    "security_assessment",
    "permit",
    "dossier",
    "adequacy",
    "transfer_tool_required",
    "consent_required",
    "restricted",
    "prohibited",
    "not_covered",
    "not_applicable",
    "filing_required",
    "registration_required",
    "allowed_with_obligations",
    "allowed_with_conditions",
    "deny",
    "human_review",
]
MECHANISMS: tuple[str, ...] = get_args(Mechanism)
Standing = Literal["met", "unmet", "unknown"]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a decision; unknown members are an error when it is read back."""


class Citation(Part, frozen=True, kw_only=True):
    """Where to read it: the short form of the instrument and the article as the official text numbers it."""

    instrument: str
    article: str

    def __str__(self) -> str:
        return f"{self.instrument} {self.article}".strip()


class Reason(Part, frozen=True, kw_only=True):
    """A rule that spoke: its id, what it rests on, and the pack it came from.

    `gist_en` and `gist_zh` say what the article says in our own words; `overdue` is true where the pack's review is.
    """

    rule: str
    citation: Citation
    pack: str
    gist_en: str = ""
    gist_zh: str = ""
    confidence: str = ""
    verified_at: str = ""
    overdue: bool = False


class Duty(Part, frozen=True, kw_only=True):
    """Something that must be done, whether or not the flow is exempt.

    `blocks` says whether the flow waits for it: a duty that follows the event (a filing within ten working days) does
    not block before its deadline.
    """

    id: str
    standing: Standing
    citation: Citation
    blocks: bool = True
    note_en: str = ""
    note_zh: str = ""


class Change(Part, frozen=True, kw_only=True):
    """One fact to change: the dotted path into the facts, and the value that would help."""

    fact: str
    value: Any = None


class Remedy(Part, frozen=True, kw_only=True):
    """A smallest set of changes that makes the flow lawful. `cost` orders them: 1 is cheapest."""

    id: str
    text_en: str
    text_zh: str
    changes: tuple[Change, ...] = ()
    cost: int = 5


class OpenFact(Part, frozen=True, kw_only=True):
    """An unknown that matters: the path of the fact, and the verdict and mechanism for each value it could take."""

    fact: str
    outcomes: dict[str, str] = {}


class ItemOutcome(Part, frozen=True, kw_only=True):
    """What was decided for one data item of the flow."""

    item: int
    label: str
    mechanism: Mechanism
    verdict: Verdict


class Regime(Part, frozen=True, kw_only=True):
    """One body of law and what it says of this flow.

    `counts_before` and `counts_after` are distinct persons by category, what thresholds were measured against.
    `counted` is false where the volume of this flow does not count toward the totals (exempt by scenario).
    """

    id: str
    mechanism: Mechanism
    verdict: Verdict
    release: bool
    ground: Citation | None = None
    duties: tuple[Duty, ...] = ()
    reasons: tuple[Reason, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    counts_before: dict[str, int] = {}
    counts_after: dict[str, int] = {}
    open_facts: tuple[OpenFact, ...] = ()
    items: tuple[ItemOutcome, ...] = ()
    not_demanded: tuple[str, ...] = ()
    counted: bool = True


class Decision(Part, frozen=True, kw_only=True):
    """What all regimes together say of one flow: the strictest wins, and silence denies an export of protected data.

    `on` is the legal date decided for; `packs` maps each pack that spoke to its version; `facts` is the SHA-256 of the
    canonical facts, so that the decision can be replayed. `transforms` lists what must be done to the body first
    (`pseudonymise`, `drop`), by legal class.
    """

    verdict: Verdict
    release: bool
    on: str
    regimes: tuple[Regime, ...] = ()
    transforms: dict[str, str] = {}
    packs: dict[str, str] = {}
    facts: str = ""


def deciding(decision: Decision) -> Regime | None:
    """The body of law that decided: the strictest that does not release, else the first that spoke."""
    held = sorted((row for row in decision.regimes if not row.release), key=lambda row: row.verdict != "deny")
    return next(iter(held), decision.regimes[0] if decision.regimes else None)


def cited(decision: Decision) -> tuple[Citation, str, str] | None:
    """What the decision rests on: the citation and its gist in English and Chinese.

    The rule that names the mechanism; but where that exempts and a duty is unmet all the same, that duty.
    """
    regime = deciding(decision)
    if regime is None or not regime.reasons:
        return None
    wanted = [regime.ground] if regime.ground is not None else []
    if not regime.release and regime.ground is not None:
        wanted = [duty.citation for duty in regime.duties if duty.blocks and duty.standing != "met"]
    first = next((reason for reason in regime.reasons if reason.citation in wanted), regime.reasons[0])
    return first.citation, first.gist_en, first.gist_zh
