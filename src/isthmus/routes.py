"""Which dialect and which service a request asks for, by its path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from isthmus.dialects.dialect import Dialect
from isthmus.dialects.known import DIALECTS
from isthmus.errors import NotFoundError, NotOfferedError

Service = Literal["answer", "count", "models"]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """What stands behind a path."""

    dialect: str
    service: Service
    method: str = "POST"


CHAT, MODELS = "/v1/chat/completions", "/v1/models"
ROUTES: dict[str, Route] = {
    CHAT: Route(dialect="openai_chat", service="answer"),
    "/v1/responses": Route(dialect="openai_responses", service="answer"),
    "/v1/responses/input_tokens": Route(dialect="openai_responses", service="count"),
    "/v1/messages": Route(dialect="anthropic", service="answer"),
    "/v1/messages/count_tokens": Route(dialect="anthropic", service="count"),
    MODELS: Route(dialect="openai_chat", service="models", method="GET"),
}
# Routes of the dialects that are not offered, with the way that is.
ELSEWHERE = {
    "/v1/completions": f"use {CHAT}",
    "/v1/complete": "use /v1/messages",
    "/v1/responses": "send the whole conversation to POST /v1/responses; nothing is stored between calls",
    "/v1/conversations": "send the whole conversation to POST /v1/responses",
    "/v1/assistants": f"use {CHAT}",
    "/v1/threads": f"use {CHAT}",
    "/v1/realtime": f"use {CHAT} with `stream`",
    "/v1/fine_tuning": "not offered: tune with the vendor, or at home",
    "/v1/vector_stores": "not offered: use retrieval of your own",
    "/v1/batches": f"use {CHAT}, one call at a time",
    "/v1/messages/batches": "use /v1/messages, one call at a time",
    "/v1/files": "send files by their data",
    "/v1/embeddings": "not offered yet; call an embedding model at home directly",
}


def route_of(method: str, path: str) -> Route:
    """The route; raises `NotOfferedError` with the alternative, or `NotFoundError`."""
    route = ROUTES.get(path)
    if route is not None:
        if method != route.method:
            raise NotFoundError(f"this route takes {route.method}", remedy=f"{route.method} {path}")
        return route
    for known, remedy in ELSEWHERE.items():
        if path == known or path.startswith(f"{known}/"):
            raise NotOfferedError("isthmus does not offer this route", remedy=remedy)
    raise NotFoundError("no such route", remedy=f"POST {CHAT} or GET {MODELS}")


def dialect_of(path: str, headers: Mapping[str, str]) -> Dialect:
    """The dialect in which errors and lists of a path are told; on shared paths the headers say which."""
    if path.startswith("/v1/messages") or path == "/v1/complete" or "anthropic-version" in headers:
        return DIALECTS["anthropic"]
    if path.startswith("/v1/responses"):
        return DIALECTS["openai_responses"]
    return DIALECTS["openai_chat"]
