"""Gemini's embeddings of one content and of many. Source: the public API reference of Google."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from isthmus.dialects.answer import Answer
from isthmus.dialects.dialect import Wire
from isthmus.dialects.embeddings.vectors import filter_answer, read_body, request_of
from isthmus.dialects.gemini.faults import error_body
from isthmus.dialects.gemini.fields import FIELDS
from isthmus.dialects.gemini.usage import read_usage
from isthmus.dialects.request import Request, objects, take_own
from isthmus.dialects.slots import Collector
from isthmus.dialects.strict_json import read_object, wrong_type
from isthmus.errors import BrokenReplyError, MalformedError
from isthmus.exchange import Count

Node = dict[str, Any]
TASKS = frozenset(("taskType", "task_type", "outputDimensionality", "output_dimensionality", "requests"))
KNOWN = msgspec.structs.replace(FIELDS, keys=FIELDS.keys | TASKS)
MODELS = "models/"


def read_request(data: bytes, *, depth: int, model: str, stream: bool, many: bool) -> Request:
    """A client's request; its address names the model. Raises `MalformedError` with the pointer of what is wrong."""
    del stream
    body = read_object(data, known=KNOWN.keys)
    own = take_own(body)
    collector = Collector(KNOWN, depth)
    if many:
        for place, row in enumerate(objects(body.get("requests") or [], "/requests")):
            _content(row, f"/requests/{place}", collector)
        for name, value in body.items():
            if name != "requests":
                collector.member("", name, value, "unknown")
    else:
        _content(body, "", collector)
    if not collector.slots and not collector.unscanned:
        raise MalformedError("the request has no content", where="/", remedy="send `content` with `parts`")
    return request_of(model, body, own, collector)


def _content(row: Node, where: str, collector: Collector) -> None:
    for name, value in row.items():
        if name == "content" and not isinstance(value, dict):
            raise wrong_type(f"{where}/content", value, "an object")
        if name != "model":
            collector.member(where, name, value, "unknown")


def write_request(body: Node, *, model: str) -> bytes:
    """The bytes for a deployment: its address names the model, and where the body does so too, it is that one."""
    named = {"model": f"{MODELS}{model}"}
    made = {**body, **named} if "model" in body else body
    if "requests" in body:
        made = {**made, "requests": [{**row, **named} for row in body["requests"]]}
    return msgspec.json.encode(made)


def read_answer(data: bytes) -> Answer:
    """A whole answer; raises `BrokenReplyError` where it is none."""
    body = read_body(data)
    if not isinstance(body.get("embedding"), dict) and not isinstance(body.get("embeddings"), list):
        raise BrokenReplyError("the answer has no embeddings")
    usage = read_usage(body.get("usageMetadata"))
    if usage.input.amount is not None and usage.output.amount is None:
        usage = msgspec.structs.replace(usage, output=Count(amount=0, provenance="provider"))
    return Answer(body=body, slots=(), usage=usage, finish="stop", data=data)


def address(url: str, model: str, stream: bool) -> str:  # noqa: ARG001, FBT001 - the form of `Wire.address`
    """The address of a call: that of the deployment with its model."""
    return url.replace("{model}", model)


ONE = Wire(
    id="gemini_embed",
    title="Gemini embedContent",
    read_request=partial(read_request, many=False),
    write_request=write_request,
    read_answer=read_answer,
    filter_answer=filter_answer,
    error_body=error_body,
    address=address,
    key_header="x-goog-api-key",
)
MANY = msgspec.structs.replace(
    ONE, id="gemini_embed_batch", title="Gemini batchEmbedContents", read_request=partial(read_request, many=True)
)
