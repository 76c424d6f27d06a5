"""The binary event stream of Amazon's services over bytes that may be cut anywhere.

A message: its length and that of its headers (four bytes each), a CRC-32 of both, the headers, the payload, a CRC-32 of
all before it. A header: the length of its name (one byte), the name, its kind (one byte; 7 is text), its value; text
has its length in two bytes before it. An exception is an event whose name is `error:` and its own.
Source: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html (the same encoding).
"""

from __future__ import annotations

import struct
import zlib

from isthmus.dialects.sse import MAX_EVENT, SseEvent
from isthmus.errors import BrokenReplyError

PRELUDE, CHECK, TEXT = 12, 4, 7
FAILED = "error:"
# how long the value of a header of each kind is; none: its length stands before it
SIZES: dict[int, int | None] = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 6: None, 7: None, 8: 8, 9: 16}


class EventFrames:
    """Bytes in, one event a message out."""

    __slots__ = ("_limit", "_rest")

    def __init__(self, *, limit: int = MAX_EVENT) -> None:
        self._rest = b""
        self._limit = limit

    def feed(self, data: bytes) -> list[SseEvent]:
        """The messages that `data` completed; raises `BrokenReplyError` where the bytes are none."""
        self._rest += data
        events: list[SseEvent] = []
        while len(self._rest) >= PRELUDE:
            size, headers, check = struct.unpack_from(">III", self._rest)
            if check != zlib.crc32(self._rest[:8]) or not headers + PRELUDE + CHECK <= size <= self._limit:
                raise BrokenReplyError("the stream is no event stream, or was damaged")
            if len(self._rest) < size:
                break
            message, self._rest = self._rest[:size], self._rest[size:]
            events.append(read_message(message))
        return events

    def close(self) -> list[SseEvent]:
        """Nothing: half a message is none."""
        self._rest = b""
        return []


def read_message(message: bytes) -> SseEvent:
    """One event from the bytes of its message; raises `BrokenReplyError` where it was damaged."""
    if zlib.crc32(message[:-CHECK]) != int.from_bytes(message[-CHECK:], "big"):
        raise BrokenReplyError("an event of the stream was damaged")
    start = PRELUDE + int.from_bytes(message[4:8], "big")
    try:
        headers = read_headers(message[PRELUDE:start])
    except (IndexError, KeyError, struct.error, UnicodeDecodeError):
        raise BrokenReplyError("an event of the stream was damaged") from None
    failed = headers.get(":message-type") in ("exception", "error")
    reason = headers.get(":exception-type") or headers.get(":error-code") or ""
    name = FAILED + reason if failed else headers.get(":event-type", "")
    return SseEvent(name, message[start:-CHECK].decode("utf-8", "replace") or "{}", "", message)


def read_headers(data: bytes) -> dict[str, str]:
    """The headers that are texts."""
    found: dict[str, str] = {}
    at = 0
    while at < len(data):
        end = at + 1 + data[at]
        name, kind, at = data[at + 1 : end].decode(), data[end], end + 1
        size = SIZES[kind]
        if size is None:
            size, at = struct.unpack_from(">H", data, at)[0], at + 2
        if kind == TEXT:
            found[name] = data[at : at + size].decode()
        at += size
    return found
