"""The frame of a translated stream: events of one dialect in, events of another out; filters come after it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import msgspec

from isthmus.dialects.lenient_json import decode
from isthmus.dialects.sse import SseEvent, SseParser, encode_bytes
from isthmus.errors import BrokenReplyError
from isthmus.exchange import Usage

KEEP_ALIVE = b":\n\n"
_encode = msgspec.json.Encoder().encode


class EventTranslator(ABC):
    """Bytes of a deployment in, the same answer in the client's dialect out; `declared` names what was left out.

    `usage` is what the deployment reported.
    """

    def __init__(self) -> None:
        self._parser = SseParser()
        self._out: list[bytes] = []
        self._done = False
        self._failure: BrokenReplyError | None = None
        self.declared: set[str] = set()
        self.usage = Usage()

    def feed(self, data: bytes) -> bytes:
        """What these bytes say; raises `BrokenReplyError` once all before the fault was given out."""
        if self._failure is not None:
            raise self._failure
        try:
            for event in self._parser.feed(data):
                self._take(event)
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
            self._take(event)
        if not self._done:
            self._end()
        return self._take_out()

    @abstractmethod
    def _event(self, event: SseEvent, node: dict[str, Any]) -> None:
        """Say one event in the other dialect."""

    @abstractmethod
    def _end(self) -> None:
        """The last byte came without the dialect's own end."""

    def _take(self, event: SseEvent) -> None:
        if self._done:
            return
        if not event.data:
            if event.raw.lstrip(b"\r\n").startswith(b":"):
                self._out.append(KEEP_ALIVE)
            return
        if event.data.startswith("[DONE]"):
            self._end()
            return
        try:
            node, _ = decode(event.data)
        except ValueError:
            raise BrokenReplyError("an event of the stream is not JSON") from None
        if type(node) is not dict:
            raise BrokenReplyError("an event of the stream is no JSON object")
        try:
            self._event(event, node)
        except (AttributeError, KeyError, TypeError, IndexError):
            raise BrokenReplyError("an event of the stream has not the form of its dialect") from None

    def _make(self, node: dict[str, Any], event: str = "") -> None:
        self._out.append(encode_bytes(_encode(node), event))

    def _take_out(self) -> bytes:
        out, self._out = self._out, []
        return b"".join(out)
