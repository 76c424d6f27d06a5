"""A whole answer in a wire form that only deployments are asked in: it is translated, so no text of it is a slot."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.answer import Answer
from isthmus.dialects.lenient_json import decode
from isthmus.dialects.rejections import STATUS_OF, fault_in, fault_of
from isthmus.errors import BrokenReplyError, RejectedError
from isthmus.exchange import Usage

Node = dict[str, Any]
LONGEST = 64 * 1024


def read_body(data: bytes) -> Node:
    """The JSON object of an answer; raises `BrokenReplyError` where it is none."""
    try:
        body, _ = decode(data)
    except ValueError:
        raise BrokenReplyError("the answer is not JSON") from None
    if not isinstance(body, dict):
        raise BrokenReplyError("the answer is not a JSON object")
    return body


def read(body: Node, *, usage: Usage, finish: Any) -> Answer:
    """The answer; `finish` is the deployment's own word."""
    return Answer(body=body, slots=(), usage=usage, finish=finish if isinstance(finish, str) else "")


def rejected(data: bytes) -> RejectedError:
    """An error that came with the status of an answer, under the status that says the same."""
    status = STATUS_OF[fault_of(data, 200).kind]
    return RejectedError("the deployment answered with an error", upstream_status=status, body=data[:LONGEST])


def reported(node: Node) -> BrokenReplyError:
    """An error in the middle of a stream, with what it means and the deployment's own code."""
    fault = fault_in(node, 200)
    meant = " ".join(word for word in (fault.kind if fault.kind != "unknown" else "", fault.code) if word)
    said = "the deployment reported an error in mid-stream"
    return BrokenReplyError(f"{said}: {meant}" if meant else said)
