"""What a client asked for, in whichever dialect."""

from __future__ import annotations

from typing import Any

import msgspec

from isthmus.dialects.strict_json import wrong_type
from isthmus.exchange import Attached, Slot, Unscanned, Value

OWN = "isthmus"


class Request(Value, frozen=True, kw_only=True):
    """A request as its dialect read it; `body` is the decoded JSON without the `isthmus` object, which is `own`.

    `needs` are capabilities that a deployment must have, `formatted` says that the content of the answer is JSON,
    `include_usage` that the client wants the usage chunk of a stream, `max_tokens` bounds the answer.
    """

    model: str
    stream: bool
    body: dict[str, Any]
    own: dict[str, Any]
    slots: tuple[Slot, ...]
    unscanned: tuple[Unscanned, ...]
    files: tuple[Attached, ...]
    needs: frozenset[str]
    formatted: bool
    include_usage: bool
    max_tokens: int | None = None

    def __repr__(self) -> str:
        return f"Request({len(self.slots)} slots)"


def write_request(body: dict[str, Any], *, model: str) -> bytes:
    """The bytes for a deployment that calls the model `model`, where the body's member `model` names it."""
    return msgspec.json.encode({**body, "model": model})


def take_own(body: dict[str, Any]) -> dict[str, Any]:
    """The `isthmus` object, taken out of the body; raises `MalformedError` where it is no object."""
    own = body.pop(OWN, None)
    if own is None:
        return {}
    if not isinstance(own, dict):
        raise wrong_type(f"/{OWN}", own, "an object")
    return own


def flag(node: dict[str, Any], name: str, where: str) -> bool:
    """A member that is true, false, or not there; raises `MalformedError` for anything else."""
    value = node.get(name)
    if value is not None and not isinstance(value, bool):
        raise wrong_type(f"{where}/{name}", value, "true or false")
    return value is True


def objects(value: Any, where: str) -> list[dict[str, Any]]:
    """An array of objects; raises `MalformedError` for anything else."""
    if not isinstance(value, list):
        raise wrong_type(where, value, "an array")
    for index, item in enumerate(value):
        if not isinstance(item, dict):
            raise wrong_type(f"{where}/{index}", item, "an object")
    return value
