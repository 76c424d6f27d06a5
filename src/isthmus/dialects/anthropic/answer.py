"""A whole Messages answer: read from a deployment, its texts changed."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.answer import DEPTH, Answer
from isthmus.dialects.anthropic.fields import FIELDS
from isthmus.dialects.anthropic.texts import change_block
from isthmus.dialects.anthropic.usage import read_usage
from isthmus.dialects.filters import Filters, MakeFilters, chain
from isthmus.dialects.lenient_json import decode
from isthmus.dialects.slots import Collector
from isthmus.dialects.texts import Tail, change_member, copied_members
from isthmus.errors import BrokenReplyError, MalformedError
from isthmus.exchange import Usage

# members of an answer that hold no text of the model; the matched stop sequence is the caller's own
PROTOCOL = frozenset({"id", "type", "role", "model", "content", "stop_reason", "usage", "container"})
_SHARED = PROTOCOL - {"content"}


def read_answer(data: bytes) -> Answer:
    """A whole answer; raises `BrokenReplyError` where it is none."""
    try:
        body, repaired = decode(data)
    except ValueError:
        raise BrokenReplyError("the answer is not JSON") from None
    if not isinstance(body, dict):
        raise BrokenReplyError("the answer is not a JSON object")
    content = body.get("content")
    if not isinstance(content, list) or not all(isinstance(block, dict) for block in content):
        said = "reports an error" if body.get("type") == "error" else "has no content blocks"
        raise BrokenReplyError(f"the answer {said}", where="/content")
    collector = Collector(FIELDS, DEPTH)
    try:
        collector.value("/content", "content", content, "assistant", 2)
        for name in body.keys() - PROTOCOL:
            collector.member("", name, body[name], "assistant")
    except MalformedError:
        raise BrokenReplyError("the answer is nested too deeply") from None
    usage, finish = body.get("usage"), body.get("stop_reason")
    return Answer(
        body=body,
        slots=tuple(collector.slots),
        usage=read_usage(usage)[0] if isinstance(usage, dict) else Usage(),
        finish=finish if isinstance(finish, str) else "",
        data=b"" if repaired else data,
    )


def filter_answer(answer: Answer, make_filters: Filters | MakeFilters, *, formatted: bool = False) -> dict[str, Any]:
    """The body with every text of the model as the filters want it; where nothing changes the answer's own body."""
    fixed = None if callable(make_filters) else chain(make_filters)
    if fixed is not None and not fixed:
        return answer.body

    def take(channel: str, text: str, *, escape: bool = False, tail: Tail | None = None) -> str:  # noqa: ARG001 - whole
        chosen = fixed if fixed is not None else chain(make_filters(channel))  # type: ignore[operator] # narrowed above
        return chosen.whole(channel, text, escape=escape)

    body = copied_members(answer.body, _SHARED)
    changed = False
    for index, block in enumerate(body["content"]):
        changed |= change_block(block, index, take, formatted=formatted)
    for name in body.keys() - PROTOCOL:
        changed |= change_member(FIELDS, body, name, "0:other:", take)
    return body if changed else answer.body


def answer_of(data: bytes, filters: Filters = (), *, formatted: bool = False) -> Answer:
    """A whole answer as the filters want it; `formatted`: its text is JSON. Raises `BrokenReplyError`."""
    answer = read_answer(data)
    body = filter_answer(answer, filters, formatted=formatted)
    if body is answer.body:
        return answer
    return Answer(body=body, slots=answer.slots, usage=answer.usage, finish=answer.finish)
