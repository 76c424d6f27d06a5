"""A whole Chat Completions answer: read from a deployment, its texts changed, written to the client."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec

from isthmus.dialects.filters import Filters, MakeFilters, chain
from isthmus.dialects.openai_chat.fields import FIELDS
from isthmus.dialects.openai_chat.texts import Tail, change_others, change_texts
from isthmus.dialects.openai_chat.usage import find_usage, read_usage
from isthmus.dialects.slots import Collector
from isthmus.errors import BrokenReplyError, MalformedError
from isthmus.exchange import Slot, Usage, Value

DEPTH = 200
# members of an answer and of a choice that hold no text of the model
PROTOCOL = frozenset({"id", "object", "created", "model", "system_fingerprint", "service_tier", "usage"})
CHOICE_PROTOCOL = frozenset({"index", "finish_reason", "logprobs", "native_finish_reason", "usage"})


class Answer(Value, frozen=True, kw_only=True):
    """What a deployment answered; `data` are its bytes, `slots` the text of the model."""

    body: dict[str, Any]
    slots: tuple[Slot, ...]
    usage: Usage
    finish: str
    data: bytes = b""

    def __repr__(self) -> str:
        return f"Answer({len(self.slots)} slots, {self.finish})"


def decode(data: bytes | str) -> Any:
    """JSON of a deployment: lone surrogates become U+FFFD. Raises `ValueError` or `RecursionError`."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError):
        text = data.decode() if isinstance(data, bytes) else data
        return json.loads(text.removeprefix("\ufeff"))


def read_answer(data: bytes) -> Answer:
    """A whole answer; raises `BrokenReplyError` where it is none."""
    try:
        body = without_surrogates(decode(data))
    except (ValueError, RecursionError):
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
        data=data,
    )


def filter_answer(answer: Answer, make_filters: Filters | MakeFilters, *, formatted: bool = False) -> dict[str, Any]:
    """The body with every text of the model as the filters want it; the answer itself stays as it was.

    Logprobs of a choice whose texts changed are dropped: their tokens would be those of another text.
    """
    body = dict(answer.body)
    fixed = None if callable(make_filters) else chain(make_filters)

    def take(channel: str, text: str, escape: bool, _: Tail | None) -> str:  # noqa: FBT001 - the form of `Take`
        chosen = fixed if fixed is not None else chain(make_filters(channel))  # type: ignore[operator] # narrowed above
        return chosen.whole(channel, text, escape=escape) if chosen else text

    if fixed is not None and not fixed:
        return body
    body["choices"] = [
        _filtered(choice, place, take, formatted=formatted) for place, choice in enumerate(body["choices"])
    ]
    for name, value in body.items():
        if name != "choices" and name not in PROTOCOL and isinstance(value, dict | list | str):
            box = {name: copy.deepcopy(value)}
            change_others(box, name, "0:other:", take)
            body[name] = box[name]
    return body


def write_answer(body: dict[str, Any], extra: dict[str, Any] | None = None) -> bytes:
    """The bytes for the client; `extra` stands under `isthmus`."""
    return msgspec.json.encode({**body, "isthmus": extra} if extra else body)


def logprobs_dropped(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether filtering took logprobs away, which the gateway declares."""
    pairs = zip(before["choices"], after["choices"], strict=True)
    return any(isinstance(a, dict) and a.get("logprobs") and not b.get("logprobs") for a, b in pairs)


def without_surrogates(node: Any) -> Any:
    """`node` with lone surrogates replaced by U+FFFD; the same object where there is none."""
    try:
        msgspec.json.encode(node)
    except UnicodeEncodeError:
        clean = json.dumps(node, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return json.loads(clean)
    return node


def _collect(body: dict[str, Any], choices: list[Any], collector: Collector) -> str:
    finish = ""
    for place, choice in enumerate(choices):
        where = f"/choices/{place}"
        message = choice.get("message") if isinstance(choice, dict) else None
        if not isinstance(message, dict):
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


def _filtered(choice: dict[str, Any], place: int, take: Any, *, formatted: bool) -> dict[str, Any]:
    index = choice.get("index")
    prefix = str(index if type(index) is int else place)
    choice = {**choice, "message": copy.deepcopy(choice["message"])}
    changed = change_texts(choice["message"], prefix, take, formatted=formatted)
    for name, value in choice.items():
        if name != "message" and name not in CHOICE_PROTOCOL and isinstance(value, dict | list | str):
            box = {name: copy.deepcopy(value)}
            change_others(box, name, f"{prefix}:other:", take)
            choice[name] = box[name]
    if changed and choice.get("logprobs"):
        choice["logprobs"] = None
    return choice
