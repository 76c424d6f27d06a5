"""Errors and the list of models in the form of Messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from isthmus.dialects.refusals import headline, own_part
from isthmus.dialects.sse import encode_bytes
from isthmus.errors import IsthmusError, RejectedError

TYPES: dict[int, str] = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    413: "request_too_large",
    429: "rate_limit_error",
    451: "permission_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def error_body(error: IsthmusError, *, call_id: str, lang: str = "en", ledger_id: str = "") -> bytes:
    """The error as the Anthropic SDKs read it, with what isthmus says more under `isthmus`."""
    status = error.upstream_status if isinstance(error, RejectedError) else error.status
    kind = TYPES.get(status, "invalid_request_error" if status < 500 else "api_error")
    own = {"code": error.code, **own_part(error, call_id=call_id, ledger_id=ledger_id)}
    form = {"type": "error", "error": {"type": kind, "message": headline(error, lang)}, "isthmus": own}
    return msgspec.json.encode({**form, "request_id": call_id} if call_id else form)


def error_event(error: IsthmusError, *, call_id: str, lang: str = "en", ledger_id: str = "") -> bytes:
    """The same as an event in mid-stream, where the SDKs raise it."""
    return encode_bytes(error_body(error, call_id=call_id, lang=lang, ledger_id=ledger_id), "error")


def model_row(row: dict[str, Any]) -> dict[str, Any]:
    """One model."""
    return {"type": "model", "display_name": row["id"], "created_at": "1970-01-01T00:00:00Z", **row}


def count_body(tokens: int) -> bytes:
    """The answer to a question how many tokens a request is."""
    return msgspec.json.encode({"input_tokens": tokens})


def models_body(rows: Iterable[dict[str, Any]]) -> bytes:
    """The list of models; each row has an `id`, and may have `display_name`, `created_at` and members of its own."""
    data = [model_row(row) for row in rows]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {"first_id": None, "last_id": None}
    return msgspec.json.encode({"data": data, "has_more": False, **ends})
