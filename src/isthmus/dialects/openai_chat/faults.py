"""Errors and lists in the form of Chat Completions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from isthmus.decision import Decision
from isthmus.dialects.sse import encode_bytes
from isthmus.errors import IsthmusError, RefusedError, RequestError

TYPES: dict[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "invalid_request_error",
    408: "timeout_error",
    413: "invalid_request_error",
    429: "rate_limit_error",
    451: "refused_by_law",
    504: "timeout_error",
}


def error_body(error: IsthmusError, *, call_id: str, lang: str = "en", ledger_id: str = "") -> bytes:
    """The error as the OpenAI SDKs read it, with what isthmus knows more under `isthmus`."""
    return msgspec.json.encode(_error(error, call_id, lang, ledger_id))


def error_event(error: IsthmusError, *, call_id: str, lang: str = "en", ledger_id: str = "") -> bytes:
    """The same as an event in mid-stream; the SDKs raise it."""
    return encode_bytes(msgspec.json.encode(_error(error, call_id, lang, ledger_id)))


def rejection_message(data: bytes) -> str:
    """What a deployment says was wrong with a request; empty where it is not the dialect's form."""
    try:
        error = msgspec.json.decode(data).get("error")
    except (msgspec.DecodeError, UnicodeError, AttributeError, RecursionError):
        return ""
    said = error.get("message") if isinstance(error, dict) else error
    return said if isinstance(said, str) else ""


def models_body(rows: Iterable[dict[str, Any]]) -> bytes:
    """The list of models: each row has an `id`, and may have `created`, `owned_by` and members of its own."""
    data = [{"object": "model", "created": 0, "owned_by": "isthmus", **row} for row in rows]
    return msgspec.json.encode({"object": "list", "data": data})


def refusal(decision: Decision | Any, lang: str = "en") -> dict[str, Any]:
    """Why one decision says no, and what would make it lawful, in both languages."""
    del lang
    return {
        "verdict": decision.verdict,
        "on": decision.on,
        "facts": decision.facts,
        "reasons": [
            {
                "rule": reason.rule,
                "instrument": reason.citation.instrument,
                "article": reason.citation.article,
                "gist": {"en": reason.gist_en, "zh": reason.gist_zh},
                "mechanism": regime.mechanism,
            }
            for regime in decision.regimes
            if not regime.release
            for reason in regime.reasons
        ],
        "remedies": [
            {"id": remedy.id, "text": {"en": remedy.text_en, "zh": remedy.text_zh}, "cost": remedy.cost}
            for regime in decision.regimes
            if not regime.release
            for remedy in sorted(regime.remedies, key=lambda each: each.cost)
        ],
    }


def _error(error: IsthmusError, call_id: str, lang: str, ledger_id: str) -> dict[str, Any]:
    own: dict[str, Any] = {"call": call_id, "ledger": ledger_id or call_id}
    if error.remedy:
        own["remedy"] = error.remedy
    if isinstance(error, RefusedError):
        own["decisions"] = [_named(entry) for entry in error.decisions]
        own["lawful"] = list(error.lawful)
    param = error.where if isinstance(error, RequestError) and error.where else None
    kind = TYPES.get(error.status, "invalid_request_error" if error.status < 500 else "api_error")
    message = _message(error, own, lang)
    return {"error": {"message": message, "type": kind, "param": param, "code": error.code}, "isthmus": own}


def _named(entry: Any) -> dict[str, Any]:
    """A decision, or a pair of a deployment's id and its decision."""
    if isinstance(entry, tuple):
        return {"deployment": entry[0], **refusal(entry[1])}
    return refusal(entry)


def _message(error: IsthmusError, own: dict[str, Any], lang: str) -> str:
    if not isinstance(error, RefusedError):
        return str(error)
    cited = [reason for entry in own["decisions"] for reason in entry["reasons"]]
    if not cited:
        return str(error)
    first = cited[0]
    place = f"{first['instrument']} {first['article']}".strip()
    gist = first["gist"].get(lang) or first["gist"]["en"]
    return f"{error.message}: {place}: {gist}" if lang == "en" else f"{error.message}：{place}：{gist}"
