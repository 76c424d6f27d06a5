"""A whole answer of Responses: read from a deployment, its texts changed, written to the client."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.answer import DEPTH, Answer
from isthmus.dialects.filters import Filters, MakeFilters, chain
from isthmus.dialects.lenient_json import decode
from isthmus.dialects.openai_responses.fields import FIELDS
from isthmus.dialects.openai_responses.texts import change_item
from isthmus.dialects.openai_responses.usage import read_usage
from isthmus.dialects.slots import Collector
from isthmus.dialects.texts import Tail, Take, change_member, copied_members
from isthmus.errors import BrokenReplyError, MalformedError

# members of an answer that hold no text of the model; what it repeats of the request is text as any other
_PROTOCOL = """
    id object created_at completed_at status incomplete_details model output usage parallel_tool_calls temperature top_p
    max_output_tokens max_tool_calls previous_response_id reasoning store truncation service_tier background
    top_logprobs tool_choice prompt_cache_retention billing error frequency_penalty presence_penalty
"""
PROTOCOL = frozenset(_PROTOCOL.split())
_SHARED = PROTOCOL - {"output"}


def read_answer(data: bytes) -> Answer:
    """A whole answer; raises `BrokenReplyError` where it is none."""
    try:
        body, repaired = decode(data)
    except ValueError:
        raise BrokenReplyError("the answer is not JSON") from None
    if not isinstance(body, dict):
        raise BrokenReplyError("the answer is not a JSON object")
    check(body)
    collector = Collector(FIELDS, DEPTH)
    try:
        collector.value("/output", "output", body["output"], "assistant", 2)
        for name in body.keys() - PROTOCOL:
            collector.member("", name, body[name], "assistant")
    except MalformedError:
        raise BrokenReplyError("the answer is nested too deeply") from None
    return Answer(
        body=body,
        slots=tuple(collector.slots),
        usage=read_usage(body.get("usage")),
        finish=finish_of(body),
        data=b"" if repaired else data,
    )


def check(body: dict[str, Any]) -> None:
    """Raise `BrokenReplyError` where a response has no output, or says that it failed."""
    output = body.get("output")
    if body.get("status") == "failed" or (body.get("error") and not output):
        raise BrokenReplyError("the answer reports an error")
    if not isinstance(output, list) or not all(isinstance(item, dict) for item in output):
        raise BrokenReplyError("the answer has no output", where="/output")


def finish_of(body: dict[str, Any]) -> str:
    """Why the answer ended: its status, or what made it incomplete."""
    details = body.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else None
    said = reason if body.get("status") == "incomplete" and reason else body.get("status")
    return said if isinstance(said, str) else "completed"


def change_response(body: dict[str, Any], take: Take, *, formatted: bool) -> bool:
    """Whether `take` changed any text of a response, in place."""
    changed = False
    for index, item in enumerate(body.get("output") or ()):
        changed |= change_item(item, index, take, formatted=formatted)
    return change_echo(body, take) or changed


def change_echo(body: dict[str, Any], take: Take) -> bool:
    """Whether `take` changed what a response repeats of its request, and what else no list knows."""
    changed = False
    for name in body.keys() - PROTOCOL:
        changed |= change_member(FIELDS, body, name, "0:other:", take)
    return changed


def filter_answer(answer: Answer, make_filters: Filters | MakeFilters, *, formatted: bool = False) -> dict[str, Any]:
    """The body with every text of the model as the filters want it; where nothing changes the answer's own body."""
    fixed = None if callable(make_filters) else chain(make_filters)
    if fixed is not None and not fixed:
        return answer.body

    def take(channel: str, text: str, *, escape: bool = False, tail: Tail | None = None) -> str:  # noqa: ARG001 - whole
        chosen = fixed if fixed is not None else chain(make_filters(channel))  # type: ignore[operator] # narrowed above
        return chosen.whole(channel, text, escape=escape)

    body = copied_members(answer.body, _SHARED)
    return body if change_response(body, take, formatted=formatted) else answer.body


def answer_of(data: bytes, filters: Filters = (), *, formatted: bool = False) -> Answer:
    """A whole answer as the filters want it; `formatted`: its text is JSON. Raises `BrokenReplyError`."""
    answer = read_answer(data)
    body = filter_answer(answer, filters, formatted=formatted)
    if body is answer.body:
        return answer
    return Answer(body=body, slots=answer.slots, usage=answer.usage, finish=answer.finish)
