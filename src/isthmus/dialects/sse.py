"""Server-sent events over bytes that may be cut anywhere: WHATWG HTML, section 9.2.

An event ends at a blank line, whatever its line ends are (LF, CR, CRLF, mixed). Every byte of the stream is in the
`raw` of exactly one event, in order, but for a byte order mark at its start: what nobody changes is sent on as it came.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from isthmus.errors import BrokenReplyError

MAX_EVENT = 16 * 1024 * 1024
BOM = b"\xef\xbb\xbf"
END = re.compile(rb"(?>\r\n|\n|\r){2}")
LINE_END = re.compile(rb"\r\n|\n|\r")


class SseEvent(NamedTuple):
    """One event: its type (empty: `message`), its data lines joined by a line feed, its id, and its bytes.

    An event without data lines (a comment that keeps the connection open, a blank line) has the data None.
    """

    event: str
    data: str | None
    id: str
    raw: bytes

    def __repr__(self) -> str:
        """Lengths only: data is text of an answer."""
        return f"SseEvent({len(self.raw)} bytes)"


class SseParser:
    """Bytes in, events out; `limit` bounds one event, in bytes."""

    __slots__ = ("_limit", "_rest", "_started")

    def __init__(self, *, limit: int = MAX_EVENT) -> None:
        self._rest = b""
        self._started = False
        self._limit = limit

    def feed(self, data: bytes) -> list[SseEvent]:
        """The events that `data` completed; raises `BrokenReplyError` where one grows over the limit."""
        held = self._rest
        text = held + data if held else data
        if not self._started:
            if len(text) < 3 and BOM.startswith(text):
                self._rest = text
                return []
            self._started = True
            text = text.removeprefix(BOM)
            held = b""
        events = []
        at = 0
        search = max(0, len(held) - 3)
        while match := END.search(text, search):
            search = match.end()
            if search == len(text) and match[0] == b"\r\n\r":
                break  # its line feed is on the way
            events.append(read_event(text[at:search]))
            at = search
        self._rest = text[at:]
        if len(self._rest) > self._limit:
            self._rest = b""
            raise BrokenReplyError("an event of the stream is over the limit", where=f"{self._limit} bytes")
        return events

    def close(self) -> list[SseEvent]:
        """The event that the end of the stream left without its blank line, if any; its `raw` gets one."""
        rest, self._rest = self._rest, b""
        return [read_event(rest.rstrip(b"\r\n") + b"\n\n")] if rest.strip(b"\r\n") else []


def read_event(raw: bytes) -> SseEvent:
    """One event from its bytes, blank line included."""
    body = raw.strip(b"\r\n")
    if body.startswith(b"data:") and b"\n" not in body and b"\r" not in body:
        return SseEvent("", body[6 if body[5:6] == b" " else 5 :].decode("utf-8", "replace"), "", raw)
    name = ident = ""
    lines: list[str] = []
    for line in LINE_END.split(body):
        field, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            lines.append(value)
        elif field == "event":
            name = value
        elif field == "id" and "\0" not in value:
            ident = value
    return SseEvent(name, "\n".join(lines) if lines else None, ident, raw)


def encode(data: str, event: str = "", ident: str = "") -> bytes:
    """One event as bytes; each line of `data` becomes a data line."""
    return encode_bytes(data.encode(), event, ident)


def encode_bytes(data: bytes, event: str = "", ident: str = "") -> bytes:
    """One event from data that is UTF-8 already."""
    head = (f"event: {event}\n" if event else "") + (f"id: {ident}\n" if ident else "")
    if b"\n" in data or b"\r" in data:
        data = b"\ndata: ".join(LINE_END.split(data))
    return b"%bdata: %b\n\n" % (head.encode(), data)
