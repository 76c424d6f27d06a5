"""JSON Lines over bytes that may be cut anywhere: one event a line, as an event of the streams' common form."""

from __future__ import annotations

from isthmus.dialects.sse import MAX_EVENT, SseEvent
from isthmus.errors import BrokenReplyError


class LineFrames:
    """Bytes in, one event a line out; empty lines are none."""

    __slots__ = ("_limit", "_rest")

    def __init__(self, *, limit: int = MAX_EVENT) -> None:
        self._rest = b""
        self._limit = limit

    def feed(self, data: bytes) -> list[SseEvent]:
        """The lines that `data` completed; raises `BrokenReplyError` where one grows over the limit."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > self._limit:
            self._rest = b""
            raise BrokenReplyError("an event of the stream is over the limit", where=f"{self._limit} bytes")
        return [event for line in lines for event in _event(line)]

    def close(self) -> list[SseEvent]:
        """The line that the end of the stream left without its line feed, if any."""
        rest, self._rest = self._rest, b""
        return _event(rest)


def _event(line: bytes) -> list[SseEvent]:
    text = line.strip()
    return [SseEvent("", text.decode("utf-8", "replace"), "", line + b"\n")] if text else []
