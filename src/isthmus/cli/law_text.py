"""Rules and decisions as text for people, in English or Chinese: the conclusion first, then why, then what to do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from isthmus.decision import Decision, Duty, Reason, Regime
from isthmus.facts import Facts
from isthmus.steps.decide import Rulebook

WIDTH = 100
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "allow": "ALLOWED",
        "review": "FOR HUMAN REVIEW",
        "deny": "REFUSED",
        "released": "it may leave now",
        "held": "nothing leaves",
        "as_of": "as of",
        "why": "why",
        "do": "what would make it lawful",
        "duties": "duties",
        "open": "unknown, and it matters",
        "transform": "before it leaves",
        "met": "met",
        "unmet": "not met",
        "unknown": "unknown",
        "ground": "ground",
        "persons": "persons",
        "not_demanded": "not demanded",
        "overdue": "review overdue",
        "cost": "cost",
    },
    "zh": {
        "allow": "可以",
        "review": "须人工审查",
        "deny": "不可以",
        "released": "现在可以发送",
        "held": "不得发送",
        "as_of": "截至",
        "why": "理由",
        "do": "如何使其合法",
        "duties": "义务",
        "open": "尚不明确且影响结论",
        "transform": "发送前处理",
        "met": "已履行",
        "unmet": "未履行",
        "unknown": "不明",
        "ground": "依据",
        "persons": "人数",
        "not_demanded": "不要求",
        "overdue": "复核已逾期",
        "cost": "代价",
    },
}


def memo(decision: Decision, facts: Facts, lang: str) -> str:
    """A decision as a memo."""
    words = WORDS[lang]
    to = ", ".join(facts.recipient.hosted_in or ("?",))
    state = words["released"] if decision.release else words["held"]
    lines = [
        f"{words[decision.verdict]}: {facts.exporter.jurisdiction} → {to}, {state} ({words['as_of']} {decision.on})"
    ]
    for regime in decision.regimes:
        lines += _regime(regime, lang)
    if decision.transforms:
        listed = ", ".join(f"{name}: {duty}" for name, duty in decision.transforms.items())
        lines.append(f"  {words['transform']}: {listed}")
    lines += _remedies(decision, lang)
    return "\n".join(lines)


def _regime(regime: Regime, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    ground = f", {words['ground']} {regime.ground}" if regime.ground else ""
    yield f"  {regime.id}: {regime.mechanism}{ground} — {words[regime.verdict]}"
    if regime.counts_after and any(regime.counts_after.values()):
        counts = ", ".join(f"{k} {regime.counts_before.get(k, 0)} → {v}" for k, v in regime.counts_after.items())
        yield f"    {words['persons']}: {counts}"
    for reason in regime.reasons:
        yield from _reason(reason, lang)
    for duty in regime.duties:
        yield _duty(duty, lang)
    if regime.not_demanded:
        yield f"    {words['not_demanded']}: {', '.join(regime.not_demanded)}"
    for fact in regime.open_facts:
        yield f"    {words['open']}: {fact.fact}"
        yield from (f"      {value}: {outcome}" for value, outcome in fact.outcomes.items())


def _reason(reason: Reason, lang: str) -> Iterator[str]:
    gist = reason.gist_zh if lang == "zh" else reason.gist_en
    overdue = f" [{WORDS[lang]['overdue']}]" if reason.overdue else ""
    yield from _wrapped(f"{WORDS[lang]['why']}: {reason.citation}: {gist} ({reason.rule}){overdue}", lang)


def _duty(duty: Duty, lang: str) -> str:
    note = duty.note_zh if lang == "zh" else duty.note_en
    return f"    {WORDS[lang]['duties']}: {duty.id} ({duty.citation}) {WORDS[lang][duty.standing]}" + (
        f": {note}" if note else ""
    )


def _remedies(decision: Decision, lang: str) -> Iterator[str]:
    found = {remedy.id: remedy for regime in decision.regimes for remedy in regime.remedies}
    if found:
        yield f"  {WORDS[lang]['do']}:"
    for n, remedy in enumerate(found.values(), 1):
        yield from _wrapped(f"{n}. {remedy.text_zh if lang == 'zh' else remedy.text_en}", lang)


def _wrapped(text: str, lang: str) -> Iterator[str]:
    width = WIDTH // 2 if lang == "zh" else WIDTH
    yield from textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="      ")


def rule_table(book: Rulebook, lang: str) -> Iterator[str]:
    """Every rule on one line."""
    size = max((len(rule.id) for rule in book.rules), default=0)
    for rule in book.rules:
        row = rule.row
        gist = row.gist.zh if lang == "zh" else row.gist.en
        dates = f"{row.start}–{row.until or '…':10}"
        overdue = f" [{WORDS[lang]['overdue']}]" if rule.reason.overdue else ""
        yield f"{rule.id:{size}}  {rule.reason.citation!s:24}  {dates}  {rule.reason.confidence:6}{overdue}"
        width = WIDTH // 2 if lang == "zh" else WIDTH
        yield f"{'':{size}}  {gist if len(gist) <= width else gist[: width - 1] + '…'}"


def rule_text(book: Rulebook, name: str, lang: str) -> str:
    """One rule in full: both gists, where to read it, since when, who vouches."""
    rule = next(r for r in book.rules if r.id == name)
    row, instrument = rule.row, rule.instrument
    gists = (row.gist.zh, row.gist.en) if lang == "zh" else (row.gist.en, row.gist.zh)
    signed = instrument.signed_by or "nobody yet 尚无人签署"
    lines = [
        f"{rule.id}: {rule.reason.citation}",
        *(textwrap.fill(gist, WIDTH, initial_indent="  ", subsequent_indent="  ") for gist in gists),
        f"  {instrument.title.zh} / {instrument.title.en}, {instrument.number}",
        f"  source: {instrument.source}",
        f"  in force: {row.start} to {row.until or 'now'}; regime {rule.regime}; confidence {rule.reason.confidence}",
        f"  verified {instrument.verified_at}, review by {instrument.review_by}, signed by {signed}",
    ]
    if row.exception_to:
        lines.append(f"  exception to {', '.join(row.exception_to)}")
    return "\n".join(lines)
