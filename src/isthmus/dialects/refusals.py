"""What isthmus says more than a dialect's own error form: reasons, remedies and the way to the evidence.

It is the same in every dialect, in both languages, and stands under `isthmus`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from isthmus.decision import Decision, Reason, Regime, Remedy, cited
from isthmus.dialects.lenient_json import decode
from isthmus.dialects.rejections import error_message, fault_of
from isthmus.errors import IsthmusError, RefusedError, RejectedError

WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
FULL_STOP = {"en": ": ", "zh": "："}


def own_part(error: IsthmusError, *, call_id: str, ledger_id: str = "") -> dict[str, Any]:
    """The `isthmus` object of an error: ids, remedy, and for a refusal what each destination's decision says."""
    own: dict[str, Any] = {"call": call_id, "ledger_id": ledger_id, "remedy": error.remedy}
    own = {name: value for name, value in own.items() if value}
    if isinstance(error, RefusedError):
        own["decisions"] = [decision_part(*entry, error.neutral) for entry in named(error)]
        own["lawful"] = list(error.lawful)
    if isinstance(error, RejectedError):
        own["upstream"] = {**said_words(error.body), **upstream_part(error)}
    return own


def upstream_part(error: RejectedError) -> dict[str, Any]:
    """A rejection in words for programs: its status, what it means, and the deployment's own code."""
    fault = fault_of(error.body, error.upstream_status)
    code = {"code": fault.code} if fault.code else {}
    return {"status": error.upstream_status, "kind": fault.kind, **code}


def named(error: RefusedError) -> list[tuple[str, Decision]]:
    """The decisions of a refusal, each with its deployment (empty where none was named)."""
    return [entry if isinstance(entry, tuple) else ("", entry) for entry in error.decisions]


def headline(error: IsthmusError, lang: str) -> str:
    """The one line of an error: a refusal cites the unmet duty or the rule that forbids, with its gist in `lang`.

    A body of law that the reader is not quoted gives its neutral words, and only where no other forbids.
    """
    if not isinstance(error, RefusedError):
        return str(error)
    quoted = (_quoted(decision, error.neutral) for _, decision in named(error))
    found = next((cited(decision) for decision in quoted if refusing(decision)), None)
    words = [error.neutral[r.id] for _, d in named(error) for r in refusing(d) if r.id in error.neutral]
    if found is None and not words:
        return str(error)
    citation, en, zh = found or ("", *words[0])
    parts = (error.message, str(citation), zh if lang == "zh" else en)
    return FULL_STOP["zh" if lang == "zh" else "en"].join(part for part in parts if part)


def _quoted(decision: Decision, neutral: Mapping[str, tuple[str, str]]) -> Decision:
    """The decision without the bodies of law that the reader is not quoted."""
    kept = tuple(regime for regime in decision.regimes if regime.id not in neutral)
    return msgspec.structs.replace(decision, regimes=kept)


def refusing(decision: Decision) -> list[Regime]:
    """The bodies of law that do not let the flow go now."""
    return [regime for regime in decision.regimes if not regime.release]


def said_words(body: bytes) -> dict[str, str]:
    """The words for programs in a deployment's error (code, type, param); its message may hold text and stays out."""
    try:
        node = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}
    inner = node.get("error", node) if isinstance(node, dict) else None
    if not isinstance(inner, dict):
        return {}
    words = {name: str(inner[name]) for name in ("code", "type", "param") if isinstance(inner.get(name), str | int)}
    return {name: word for name, word in words.items() if 0 < len(word) <= 64 and WORD.issuperset(word)}


def rejection_message(data: bytes) -> str:
    """What a deployment says was wrong with a request; empty where it is not the dialect's form."""
    try:
        node, _ = decode(data)
    except ValueError:
        return ""
    return error_message(node) if isinstance(node, dict) else ""


def decision_part(deployment: str, decision: Decision, neutral: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """What a refusal says of one decision; of what the reader is not quoted the neutral words alone.

    Remedies answer all that refuses, so there are none then; the ledger holds the rules under the call's id.
    """
    refused = refusing(decision)
    regimes = [regime for regime in refused if regime.id not in neutral]
    remedies = {remedy.id: remedy for regime in regimes for remedy in regime.remedies}
    words = dict.fromkeys(neutral[regime.id] for regime in refused if regime.id in neutral)
    found: dict[str, Any] = {
        "verdict": decision.verdict,
        "on": decision.on,
        "facts": decision.facts,
        "reasons": [
            *(_reason(regime, reason) for regime in regimes for reason in regime.reasons),
            *({"gist": {"en": en, "zh": zh}} for en, zh in words),
        ],
        "remedies": []
        if words
        else [_remedy(remedy) for remedy in sorted(remedies.values(), key=lambda each: each.cost)],
        "open_facts": sorted({fact.fact for regime in regimes for fact in regime.open_facts}),
    }
    return {"deployment": deployment, **found} if deployment else found


def _reason(regime: Regime, reason: Reason) -> dict[str, Any]:
    return {
        "rule": reason.rule,
        "instrument": reason.citation.instrument,
        "article": reason.citation.article,
        "gist": {"en": reason.gist_en, "zh": reason.gist_zh},
        "regime": regime.id,
        "mechanism": regime.mechanism,
        "pack": reason.pack,
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    return {"id": remedy.id, "text": {"en": remedy.text_en, "zh": remedy.text_zh}, "cost": remedy.cost}
