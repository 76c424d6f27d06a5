"""Errors and the list of models in the form of Chat Completions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from isthmus.dialects.refusals import headline, own_part
from isthmus.dialects.sse import encode_bytes
from isthmus.errors import IsthmusError, RejectedError, RequestError

TYPES: dict[int, str] = {
    401: "authentication_error",
    403: "permission_error",
    408: "timeout_error",
    429: "rate_limit_error",
    451: "refused_by_law",
    504: "timeout_error",
}


def error_body(error: IsthmusError, *, call_id: str, lang: str = "en", ledger_id: str = "") -> bytes:
    """The error as the OpenAI SDKs read it, with what isthmus says more under `isthmus`."""
    status = error.upstream_status if isinstance(error, RejectedError) else error.status
    form = {
        "message": headline(error, lang),
        "type": TYPES.get(status, "invalid_request_error" if status < 500 else "api_error"),
        "param": error.where if isinstance(error, RequestError) and error.where else None,
        "code": error.code,
    }
    return msgspec.json.encode({"error": form, "isthmus": own_part(error, call_id=call_id, ledger_id=ledger_id)})


def error_event(error: IsthmusError, *, call_id: str, lang: str = "en", ledger_id: str = "") -> bytes:
    """The same as an event in mid-stream, where the SDKs raise it."""
    return encode_bytes(error_body(error, call_id=call_id, lang=lang, ledger_id=ledger_id))


def models_body(rows: Iterable[dict[str, Any]]) -> bytes:
    """The list of models; each row has an `id`, and may have `created`, `owned_by` and members of its own."""
    return msgspec.json.encode({"object": "list", "data": [model_row(row) for row in rows]})


def model_row(row: dict[str, Any]) -> dict[str, Any]:
    """One model."""
    return {"object": "model", "created": 0, "owned_by": "isthmus", **row}
