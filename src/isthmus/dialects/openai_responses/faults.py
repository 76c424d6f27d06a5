"""Errors in the form of Responses: whole ones are those of Chat, in mid-stream there is an event of its own."""

from __future__ import annotations

from typing import Any

import msgspec

from isthmus.dialects.openai_chat.faults import error_body, model_row, models_body
from isthmus.dialects.refusals import headline, own_part
from isthmus.dialects.sse import encode_bytes
from isthmus.errors import IsthmusError

__all__ = ["count_body", "error_body", "error_event", "model_row", "models_body"]


def error_event(error: IsthmusError, *, call_id: str, number: int, lang: str = "en", ledger_id: str = "") -> bytes:
    """An error in mid-stream; `number` is its place in the stream."""
    node: dict[str, Any] = {"type": "error", "code": error.code, "message": headline(error, lang), "param": None}
    node |= {"sequence_number": number, "isthmus": own_part(error, call_id=call_id, ledger_id=ledger_id)}
    return encode_bytes(msgspec.json.encode(node), "error")


def count_body(tokens: int) -> bytes:
    """The answer to a question how many tokens a request is."""
    return msgspec.json.encode({"object": "response.input_tokens", "input_tokens": tokens})
