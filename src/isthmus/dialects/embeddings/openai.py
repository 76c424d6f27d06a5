"""OpenAI Embeddings. Source: the public API reference of OpenAI; vLLM, DashScope, Zhipu and others take the same."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.answer import Answer
from isthmus.dialects.dialect import Wire
from isthmus.dialects.embeddings.vectors import filter_answer, read_body, request_of
from isthmus.dialects.openai_chat.faults import error_body
from isthmus.dialects.request import Request, take_own, write_request
from isthmus.dialects.slots import Collector, Fields
from isthmus.dialects.strict_json import read_object, wrong_type
from isthmus.errors import BrokenReplyError, MalformedError
from isthmus.exchange import Count, Unscanned, Usage

_KEYS = "model input encoding_format dimensions user input_type truncate priority isthmus"
FIELDS = Fields(keys=frozenset(_KEYS.split()), words=frozenset(("float", "base64")), kinds={"encoding_format": "word"})
TOKENS = "tokens in the place of text cannot be read here"


def read_request(data: bytes, *, depth: int) -> Request:
    """A client's request; raises `MalformedError` with the pointer of what is wrong. Tokens are no text: unscanned."""
    body = read_object(data, known=FIELDS.keys)
    own = take_own(body)
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise MalformedError("the request names no model", where="/model", remedy="send the name of a model")
    collector = Collector(FIELDS, depth)
    for name, value in body.items():
        if name not in ("model", "input"):
            collector.member("", name, value, "unknown")
    _texts(body.get("input"), collector)
    return request_of(model, body, own, collector)


def _texts(given: Any, collector: Collector) -> None:
    if not isinstance(given, str | list) or not given:
        raise MalformedError("the request has no input", where="/input", remedy="send a text, or an array of texts")
    rows = given if isinstance(given, list) else []
    if (rows and all(type(row) is int for row in rows)) or any(isinstance(row, list) for row in rows):
        if not all(_tokens(row) for row in (rows if isinstance(rows[0], list) else [rows])):
            raise wrong_type("/input", given, "texts, or tokens")
        collector.unscanned.append(Unscanned(pointer="/input", medium="encoded", reason=TOKENS))
        return
    for place, row in enumerate(rows):
        if not isinstance(row, str):
            raise wrong_type(f"/input/{place}", row, "a text")
    collector.member("", "input", given, "unknown")


def _tokens(row: Any) -> bool:
    return isinstance(row, list) and bool(row) and all(type(token) is int for token in row)


def read_answer(data: bytes) -> Answer:
    """A whole answer; raises `BrokenReplyError` where it is none. There is no output, so none was paid for."""
    body = read_body(data)
    if not isinstance(body.get("data"), list):
        raise BrokenReplyError("the answer has no embeddings")
    usage = body.get("usage")
    taken = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    known = type(taken) is int and taken >= 0
    counted = Count(amount=taken, provenance="provider") if known else Count(amount=None)
    none = Count(amount=0, provenance="provider") if known else Count(amount=None)
    return Answer(body=body, slots=(), usage=Usage(input=counted, output=none), finish="stop", data=data)


WIRE = Wire(
    id="openai_embeddings",
    title="OpenAI Embeddings",
    read_request=read_request,
    write_request=write_request,
    read_answer=read_answer,
    filter_answer=filter_answer,
    error_body=error_body,
)
