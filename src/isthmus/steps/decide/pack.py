"""The form of the law files: instruments with their rules, regimes, cases. One YAML file each."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from isthmus.decision import Mechanism
from isthmus.facts import Place

Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Id = Annotated[str, Meta(pattern=r"^[a-z0-9_]+(\.[a-z0-9_-]+)+$")]
Confidence = Literal["high", "medium", "low"]


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a law file; unknown members are errors."""


class Text(Row, frozen=True, kw_only=True):
    """What an article says, in our own words; where the official text is Chinese, the Chinese gist prevails."""

    en: str
    zh: str


class DutyRow(Row, frozen=True, kw_only=True):
    """Something to be done. `met` is the condition under which it is; without it the duty falls on the caller.

    `blocks`: the flow waits for it. `after`: it blocks only once this condition holds, such as a deadline gone by.
    """

    id: str
    met: Any = None
    blocks: bool = True
    after: Any = None
    note: Text | None = None


class Then(Row, frozen=True, kw_only=True):
    """What follows where a rule holds.

    `mechanism`: what the law demands. `needs`: what must hold before anything may leave under it. `ground`: the rule is
    the ground of an exemption and is cited as such. `counted`: whether the volume counts toward the totals. `duty`:
    stands beside the mechanism. `not_demanded`: what the law expressly does not ask here. `transform`: what must be
    done to the data of a class before they leave.
    """

    mechanism: Mechanism | None = None
    needs: Any = None
    ground: bool = False
    counted: bool = True
    duty: DutyRow | None = None
    not_demanded: tuple[str, ...] = ()
    transform: dict[str, Literal["pseudonymise", "drop"]] = {}


class RuleRow(Row, frozen=True, kw_only=True, rename={"start": "from"}):
    """One rule: from its first day to its last (`until`, inclusive), when its condition holds, something follows.

    `replaces`: rules that end on the day before this one begins.
    """

    id: Id
    article: str
    gist: Text
    start: Day
    then: Then
    until: Day | None = None
    when: Any = None
    unless: Any = None
    exception_to: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    regime: str = ""
    confidence: Confidence | None = None


class DefinitionRow(Row, frozen=True, kw_only=True):
    """A term of the law: `when` says what falls under it; a stated value of the fact `stated` outranks that."""

    id: Id
    article: str
    gist: Text
    when: Any
    stated: str = ""


class InstrumentFile(Row, frozen=True, kw_only=True):
    """One instrument: what it is, where it was read, who vouches for the reading, and its rules."""

    instrument: str
    jurisdiction: str
    regime: str
    title: Text
    language: str
    source: str
    published: Day | None
    verified_at: Day
    review_by: Day
    confidence: Confidence
    number: str = ""
    issuer: str = ""
    signed_by: str = ""
    definitions: tuple[DefinitionRow, ...] = ()
    rules: tuple[RuleRow, ...] = ()


class CountingRow(Row, frozen=True, kw_only=True):
    """How a regime counts people; see `counting.Scheme`."""

    period: Literal["calendar_year", "rolling_12_months"]
    zone: str
    per_counterparty: bool
    categories: dict[str, str]
    leaves_out: tuple[str, ...] = ()


class ChangeRow(Row, frozen=True, kw_only=True):
    """One fact to change. In a value `{on}`, `{recipient}` and `{exporter}` stand for those of the flow.

    A mapping for `instruments` is added to those on file; `item.<member>` changes every item that holds the flow up.
    """

    fact: str
    value: Any = None


class RemedyRow(Row, frozen=True, kw_only=True):
    """What would make a refused flow lawful. It is listed only where deciding anew confirms it.

    `fixes`: the duties or mechanisms it settles, together with what settles the others; none: it is tried alone.
    `cost` orders remedies: 1 is cheapest.
    """

    id: str
    text: Text
    cost: Annotated[int, Meta(ge=1, le=9)]
    changes: tuple[ChangeRow, ...]
    fixes: tuple[str, ...] = ()


class NeutralRow(Row, frozen=True, kw_only=True):
    """What a reader in one of these places is told instead of this law's words and articles; the ledger keeps those."""

    readers: tuple[Place, ...]
    text: Text


class RegimeFile(Row, frozen=True, kw_only=True):
    """One body of law that speaks with one voice: when it speaks at all, and what silence means.

    `per`: whether each data item is decided by itself, or the flow as a whole. `protects`: what may not leave unless a
    rule says so; where that holds and no rule gives a mechanism, the flow is denied, from the day `protects_from` on.
    Where no rule of a regime is in force it says nothing.
    """

    regime: Id
    jurisdiction: str
    title: Text
    citation: str
    when: Any
    per: Literal["item", "flow"] = "item"
    protects: Any = None
    protects_from: Day = "0001-01-01"
    neutral: NeutralRow | None = None
    counting: CountingRow | None = None
    remedies: tuple[RemedyRow, ...] = ()


class CaseRow(Row, frozen=True, kw_only=True):
    """One case: facts (a base of this file with members changed) and what the source says of them.

    In `expect`: `verdict`, `release` of the decision; with a `regime`: `mechanism`, `ground`, `counted`, `duties` (id
    to standing), `blocking` (duties the flow waits for), `without` (duties that must not be there), `cites` (rules that
    must speak), `mute` (rules that must not), `not_demanded`, `open_facts`, `remedies` (ids that must be offered).
    """

    name: str
    rule: str
    rests_on: str
    facts: dict[str, Any]
    expect: Expect
    base: str = ""


class Expect(Row, frozen=True, kw_only=True):
    """What a case expects; what is not said is not compared."""

    regime: str = ""
    silent: bool = False
    verdict: str = ""
    release: bool | None = None
    mechanism: str = ""
    ground: str = ""
    counted: bool | None = None
    duties: dict[str, str] = {}
    blocking: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    mute: tuple[str, ...] = ()
    not_demanded: tuple[str, ...] = ()
    open_facts: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    transforms: dict[str, str] | None = None


class CaseFile(Row, frozen=True, kw_only=True):
    """Cases of one topic, with the facts they share."""

    cases: tuple[CaseRow, ...]
    bases: dict[str, dict[str, Any]] = {}
