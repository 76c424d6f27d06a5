"""A whole Chat Completions answer: read from a deployment, its texts changed, written to the client."""

from __future__ import annotations

from typing import Any

from isthmus.dialects.answer import DEPTH, Answer
from isthmus.dialects.filters import Filters, MakeFilters, chain
from isthmus.dialects.lenient_json import decode
from isthmus.dialects.openai_chat.fields import FIELDS
from isthmus.dialects.openai_chat.texts import change_texts
from isthmus.dialects.openai_chat.usage import find_usage, read_usage
from isthmus.dialects.slots import Collector
from isthmus.dialects.texts import Tail, Take, change_member, copied_members
from isthmus.errors import BrokenReplyError, MalformedError
from isthmus.exchange import Usage

# members of an answer and of a choice that hold no text of the model
PROTOCOL = frozenset({"id", "object", "created", "model", "system_fingerprint", "service_tier", "usage"})
CHOICE_PROTOCOL = frozenset({"index", "finish_reason", "logprobs", "native_finish_reason", "usage"})
_SHARED = PROTOCOL | {"choices"}


def read_answer(data: bytes) -> Answer:
    """A whole answer; raises `BrokenReplyError` where it is none."""
    try:
        body, repaired = decode(data)
    except ValueError:
        raise BrokenReplyError("the answer is not JSON") from None
    if not isinstance(body, dict):
        raise BrokenReplyError("the answer is not a JSON object")
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices:
        said = "reports an error" if body.get("error") else "has no choices"
        raise BrokenReplyError(f"the answer {said}", where="/choices")
    collector = Collector(FIELDS, DEPTH)
    try:
        finish = _collect(body, choices, collector)
    except MalformedError:
        raise BrokenReplyError("the answer is nested too deeply") from None
    usage = find_usage(body)
    return Answer(
        body=body,
        slots=tuple(collector.slots),
        usage=read_usage(usage) if usage else Usage(),
        finish=finish,
        data=b"" if repaired else data,
    )


def answer_of(data: bytes, filters: Filters = (), *, formatted: bool = False) -> Answer:
    """A whole answer as the filters want it; `formatted`: its content is JSON text. Raises `BrokenReplyError`."""
    answer = read_answer(data)
    body = filter_answer(answer, filters, formatted=formatted)
    if body is answer.body:
        return answer
    dropped = logprobs_dropped(answer.body, body)
    return Answer(body=body, slots=answer.slots, usage=answer.usage, finish=answer.finish, logprobs_dropped=dropped)


def filter_answer(answer: Answer, make_filters: Filters | MakeFilters, *, formatted: bool = False) -> dict[str, Any]:
    """The body with every text of the model as the filters want it; the answer itself stays as it was.

    Where nothing changes it is the answer's own body. A choice whose texts changed loses its logprobs: their tokens
    would be those of another text.
    """
    fixed = None if callable(make_filters) else chain(make_filters)
    if fixed is not None and not fixed:
        return answer.body

    def take(channel: str, text: str, *, escape: bool = False, tail: Tail | None = None) -> str:  # noqa: ARG001 - whole
        chosen = fixed if fixed is not None else chain(make_filters(channel))  # type: ignore[operator] # narrowed above
        return chosen.whole(channel, text, escape=escape)

    body = copied_members(answer.body, _SHARED)
    body["choices"] = [copied_members(choice, CHOICE_PROTOCOL) for choice in body["choices"]]
    changed = False
    for place, choice in enumerate(body["choices"]):
        changed |= _change_choice(choice, place, take, formatted=formatted)
    for name in body.keys() - PROTOCOL - {"choices"}:
        changed |= change_member(FIELDS, body, name, "0:other:", take)
    return body if changed else answer.body


def logprobs_dropped(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether filtering took logprobs away."""
    pairs = zip(before["choices"], after["choices"], strict=True)
    return any(one.get("logprobs") and not other.get("logprobs") for one, other in pairs)


def _collect(body: dict[str, Any], choices: list[Any], collector: Collector) -> str:
    finish = ""
    for place, choice in enumerate(choices):
        where = f"/choices/{place}"
        if not isinstance(choice, dict) or not isinstance(choice.get("message"), dict):
            raise BrokenReplyError("a choice of the answer has no message", where=where)
        said = choice.get("finish_reason")
        finish = finish or (said if isinstance(said, str) else "")
        for name, value in choice.items():
            if name not in CHOICE_PROTOCOL:
                collector.member(where, name, value, "assistant", 4)
    for name, value in body.items():
        if name != "choices" and name not in PROTOCOL:
            collector.member("", name, value, "assistant", 2)
    return finish


def _change_choice(choice: dict[str, Any], place: int, take: Take, *, formatted: bool) -> bool:
    index = choice.get("index")
    prefix = str(index if type(index) is int else place)
    spoken = change_texts(choice["message"], prefix, take, formatted=formatted)
    if spoken and choice.get("logprobs"):
        choice["logprobs"] = None
    changed = spoken
    for name in choice.keys() - CHOICE_PROTOCOL - {"message"}:
        changed |= change_member(FIELDS, choice, name, f"{prefix}:other:", take)
    return changed
