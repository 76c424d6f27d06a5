"""A streamed answer as an iterator of bytes that closes its send and its connection in every ending."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

from isthmus.dialects.event_stream import KEEP_ALIVE
from isthmus.errors import IsthmusError, LedgerError, UpstreamError, WithheldError


class Source(Protocol):
    """What comes from the deployment."""

    @property
    def chunks(self) -> AsyncIterator[bytes]: ...
    async def aclose(self) -> None: ...


class Wire(Protocol):
    """What turns the deployment's bytes into the client's.

    `begun` once an event with content came, `done` once the deployment said that nothing more comes.
    """

    @property
    def begun(self) -> bool: ...
    @property
    def done(self) -> bool: ...
    def feed(self, data: bytes) -> bytes: ...
    def end(self) -> bytes: ...
    def abort(self, error: IsthmusError) -> bytes: ...
    def stop(self, ledger_id: str) -> bytes: ...


# for how long what comes may be nothing for the client: then its connection must be kept alive
QUIET_S = 30.0


class StreamedAnswer:
    """The bytes for the client; `start` first, and `aclose` in the end, also where no piece was ever asked for.

    `ending` is told how it ended: `answered`, `stopped`, the code of an error, or nothing where the client left.
    `abort` writes an error in mid-stream.
    """

    def __init__(
        self,
        source: Source,
        stream: Wire,
        ending: Callable[[str], Awaitable[None]],
        *,
        abort: Callable[[IsthmusError], bytes] | None = None,
        quiet_s: float = QUIET_S,
    ) -> None:
        self._source = source
        self._chunks = aiter(source.chunks)
        self._stream = stream
        self._ending = ending
        self._abort = abort or stream.abort
        self._quiet_s = quiet_s
        self._clock = asyncio.get_running_loop().time
        self._spoke = 0.0
        self._ready = b""
        self._over = False
        self._closed = False

    async def start(self) -> None:
        """Wait for the first event with content; raises what kept it back while another deployment can still be tried.

        Comments and the opening of an answer are none. Where nothing else comes for `quiet_s` they are given out.
        """
        self._spoke = self._clock()
        while not self._over and not (self._ready and self._stream.begun):
            self._ready += await self._next()
            if self._quiet():
                self._ready = self._ready or KEEP_ALIVE
                return

    def __aiter__(self) -> StreamedAnswer:
        return self

    async def __anext__(self) -> bytes:
        if self._ready:
            out, self._ready = self._ready, b""
            return self._said(out)
        while not self._over:
            try:
                out = await self._next()
                if out or (self._quiet() and not self._over):
                    return self._said(out or KEEP_ALIVE)
            except (UpstreamError, LedgerError) as error:
                self._over = True
                await self._close(error.code)
                return self._abort(error)
            except WithheldError as error:
                self._over = True
                await self._close("stopped")
                return self._stream.stop(error.ledger_id)
        await self.aclose()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """End the stream; what was not read is not read. A client that hangs up at the last event has its answer."""
        await self._close("answered" if self._over or self._stream.done else "")

    def _said(self, out: bytes) -> bytes:
        self._spoke = self._clock()
        return out

    def _quiet(self) -> bool:
        """Whether the client has heard nothing for long."""
        return self._clock() - self._spoke > self._quiet_s

    async def _next(self) -> bytes:
        try:
            return self._stream.feed(await anext(self._chunks))
        except StopAsyncIteration:
            last = self._stream.end()
            self._over = True
            await self._close("answered")
            return last

    async def _close(self, outcome: str) -> None:
        if not self._closed:
            self._closed = True
            try:
                await self._source.aclose()
            finally:
                await self._ending(outcome)
