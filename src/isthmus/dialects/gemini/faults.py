"""Errors, the list of models and counts in the form of Gemini."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from isthmus.dialects.refusals import headline, own_part
from isthmus.dialects.sse import encode_bytes
from isthmus.errors import IsthmusError, RejectedError

STATUSES: dict[int, str] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    429: "RESOURCE_EXHAUSTED",
    451: "PERMISSION_DENIED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
METHODS = ["generateContent", "streamGenerateContent", "countTokens"]


def error_body(error: IsthmusError, *, call_id: str, lang: str = "en", ledger_id: str = "") -> bytes:
    """The error as Google's SDKs read it, with what isthmus says more under `isthmus`."""
    status = error.upstream_status if isinstance(error, RejectedError) else error.status
    word = STATUSES.get(status, "INVALID_ARGUMENT" if status < 500 else "INTERNAL")
    own = {"code": error.code, **own_part(error, call_id=call_id, ledger_id=ledger_id)}
    return msgspec.json.encode(
        {"error": {"code": error.status, "message": headline(error, lang), "status": word}, "isthmus": own}
    )


def error_event(error: IsthmusError, *, call_id: str, lang: str = "en", ledger_id: str = "") -> bytes:
    """The same in mid-stream, where the SDKs raise it."""
    return encode_bytes(error_body(error, call_id=call_id, lang=lang, ledger_id=ledger_id))


def models_body(rows: Iterable[dict[str, Any]]) -> bytes:
    """The list of models; each row has an `id`."""
    return msgspec.json.encode({"models": [model_row(row) for row in rows]})


def model_row(row: dict[str, Any]) -> dict[str, Any]:
    """One model."""
    name = row["id"]
    return {"name": f"models/{name}", "displayName": name, "version": "1", "supportedGenerationMethods": METHODS}


def count_body(tokens: int) -> bytes:
    """The answer to a question how many tokens a request is."""
    return msgspec.json.encode({"totalTokens": tokens})
