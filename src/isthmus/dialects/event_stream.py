"""The frame of every streamed answer: bytes of a deployment in, bytes for the client out, one event at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import msgspec

from isthmus.dialects.conversation.opaque import Seal
from isthmus.dialects.filters import Filters, chain
from isthmus.dialects.lenient_json import LONE, read, repaired, whole
from isthmus.dialects.sse import SseEvent, SseParser, encode_bytes
from isthmus.errors import BrokenReplyError, IsthmusError
from isthmus.exchange import Usage

KEEP_ALIVE = b":\n\n"
# no opening of an answer has as many events without a text
OPENING = 8
_encode = msgspec.json.Encoder().encode


class EventStream(ABC):
    """What all dialects share: faults come after all that was good before them, silence keeps a connection open.

    An event that no filter changes keeps its bytes. `formatted`: the content is JSON text, `seal`: what is signed will
    come back changed. `text_seen` counts the code points of all texts that the deployment sent.
    """

    __slots__ = (
        "_chain",
        "_done",
        "_events",
        "_extra",
        "_failure",
        "_formatted",
        "_halves",
        "_lone",
        "_out",
        "_parser",
        "_seal",
        "finish",
        "text_seen",
        "usage",
    )

    def __init__(self, filters: Filters = (), *, formatted: bool = False, seal: Seal | None = None) -> None:
        self._chain = chain(filters)
        self._parser = SseParser()
        self._formatted = formatted
        self._seal = seal
        self._extra: Callable[[], dict[str, Any]] | None = None
        self._failure: BrokenReplyError | None = None
        self._done = False
        self._events = 0
        self._lone = False
        self._halves: dict[str, str] = {}
        self._out: list[bytes] = []
        self.usage = Usage()
        self.finish: str | None = None
        self.text_seen = 0

    @property
    def declared(self) -> tuple[str, ...]:
        """What was left out on the way, by name: nothing within one dialect."""
        return ()

    @property
    def done(self) -> bool:
        """Whether the deployment said that nothing more comes."""
        return self._done

    @property
    def begun(self) -> bool:
        """Whether an event with content came: a text, an end, or more events than any opening has."""
        return self.text_seen > 0 or self._done or bool(self.finish) or self._events >= OPENING

    def attach(self, make: Callable[[], dict[str, Any]]) -> None:
        """Send what `make` gives as `isthmus` once the usage is known."""
        self._extra = make

    def feed(self, data: bytes) -> bytes:
        """What the client may have now; raises `BrokenReplyError` once all before the fault was given out."""
        if self._failure is not None:
            raise self._failure
        try:
            for event in self._parser.feed(data):
                self._take_event(event)
        except BrokenReplyError as error:
            self._failure = error
            if not self._out:
                raise
        return self._take_out()

    def end(self) -> bytes:
        """The rest after the last byte; raises `BrokenReplyError` where the stream had not finished."""
        if self._failure is not None:
            raise self._failure
        for event in self._parser.close():
            self._take_event(event)
        if not self._done:
            self._end()
        return self._take_out()

    @abstractmethod
    def abort(self, error: IsthmusError, *, call_id: str = "", lang: str = "en") -> bytes:
        """The end of a stream that failed: what was held back, then the error in the dialect's own form."""

    @abstractmethod
    def stop(self, ledger_id: str) -> bytes:
        """The end of a stream that may not go on, in the dialect's own form; what was held back is not released."""

    @abstractmethod
    def _event(self, event: SseEvent, data: str) -> None:
        """Read one event with data."""

    @abstractmethod
    def _end(self) -> None:
        """The last byte came without the dialect's own end."""

    def _take_out(self) -> bytes:
        out, self._out = self._out, []
        return out[0] if len(out) == 1 else b"".join(out)

    def _take_event(self, event: SseEvent) -> None:
        if self._done:
            return
        if event.data:
            self._events += 1
            self._event(event, event.data)
        elif not self._chain and not event.raw.strip(b"\r\n"):
            self._out.append(event.raw)
        elif event.raw.lstrip(b"\r\n").startswith(b":"):
            self._out.append(KEEP_ALIVE if self._chain else event.raw)  # a comment's text is not for the client

    def _node(self, data: str) -> dict[str, Any]:
        try:
            node, careless = read(data)
        except ValueError:
            raise BrokenReplyError("an event of the stream is not JSON") from None
        self._lone = self._lone or careless
        if type(node) is not dict:
            raise BrokenReplyError("an event of the stream is no JSON object")
        return node

    def _pass(self, event: SseEvent, node: dict[str, Any], *, changed: bool) -> None:
        """Give out an event: its own bytes, or what it became."""
        if changed or (self._lone and self._chain):
            node = repaired(node) if self._lone else node
            self._out.append(encode_bytes(_encode(node), event.event, event.id))
        else:
            self._out.append(event.raw)

    def _make(self, node: dict[str, Any], event: str = "") -> None:
        """Give out an event of our own."""
        self._out.append(encode_bytes(_encode(repaired(node) if self._lone else node), event))

    def _complete(self, channel: str, text: str, *, escape: bool) -> str:
        """A text that is complete, through the filters."""
        return self._chain.whole(channel, whole(text) if self._lone else text, escape=escape)

    def _piece(self, channel: str, text: str, *, escape: bool) -> str:
        """A piece of a channel, through the filters; halves of surrogate pairs are joined across events."""
        if self._lone:
            text = self._halves.pop(channel, "") + text
            if text and "\ud800" <= text[-1] <= "\udbff":
                self._halves[channel] = text[-1]
                text = text[:-1]
            text = whole(text) if LONE.search(text) else text
        return self._chain.feed(channel, text, escape=escape)

    def _rest(self, channel: str) -> str:
        """What the filters held back of a channel."""
        lost = "\ufffd" if self._halves.pop(channel, "") else ""
        return (self._chain.feed(channel, lost, escape=False) if lost else "") + self._chain.flush(channel)
