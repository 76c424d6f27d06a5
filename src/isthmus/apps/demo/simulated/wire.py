"""HTTP/1.1 on an asyncio protocol: just enough of it, and fast, for servers that play a model's part on loopback."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections.abc import Callable, Coroutine
from typing import NamedTuple, cast

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
_CHUNK = re.compile(rb"([0-9a-fA-F]+)[^\r\n]*\r\n")
END_OF_CHUNKS = b"0\r\n\r\n"
EVENTS = b"text/event-stream"
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: " + EVENTS + b"\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
)


class Request(NamedTuple):
    """What a client sent; `head` is everything before the blank line."""

    method: str
    path: str
    head: bytes
    body: bytes


Serve = Callable[[Request, "Wire"], "bytes | Coroutine[None, None, None]"]


class Wire(asyncio.Protocol):
    """One connection: requests are answered one after the other, at once (bytes) or by a coroutine that writes."""

    def __init__(self, serve: Serve, open_wires: set[Wire]) -> None:
        self._serve = serve
        self._open = open_wires
        self._buffer = b""
        self._task: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None
        self.lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # what uvloop hands in derives from no such class
        self._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._open.discard(self)
        self.lost.set()
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        self._advance()

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def write_chunk(self, data: bytes) -> None:
        """Send one chunk of a chunked body."""
        self.write(b"%x\r\n%b\r\n" % (len(data), data))

    def close(self) -> None:
        """End the connection after what was written."""
        if self._transport is not None:
            self._transport.close()

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        if self._transport is not None:
            connection = self._transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()

    def _advance(self) -> None:
        while self._task is None and self._buffer:
            parsed = parse(self._buffer)
            if parsed is None:
                if _EXPECTS.search(self._buffer) and self._buffer.endswith(b"\r\n\r\n"):
                    self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return
            request, used = parsed
            self._buffer = self._buffer[used:]
            answer = self._serve(request, self)
            if isinstance(answer, bytes):
                self.write(answer)
            else:
                self._task = asyncio.get_running_loop().create_task(answer)
                self._task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and task.exception() is not None:
            self.reset()
            raise task.exception() or AssertionError
        self._advance()


def parse(buffer: bytes) -> tuple[Request, int] | None:
    """The first request of `buffer` and the bytes it takes, or None where it is not all there yet."""
    blank = buffer.find(b"\r\n\r\n")
    if blank < 0:
        return None
    head = buffer[:blank]
    at = blank + 4
    length = _LENGTH.search(head)
    if length is not None:
        end = at + int(length.group(1))
        if len(buffer) < end:
            return None
        body = buffer[at:end]
    elif _CHUNKED.search(head):
        joined = _unchunk(buffer, at)
        if joined is None:
            return None
        body, end = joined
    else:
        body, end = b"", at
    method, _, rest = head[: head.find(b"\r\n")].partition(b" ")
    path = rest.partition(b" ")[0]
    return Request(method.decode("latin-1"), path.decode("latin-1"), head, body), end


def _unchunk(buffer: bytes, at: int) -> tuple[bytes, int] | None:
    pieces: list[bytes] = []
    while (match := _CHUNK.match(buffer, at)) is not None:
        start, size = match.end(), int(match.group(1), 16)
        at = start + size + 2
        if len(buffer) < at:
            return None
        if size == 0:
            return b"".join(pieces), at
        pieces.append(buffer[start : start + size])
    return None
