"""The wire form of reranking, both ends, sans-IO: query and documents are text like any other, out come numbers.

Sources: https://docs.cohere.com/reference/rerank and https://jina.ai/reranker; vLLM, SiliconFlow and others take the
same. The answer names documents by their place in the request; where a deployment sends them back they are left out,
for what it was sent may not be what the client wrote.
"""

from __future__ import annotations

from typing import Any

from isthmus.dialects.answer import Answer
from isthmus.dialects.counts import count, first
from isthmus.dialects.dialect import Wire
from isthmus.dialects.embeddings.vectors import read_body, request_of
from isthmus.dialects.filters import Filters
from isthmus.dialects.openai_chat.faults import error_body
from isthmus.dialects.request import Request, take_own, write_request
from isthmus.dialects.slots import Collector, Fields
from isthmus.dialects.strict_json import read_object, wrong_type
from isthmus.errors import BrokenReplyError, MalformedError
from isthmus.exchange import Count, Usage

__all__ = ["BESIDE", "RERANKS", "WIRE"]
Node = dict[str, Any]
_KEYS = (
    "model query documents top_n return_documents rank_fields max_tokens_per_doc max_chunks_per_doc truncation isthmus"
)
FIELDS = Fields(keys=frozenset(_KEYS.split()), words=frozenset(), kinds={})


def read_request(data: bytes, *, depth: int) -> Request:
    """A client's request; raises `MalformedError` with the pointer of what is wrong."""
    body = read_object(data, known=FIELDS.keys)
    own = take_own(body)
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise MalformedError("the request names no model", where="/model", remedy="send the name of a model")
    if not isinstance(body.get("query"), str):
        raise wrong_type("/query", body.get("query"), "a text")
    documents = body.get("documents")
    if not isinstance(documents, list) or not documents:
        raise MalformedError("the request has no documents", where="/documents", remedy="send an array of texts")
    for place, row in enumerate(documents):
        if not isinstance(row, str | dict):
            raise wrong_type(f"/documents/{place}", row, "a text, or an object of texts")
    if body.get("return_documents"):
        raise MalformedError(
            "documents do not come back", where="/return_documents", remedy="take them by the `index` of each result"
        )
    collector = Collector(FIELDS, depth)
    for name, value in body.items():
        if name != "model":
            collector.member("", name, value, "unknown")
    return request_of(model, body, own, collector)


def read_answer(data: bytes) -> Answer:
    """A whole answer; raises `BrokenReplyError` where it is none. There is no output, so none was paid for."""
    body = read_body(data)
    results = body.get("results")
    if not isinstance(results, list) or not all(isinstance(row, dict) and "index" in row for row in results):
        raise BrokenReplyError("the answer has no results", where="/results")
    taken = first(
        count(body, "usage", "prompt_tokens"),
        count(body, "usage", "total_tokens"),
        count(body, "meta", "tokens", "input_tokens"),
    )
    none = Count(amount=0, provenance="provider") if taken.amount is not None else Count(amount=None)
    shown = {**body, "results": [{k: v for k, v in row.items() if k != "document"} for row in results]}
    same = data if shown == body else b""
    return Answer(body=shown, slots=(), usage=Usage(input=taken, output=none), finish="stop", data=same)


def filter_answer(answer: Answer, filters: Filters, *, formatted: bool) -> Node:  # noqa: ARG001 - a form
    """The answer as it came: numbers are not restored."""
    return answer.body


WIRE = Wire(
    id="rerank",
    title="Rerank (Cohere, Jina)",
    read_request=read_request,
    write_request=write_request,
    read_answer=read_answer,
    filter_answer=filter_answer,
    error_body=error_body,
)
RERANKS: dict[str, Wire] = {WIRE.id: WIRE}
# beside the main call of a dialect: the end of its path, and what stands there for this form
BESIDE: dict[str, dict[str, tuple[str, str]]] = {
    "openai_chat": {WIRE.id: ("/chat/completions", "/rerank")},
    "cohere": {WIRE.id: ("/v2/chat", "/v2/rerank")},
}
