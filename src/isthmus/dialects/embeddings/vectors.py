"""What the answers of all forms of embeddings have in common: an object in which no model wrote a text."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.answer import Answer
from isthmus.dialects.filters import Filters
from isthmus.dialects.lenient_json import decode
from isthmus.errors import BrokenReplyError


def read_body(data: bytes) -> dict[str, Any]:
    """The answer's object; raises `BrokenReplyError` where it is none, or reports an error."""
    try:
        body, _ = decode(data)
    except ValueError:
        raise BrokenReplyError("the answer is not JSON") from None
    if not isinstance(body, dict):
        raise BrokenReplyError("the answer is not a JSON object")
    if body.get("error"):
        raise BrokenReplyError("the answer reports an error")
    return body


def filter_answer(answer: Answer, filters: Filters, *, formatted: bool) -> dict[str, Any]:  # noqa: ARG001 - a form
    """The answer as it came: numbers are not restored."""
    return answer.body
