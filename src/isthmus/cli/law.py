"""`isthmus law`: the rules, and what they say of a flow."""

from __future__ import annotations

from typing import Annotated, Any

import cyclopts
import msgspec
from cyclopts import Parameter

from isthmus.cli.law_prove import prove_
from isthmus.cli.law_reading import FactsIn, Id, Packs, languages, loaded, read_facts
from isthmus.cli.law_text import memo, rule_table, rule_text
from isthmus.cli.law_time import diff, due
from isthmus.decision import Decision
from isthmus.errors import NotFoundError
from isthmus.steps.decide import Rulebook, decide
from isthmus.steps.decide.unread import unread

app = cyclopts.App(name="law", help="The rules: list, show, decide from facts. 规则：列出、查看、依事实判断。")
app.command(diff)
app.command(due)
app.command(prove_, name="prove")
AsJson = Annotated[bool, Parameter(name="--json", negative="", help="for programs 供程序读取")]
Lang = Annotated[str, Parameter(name="--lang", help="en or zh; absent: as LANG says")]


class DecisionOut(Decision, frozen=True, kw_only=True):
    """A decision with the `id` that its facts came with."""

    id: Id = msgspec.UNSET


@app.command(name="list")
def list_(*, json: AsJson = False, lang: Lang = "", pack: Packs = ()) -> None:
    """List every rule: id, article, from when until when, how sure we are, and what it says."""
    book = loaded(pack)
    if json:
        print(msgspec.json.encode({"rules": [_row(book, rule.id) for rule in book.rules]}).decode())
        return
    for line in rule_table(book, languages(lang)):
        print(line)


@app.command
def show(rule: str, *, json: AsJson = False, lang: Lang = "", pack: Packs = ()) -> None:
    """Show one rule by its id: what it says, where to read it, since when, what follows, who vouches for it."""
    book = loaded(pack)
    if rule not in {r.id for r in book.rules}:
        raise NotFoundError(f"no rule `{rule}`", remedy="`isthmus law list` names them all")
    if json:
        print(msgspec.json.encode(_row(book, rule)).decode())
        return
    print(rule_text(book, rule, languages(lang)))


@app.command(name="decide")
def decide_(
    *,
    facts: Annotated[str, Parameter(name="--facts", allow_leading_hyphen=True, help="a file, or - for standard input")],
    on: Annotated[str, Parameter(name="--on", help="decide as of this date, whatever the facts say")] = "",
    json: AsJson = False,
    lang: Lang = "",
    pack: Packs = (),
) -> None:
    """Decide flows from their facts: one JSON object, or JSON Lines. `isthmus law facts` prints the schema."""
    book = loaded(pack)
    for one in read_facts(facts, on):
        plain = one.facts
        decision = decide(book, plain)
        if json:
            fields = {name: getattr(decision, name) for name in Decision.__struct_fields__}
            print(msgspec.json.encode(DecisionOut(**fields, id=one.id)).decode())
        else:
            print(memo(decision, plain, languages(lang)))


@app.command(name="facts")
def facts_(
    *,
    unread_only: Annotated[
        bool, Parameter(name="--unread", negative="", help="facts that no rule reads, with the reason")
    ] = False,
    pack: Packs = (),
) -> None:
    """Print the closed schema of the facts as JSON Schema, or the facts that no rule reads."""
    if unread_only:
        print(msgspec.json.format(msgspec.json.encode({"unread": unread(loaded(pack))})).decode())
        return
    print(msgspec.json.format(msgspec.json.encode(msgspec.json.schema(FactsIn))).decode())


@app.command(name="decision-schema")
def decision_schema() -> None:
    """Print the schema of a decision as JSON Schema."""
    print(msgspec.json.format(msgspec.json.encode(msgspec.json.schema(DecisionOut))).decode())


def _row(book: Rulebook, name: str) -> dict[str, Any]:
    rule = next(r for r in book.rules if r.id == name)
    row, instrument = rule.row, rule.instrument
    return {
        "id": rule.id,
        "jurisdiction": instrument.jurisdiction,
        "regime": rule.regime,
        "instrument": instrument.instrument,
        "title": {"en": instrument.title.en, "zh": instrument.title.zh},
        "number": instrument.number,
        "article": row.article,
        "gist": {"en": row.gist.en, "zh": row.gist.zh},
        "from": row.start,
        "until": row.until,
        "exception_to": list(row.exception_to),
        "then": msgspec.to_builtins(row.then),
        "source": instrument.source,
        "published": instrument.published,
        "verified_at": instrument.verified_at,
        "review_by": instrument.review_by,
        "overdue": rule.reason.overdue,
        "signed_by": instrument.signed_by,
        "confidence": rule.reason.confidence,
    }
