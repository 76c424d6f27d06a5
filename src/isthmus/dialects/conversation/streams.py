"""The two halves of a translated stream: a reader of one dialect's events, a writer of another's."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from isthmus.dialects.conversation.said import Cite, Close, Ended, Event, Grow, Open, Over, Sign, Start, Used
from isthmus.dialects.sse import encode_bytes
from isthmus.errors import BrokenReplyError

Node = dict[str, Any]
_encode = msgspec.json.Encoder().encode


class Reader(ABC):
    """Reads the events of one dialect; `lost` names what no other dialect can say, `over` says that nothing follows.

    `word` is the deployment's own word for the finish, where the reader keeps it.
    """

    def __init__(self) -> None:
        self.lost: set[str] = set()
        self.over = False
        self.word = ""

    @abstractmethod
    def read(self, name: str, node: Node) -> Iterator[Event]:
        """What an event says; `name` is its type in the stream. Raises `BrokenReplyError`."""

    @abstractmethod
    def end(self) -> Iterator[Event]:
        """What the end of the bytes says; raises `BrokenReplyError` where the answer was not complete."""


class Writer:
    """Writes the events of one dialect as bytes, each by the method of its kind; `lost` names what it cannot say.

    `repeated` are the members of the request that the answer repeats.
    """

    def __init__(self) -> None:
        self.lost: set[str] = set()
        self.repeated: Node = {}
        self._out: list[bytes] = []
        self.write_by: dict[type, Callable[[Any], None]] = {
            Grow: self.grow,
            Open: self.open,
            Close: self.close,
            Sign: self.sign,
            Cite: self.cite,
            Start: self.start,
            Ended: self.ended,
            Used: self.used,
            Over: self.over,
        }

    def write(self, event: Event) -> None:
        """Say an event."""
        self.write_by[type(event)](event)

    def start(self, event: Start) -> None:
        """The answer begins."""

    def open(self, event: Open) -> None:
        """A block begins."""

    def grow(self, event: Grow) -> None:
        """A block grows."""

    def sign(self, event: Sign) -> None:
        """A block gets its signature."""

    def cite(self, event: Cite) -> None:
        """A text names a source."""

    def close(self, event: Close) -> None:
        """A block is complete."""

    def ended(self, event: Ended) -> None:
        """A choice is complete."""

    def used(self, event: Used) -> None:
        """The usage so far."""

    def over(self, event: Over) -> None:
        """Nothing follows."""

    def take(self) -> bytes:
        """The bytes so far."""
        out, self._out = self._out, []
        return b"".join(out)

    def comment(self, data: bytes) -> None:
        """Bytes that keep a connection open."""
        self._out.append(data)

    def _make(self, node: Node, name: str = "") -> None:
        self._out.append(encode_bytes(_encode(node), name))


def unfinished() -> BrokenReplyError:
    """The error of a stream that stopped before its finish."""
    return BrokenReplyError("the stream ended before its finish")
