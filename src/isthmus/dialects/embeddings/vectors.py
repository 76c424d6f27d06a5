"""What forms without written output have in common: an answer that is an object in which no model wrote a text."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.answer import Answer
from isthmus.dialects.filters import Filters
from isthmus.dialects.lenient_json import decode
from isthmus.dialects.request import Request
from isthmus.dialects.slots import Collector
from isthmus.errors import BrokenReplyError


def request_of(model: str, body: dict[str, Any], own: dict[str, Any], collector: Collector) -> Request:
    """A request whose answer holds no text of a model, so nothing of it streams and no output is paid for."""
    return Request(
        model=model,
        stream=False,
        body=body,
        own=own,
        slots=tuple(collector.slots),
        unscanned=tuple(collector.unscanned),
        files=tuple(collector.files),
        needs=frozenset(),
        formatted=True,
        include_usage=True,
        max_tokens=1,
    )


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
