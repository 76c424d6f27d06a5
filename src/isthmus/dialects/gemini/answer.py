"""A whole answer of Gemini: read from a deployment, its texts changed, written to the client."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.answer import DEPTH, Answer
from isthmus.dialects.filters import Filters, MakeFilters, chain
from isthmus.dialects.gemini.fields import FIELDS
from isthmus.dialects.gemini.texts import change_part
from isthmus.dialects.gemini.usage import read_usage
from isthmus.dialects.lenient_json import decode
from isthmus.dialects.slots import Collector
from isthmus.dialects.texts import Tail, Take, change_member, copied_members
from isthmus.errors import BrokenReplyError, MalformedError

# members of an answer and of a candidate that hold no text of the model
PROTOCOL = frozenset({"candidates", "usageMetadata", "modelVersion", "responseId", "createTime"})
_SHARED = PROTOCOL - {"candidates"}
CANDIDATE_PROTOCOL = frozenset({"content", "finishReason", "index", "safetyRatings", "avgLogprobs", "tokenCount"})
LOGPROBS = "logprobsResult"


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
        for place, candidate in enumerate(body.get("candidates") or ()):
            for name, value in candidate.items():
                if name == "content" or name not in CANDIDATE_PROTOCOL:
                    collector.member(f"/candidates/{place}", name, value, "assistant", 4)
        for name in body.keys() - PROTOCOL:
            collector.member("", name, body[name], "assistant")
    except MalformedError:
        raise BrokenReplyError("the answer is nested too deeply") from None
    return Answer(
        body=body,
        slots=tuple(collector.slots),
        usage=read_usage(body.get("usageMetadata")),
        finish=finish_of(body),
        data=b"" if repaired else data,
    )


def check(body: dict[str, Any]) -> None:
    """Raise `BrokenReplyError` where an answer has no candidates and does not say why."""
    candidates = body.get("candidates")
    if body.get("error"):
        raise BrokenReplyError("the answer reports an error")
    if not candidates and isinstance(body.get("promptFeedback"), dict):
        return
    if not isinstance(candidates, list) or not candidates or not all(isinstance(row, dict) for row in candidates):
        raise BrokenReplyError("the answer has no candidates", where="/candidates")


def finish_of(body: dict[str, Any]) -> str:
    """Why the answer ended; a prompt that was blocked has no candidate."""
    for candidate in body.get("candidates") or ():
        if isinstance(said := candidate.get("finishReason"), str):
            return said
    feedback = body.get("promptFeedback")
    return str(feedback.get("blockReason") or "") if isinstance(feedback, dict) else ""


def parts_of(candidate: dict[str, Any]) -> list[Any]:
    """The parts of a candidate; it may have no content at all."""
    content = candidate.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    return parts if isinstance(parts, list) else []


def filter_answer(answer: Answer, make_filters: Filters | MakeFilters, *, formatted: bool = False) -> dict[str, Any]:
    """The body with every text of the model as the filters want it; where nothing changes the answer's own body.

    A candidate whose texts changed loses its log probabilities.
    """
    fixed = None if callable(make_filters) else chain(make_filters)
    if fixed is not None and not fixed:
        return answer.body

    def take(channel: str, text: str, *, escape: bool = False, tail: Tail | None = None) -> str:  # noqa: ARG001 - whole
        chosen = fixed if fixed is not None else chain(make_filters(channel))  # type: ignore[operator] # narrowed above
        return chosen.whole(channel, text, escape=escape)

    body = copied_members(answer.body, _SHARED)
    changed = False
    for place, candidate in enumerate(body.get("candidates") or ()):
        changed |= _candidate(candidate, place, take, formatted=formatted)
    for name in body.keys() - PROTOCOL:
        changed |= change_member(FIELDS, body, name, "0:other:", take)
    return body if changed else answer.body


def _candidate(candidate: dict[str, Any], place: int, take: Take, *, formatted: bool) -> bool:
    prefix, spoken = str(candidate.get("index", place)), False
    for number, part in enumerate(parts_of(candidate)):
        if type(part) is dict:
            spoken |= change_part(part, prefix, number, take, formatted=formatted)
    if spoken:
        candidate.pop(LOGPROBS, None)
    changed = spoken
    for name in candidate.keys() - CANDIDATE_PROTOCOL - {LOGPROBS}:
        changed |= change_member(FIELDS, candidate, name, f"{prefix}:other:", take)
    return changed


def answer_of(data: bytes, filters: Filters = (), *, formatted: bool = False) -> Answer:
    """A whole answer as the filters want it; `formatted`: its text is JSON. Raises `BrokenReplyError`."""
    answer = read_answer(data)
    body = filter_answer(answer, filters, formatted=formatted)
    if body is answer.body:
        return answer
    return Answer(body=body, slots=answer.slots, usage=answer.usage, finish=answer.finish)
