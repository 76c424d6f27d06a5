"""`isthmus law diff` and `isthmus law due`: the law in time."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from isthmus.cli.law_reading import Packs, languages, loaded, read_facts
from isthmus.clock import today
from isthmus.errors import MalformedError
from isthmus.steps.decide import decide
from isthmus.steps.decide.timeline import Event, changes, reviews, soon

AsJson = Annotated[bool, Parameter(name="--json", negative="", help="for programs 供程序读取")]
Lang = Annotated[str, Parameter(name="--lang", help="en or zh; absent: as LANG says")]
WORDS = {
    "en": {"starts": "starts", "ends": "last day", "review": "review by", "overdue": "OVERDUE", "none": "nothing"},
    "zh": {"starts": "施行", "ends": "最后一日", "review": "复核期限", "overdue": "已逾期", "none": "无"},
}


def diff(
    first: str,
    second: str,
    *,
    facts: Annotated[str, Parameter(name="--facts", help="flows to decide on both dates")] = "",
    json: AsJson = False,
    lang: Lang = "",
    pack: Packs = (),
) -> None:
    """What changes between two dates: rules that start or end and, with `--facts`, flows that are decided otherwise."""
    book = loaded(pack)
    events = changes(book, _day(first), _day(second))
    flows: list[dict[str, Any]] = []
    for n, one in enumerate(read_facts(facts) if facts else (), 1):
        before, after = (decide(book, msgspec.structs.replace(one.facts, on=day)) for day in (first, second))
        was, now = ({r.id: f"{r.verdict} {r.mechanism}" for r in d.regimes} for d in (before, after))
        flows += [
            {"flow": n, "regime": regime, "was": was.get(regime), "becomes": now.get(regime)}
            for regime in sorted(was.keys() | now.keys())
            if was.get(regime) != now.get(regime)
        ]
    if json:
        print(msgspec.json.encode({"changes": events, "flows": flows}).decode())
        return
    _print(events, languages(lang))
    for row in flows:
        print(f"flow {row['flow']}, {row['regime']}: {row['was'] or '–'} → {row['becomes'] or '–'}")


def due(
    *,
    on: Annotated[str, Parameter(name="--on", help="as of this date; absent: today")] = "",
    days: Annotated[int, Parameter(name="--days", help="how far ahead to look")] = 180,
    json: AsJson = False,
    lang: Lang = "",
    pack: Packs = (),
) -> None:
    """What falls due: reviews that are overdue or near, and rules about to start or end."""
    book = loaded(pack)
    day = _day(on or today())
    events, due_reviews = soon(book, day, days), reviews(book, day, days)
    if json:
        print(msgspec.json.encode({"on": day, "rules": events, "reviews": due_reviews}).decode())
        return
    chosen = languages(lang)
    _print(events, chosen)
    for one in due_reviews:
        state = WORDS[chosen]["overdue"] if one.overdue else WORDS[chosen]["review"]
        print(f"{one.review_by}  {state}  {one.jurisdiction} {one.instrument}")


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise MalformedError(f"`{text}` is no date", remedy="write it as 2026-12-01") from None


def _print(events: tuple[Event, ...], lang: str) -> None:
    for event in events:
        gist = event.gist_zh if lang == "zh" else event.gist_en
        print(f"{event.on}  {WORDS[lang][event.what]}  {event.citation} ({event.rule}): {gist}")
    if not events:
        print(WORDS[lang]["none"])
