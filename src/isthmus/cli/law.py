"""`isthmus law`: the rules, and what they say of a flow."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import cyclopts
import msgspec
from cyclopts import Parameter

import isthmus
from isthmus.cli.law_text import memo, rule_table, rule_text
from isthmus.clock import legal_date, now
from isthmus.decision import Decision
from isthmus.errors import MalformedError, NotFoundError
from isthmus.facts import Facts
from isthmus.steps.decide import Rulebook, decide, load_rulebook
from isthmus.steps.decide.unread import unread

app = cyclopts.App(name="law", help="The rules: list, show, decide from facts. 规则：列出、查看、依事实判断。")
AsJson = Annotated[bool, Parameter(name="--json", negative="", help="for programs 供程序读取")]
Lang = Annotated[str, Parameter(name="--lang", help="en or zh; absent: as LANG says")]
Packs = Annotated[tuple[Path, ...], Parameter(name="--pack", help="a folder with packs of your own, beside ours")]
ZONE = "Asia/Shanghai"
Id = str | int | None | msgspec.UnsetType


class FactsIn(Facts, frozen=True, kw_only=True):
    """Facts as a program hands them in: an `id` comes back with the decision."""

    id: Id = msgspec.UNSET


class DecisionOut(Decision, frozen=True, kw_only=True):
    """A decision with the `id` that its facts came with."""

    id: Id = msgspec.UNSET


def _load(packs: tuple[Path, ...] = ()) -> Rulebook:
    root = Path(isthmus.__file__).parent / "jurisdictions"
    return load_rulebook(root, today=legal_date(now(), ZONE), extra=packs)


def _lang(chosen: str) -> str:
    return chosen or ("zh" if os.environ.get("LANG", "").startswith("zh") else "en")


@app.command(name="list")
def list_(*, json: AsJson = False, lang: Lang = "", pack: Packs = ()) -> None:
    """List every rule: id, article, from when until when, how sure we are, and what it says."""
    book = _load(pack)
    if json:
        print(msgspec.json.encode({"rules": [_row(book, rule.id) for rule in book.rules]}).decode())
        return
    for line in rule_table(book, _lang(lang)):
        print(line)


@app.command
def show(rule: str, *, json: AsJson = False, lang: Lang = "", pack: Packs = ()) -> None:
    """Show one rule by its id: what it says, where to read it, since when, what follows, who vouches for it."""
    book = _load(pack)
    if rule not in {r.id for r in book.rules}:
        raise NotFoundError(f"no rule `{rule}`", remedy="`isthmus law list` names them all")
    if json:
        print(msgspec.json.encode(_row(book, rule)).decode())
        return
    print(rule_text(book, rule, _lang(lang)))


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
    book = _load(pack)
    for one in _read(facts, on):
        plain = msgspec.convert({name: getattr(one, name) for name in Facts.__struct_fields__}, Facts)
        decision = decide(book, plain)
        if json:
            fields = {name: getattr(decision, name) for name in Decision.__struct_fields__}
            print(msgspec.json.encode(DecisionOut(**fields, id=one.id)).decode())
        else:
            print(memo(decision, plain, _lang(lang)))


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
        print(msgspec.json.format(msgspec.json.encode({"unread": unread(_load(pack))})).decode())
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


def _read(source: str, on: str) -> Iterator[FactsIn]:
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise MalformedError(f"cannot be read: {error.strerror}", where=source) from None
    name = "standard input" if source == "-" else source
    lines = [(n, line) for n, line in enumerate(data.split(b"\n"), 1) if line.strip()]
    if not lines:
        raise MalformedError("no facts", where=name, remedy="`isthmus law facts` prints their schema")
    if len(lines) > 1 and _is_json(lines[0][1]):
        for n, line in lines:
            yield _one(line, f"{name}:{n}", on)
        return
    yield _one(data, name, on)


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except msgspec.DecodeError:
        return False
    return True


def _one(data: bytes, where: str, on: str) -> FactsIn:
    try:
        tree = msgspec.json.decode(data)
        if on and isinstance(tree, dict):
            tree["on"] = on
        return msgspec.convert(tree, FactsIn)
    except msgspec.ValidationError as error:
        remedy = "`isthmus law facts` prints the schema"
        raise MalformedError(f"{str(error)[0].lower()}{str(error)[1:]}", where=where, remedy=remedy) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedError(f"not JSON: {error}", where=where, remedy="one object, or one a line") from None
