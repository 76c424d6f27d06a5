"""A request in any dialect as a Call."""

from __future__ import annotations

from typing import Any

from isthmus.config import Limits
from isthmus.dialects.dialect import Wire
from isthmus.dialects.request import Request
from isthmus.errors import MalformedError, TooLargeError
from isthmus.exchange import Call, HttpRequest

JSON_TYPES = ("application/json", "text/json")


def receive(
    request: HttpRequest, dialect: Wire, *, call: str, at: str, limits: Limits, **more: Any
) -> tuple[Call, Request]:
    """The call, and what its dialect read; raises `TooLargeError` or `MalformedError`.

    A server may have held the limit of size already. `more` goes to the dialect's reader.
    """
    if len(request.body) > limits.body_bytes:
        raise TooLargeError(
            f"the body is over {limits.body_bytes} bytes", remedy="send less, or raise limits.body_bytes"
        )
    if not request.body:
        raise MalformedError("the body is empty", remedy="send a JSON object")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise MalformedError("the body is compressed", where="content-encoding", remedy="send it as it is")
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind not in JSON_TYPES and not kind.endswith("+json"):
        raise MalformedError("the content type is not JSON", where="content-type", remedy="send application/json")
    read = dialect.read_request(request.body, depth=limits.depth, **more)
    found = Call(
        id=call,
        at=at,
        dialect=dialect.id,
        model=read.model,
        stream=read.stream,
        body=read.body,
        slots=read.slots,
        unscanned=read.unscanned,
        files=read.files,
        size=len(request.body),
    )
    return found, read
