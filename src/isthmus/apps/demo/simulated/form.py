"""What a wire form of a simulated deployment is, whichever it is; both ends of each are written anew here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from isthmus.apps.demo.simulated.answers import Spoken
from isthmus.apps.demo.simulated.deployments import Simulated

Node = dict[str, Any]


class Turn(NamedTuple):
    """One answer to be written: by whom, its number, what is said and thought, the length and body of the request."""

    row: Simulated
    number: int
    spoken: Spoken
    thought: str
    size: int
    asked: Node = {}  # noqa: RUF012 - nobody writes to it

    @property
    def model(self) -> str:
        """The name that the answer gives its model."""
        return f"{self.row.model} (simulated)"

    @property
    def tokens(self) -> tuple[int, int, int]:
        """What it cost: input, output (the thought among it), the thought."""
        written = self.spoken.text + "".join(arguments for _, arguments in self.spoken.calls)
        thought = len(self.thought.encode()) // 4
        return max(1, self.size // 4), max(1, len(written.encode()) // 4) + thought, thought


def sse(row: Simulated, name: str, node: Node) -> bytes:
    """One event."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + json.dumps(node, ensure_ascii=row.ascii_json).encode() + b"\n\n"


class Form(NamedTuple):
    """`check` says what the real service would reject, `chat` gives the request as the answering rules read it.

    `frame` writes an event of a stream, which is of the type `media`; `refusal` is the status of a rejection.
    """

    check: Callable[[Node], str]
    chat: Callable[[Node], Node]
    thinks: Callable[[Node], bool]
    whole: Callable[[Turn], Node]
    events: Callable[[Turn], Iterator[tuple[str, Node]]]
    error: Callable[[int, str], Node]
    frame: Callable[[Simulated, str, Node], bytes] = sse
    media: bytes = b"text/event-stream"
    refusal: int = 400


def texts(content: Any, *members: str) -> str:
    """The text of a content: a string, or the members of its parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(str(part[name]) for part in parts if isinstance(part, dict) for name in members if name in part)


def unanswered(calls: list[str], results: list[str]) -> str:
    """What is wrong with the results of calls: one is missing, or nobody asked for it."""
    missing = [call for call in calls if call not in results]
    extra = [result for result in results if result not in calls]
    if extra:
        return f"no tool call `{extra[0]}` was made in the turn before"
    return f"the tool call `{missing[0]}` has no result" if missing else ""


class Spoke(NamedTuple):
    """Who spoke in a message, which calls it makes, and which call it answers."""

    role: str
    calls: tuple[str, ...] = ()
    answers: str = ""


def misplaced(rows: list[Spoke]) -> str:
    """What is wrong with the calls and results of messages: each call is answered before anybody else speaks."""
    open_calls: list[str] = []
    for row in rows:
        if row.role == "tool":
            if row.answers not in open_calls:
                return unanswered([], [row.answers])
            open_calls.remove(row.answers)
        elif open_calls:
            return unanswered(open_calls, [])
        open_calls += row.calls
    return unanswered(open_calls, [])
