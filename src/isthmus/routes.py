"""Which dialect and which service a request asks for, by its path.

The method of a Gemini path is what follows its last colon; a model's name may hold slashes and colons, as they are or
percent-encoded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import parse_qs, unquote

import msgspec

from isthmus.dialects.dialect import Dialect, Wire
from isthmus.dialects.known import DIALECTS, WIRES
from isthmus.errors import MalformedError, MethodError, NotFoundError, NotOfferedError

Service = Literal["answer", "respond", "complete", "count", "models", "model", "kept", "kept_items", "cancel", "forget"]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """What stands behind a path; `named` is what the path itself says of the request."""

    dialect: Wire
    service: Service
    method: str = "POST"
    named: dict[str, Any] = {}


OPENAI, RESPONSES = DIALECTS["openai_chat"], DIALECTS["openai_responses"]
ANTHROPIC, GEMINI = DIALECTS["anthropic"], DIALECTS["gemini"]
CHAT, MODELS, EMBEDDINGS, RESPOND = "/v1/chat/completions", "/v1/models", "/v1/embeddings", "/v1/responses"
RERANK = ("/v1/rerank", "/v2/rerank")
ROUTES: dict[str, Route] = {
    CHAT: Route(dialect=OPENAI, service="answer"),
    "/v1/completions": Route(dialect=OPENAI, service="complete"),
    RESPOND: Route(dialect=RESPONSES, service="respond"),
    "/v1/responses/input_tokens": Route(dialect=RESPONSES, service="count"),
    "/v1/messages": Route(dialect=ANTHROPIC, service="answer"),
    "/v1/messages/count_tokens": Route(dialect=ANTHROPIC, service="count"),
    EMBEDDINGS: Route(dialect=WIRES["openai_embeddings"], service="answer"),
    **dict.fromkeys(RERANK, Route(dialect=WIRES["rerank"], service="answer")),
}
# what is asked of a response that is kept, by method and what follows its id
KEPT: dict[tuple[str, str], Service] = {
    ("GET", ""): "kept",
    ("GET", "input_items"): "kept_items",
    ("DELETE", ""): "forget",
    ("POST", "cancel"): "cancel",
}
LISTS = (MODELS, "/v1beta/models")
# what a Gemini path asks for: the wire form, the service, and whether its answer is a stream
METHODS: dict[str, tuple[Wire, Service, bool]] = {
    "generateContent": (GEMINI, "answer", False),
    "streamGenerateContent": (GEMINI, "answer", True),
    "countTokens": (GEMINI, "count", False),
    "embedContent": (WIRES["gemini_embed"], "answer", False),
    "batchEmbedContents": (WIRES["gemini_embed_batch"], "answer", False),
}
# Routes of the dialects that are not offered, with the way that is.
ELSEWHERE = {
    "/v1/complete": "use /v1/messages",
    "/v1/conversations": "send the whole conversation to POST /v1/responses",
    "/v1/images": "ask a model for pictures directly, at home",
    "/v1/audio": "send audio to a model that hears it, as a part of a message",
    "/v1/moderations": "ask a model at home to judge",
    "/v1/assistants": f"use {CHAT}",
    "/v1/threads": f"use {CHAT}",
    "/v1/realtime": f"use {CHAT} with `stream`",
    "/v1/fine_tuning": "not offered: tune with the vendor, or at home",
    "/v1/vector_stores": "not offered: use retrieval of your own",
    "/v1/batches": f"use {CHAT}, one call at a time",
    "/v1/messages/batches": "use /v1/messages, one call at a time",
    "/v1/files": "send files by their data",
    "/v1beta/files": "send files by their data",
    "/v1beta/cachedContents": "send the whole conversation",
}

# where a client probes whether there is such a route at all, and goes on without it
ABSENT = {"/v1/responses/compact": "shorten the conversation yourself; it is sent whole to POST /v1/responses"}


def route_of(method: str, path: str, query: str = "") -> Route:
    """The route; raises `NotOfferedError` with the alternative, `MethodError` or `NotFoundError`."""
    route = ROUTES.get(path) or _of_models(path, query) or _of_kept(method, path)
    if route is not None:
        if method != route.method:
            raise MethodError(route.method, path)
        return route
    if path in ABSENT:
        raise NotFoundError("no such route", remedy=ABSENT[path])
    for known, remedy in ELSEWHERE.items():
        if path == known or path.startswith(f"{known}/"):
            raise NotOfferedError("isthmus does not offer this route", remedy=remedy)
    raise NotFoundError("no such route", remedy=f"POST {CHAT} or GET {MODELS}")


def dialect_of(path: str, headers: Mapping[str, str]) -> Dialect:
    """The dialect in which errors and lists of a path are told; on shared paths the headers say which."""
    if (route := ROUTES.get(path)) is not None:
        return DIALECTS.get(route.dialect.id, OPENAI)
    if path.startswith("/v1beta/") or (path.startswith(f"{MODELS}/") and _method(path) in METHODS):
        return GEMINI
    if path.startswith("/v1/messages") or path == "/v1/complete" or "anthropic-version" in headers:
        return ANTHROPIC
    if path.startswith(MODELS) and "x-goog-api-key" in headers:
        return GEMINI
    return RESPONSES if path.startswith("/v1/responses") else OPENAI


def _of_kept(method: str, path: str) -> Route | None:
    """A route below a response."""
    ident, _, asked = path.removeprefix(f"{RESPOND}/").partition("/")
    if not path.startswith(f"{RESPOND}/") or not ident or path in ABSENT or path in ROUTES:
        return None
    service = KEPT.get((method, asked))
    if service is None and (others := [word for word, what in KEPT if what == asked]):
        raise MethodError(", ".join(others), path)
    return Route(dialect=RESPONSES, service=service, method=method, named={"id": ident}) if service else None


def _of_models(path: str, query: str) -> Route | None:
    """A route below a list of models: the list, one of them, or a method of one."""
    start = next((start for start in LISTS if path == start or path.startswith(f"{start}/")), None)
    if start is None:
        return None
    rest = path[len(start) + 1 :]
    if not rest:
        return Route(dialect=OPENAI, service="models", method="GET")
    name, _, asked = _split(rest)
    if asked in METHODS:
        wire, service, stream = METHODS[asked]
        if stream and parse_qs(query).get("alt") != ["sse"]:
            raise MalformedError("a stream is offered as server-sent events", where="alt", remedy="add `?alt=sse`")
        return Route(dialect=wire, service=service, named={"model": name, "stream": stream})
    if start != MODELS and asked:
        raise NotOfferedError("isthmus does not offer this method", remedy=f"known: {', '.join(METHODS)}")
    return Route(dialect=OPENAI, service="model", method="GET", named={"model": unquote(rest)})


def _split(rest: str) -> tuple[str, str, str]:
    name, colon, asked = rest.rpartition(":")
    if not colon:
        name, colon, asked = unquote(rest).rpartition(":")
    return (unquote(name), colon, asked) if colon else (unquote(rest), "", "")


def _method(path: str) -> str:
    return _split(path)[2]
