"""What a deployment answered as a whole, in whichever dialect."""

from __future__ import annotations

from typing import Any

import msgspec

from isthmus.exchange import Slot, Usage, Value

DEPTH = 200


class Answer(Value, frozen=True, kw_only=True):
    """A whole answer; `slots` are the texts of the model, `data` the bytes while nothing is changed.

    `logprobs_dropped` says that a changed text took its logprobs with it, which is to be declared.
    """

    body: dict[str, Any]
    slots: tuple[Slot, ...]
    usage: Usage
    finish: str
    data: bytes = b""
    logprobs_dropped: bool = False

    def __repr__(self) -> str:
        return f"Answer({len(self.slots)} slots, {self.finish})"


def write_answer(answer: Answer | dict[str, Any], extra: dict[str, Any] | None = None) -> bytes:
    """The bytes for the client; `extra` stands under `isthmus`. What nobody changed keeps its bytes."""
    body = answer.body if isinstance(answer, Answer) else answer
    if isinstance(answer, Answer) and answer.data and not extra:
        return answer.data
    return msgspec.json.encode({**body, "isthmus": extra} if extra else body)
