"""An answer as it comes: chunks within limits of time and size; to close it is to close its connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Self, TypeVar

from pyreqwest.exceptions import PyreqwestError
from pyreqwest.request import StreamRequest
from pyreqwest.response import ResponseBodyReader

from isthmus.errors import BrokenReplyError, UpstreamTimeoutError
from isthmus.steps.call.target import Target

# A body of no more than this is read in one go, which saves half of the crossings into the library.
SMALL = 64 * 1024
T = TypeVar("T")


class Reply:
    """The answer of a deployment; header names are lower case.

    `chunks` gives each piece of the body when it arrives; it raises `UpstreamTimeoutError` and `BrokenReplyError`.
    Whoever holds a reply calls `aclose`, which does nothing the second time.
    """

    def __init__(
        self,
        *,
        status: int,
        headers: dict[str, str],
        source: ResponseBodyReader,
        request: StreamRequest,
        target: Target,
        started: float,
    ) -> None:
        self.status = status
        self.headers = headers
        self.content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        self._source = source
        self._request: StreamRequest | None = request
        self._loop = asyncio.get_running_loop()
        self._idle = target.idle_s
        self._total_at = started + target.total_s
        # The first byte of the body has its own patience; it is counted from the send.
        self._next_at = started + target.connect_s + target.first_byte_s
        self._phase = "first byte"
        self._left = target.answer_bytes

    def __repr__(self) -> str:
        return f"Reply({self.status})"

    @property
    def chunks(self) -> AsyncIterator[bytes]:
        """The body's pieces in the order of arrival."""
        return self

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._request is None:
            raise StopAsyncIteration
        try:
            chunk = await self._read()
        except BaseException:
            await self.aclose()
            raise
        if chunk is None:
            await self.aclose()
            raise StopAsyncIteration
        self._left -= len(chunk)
        if self._left < 0:
            await self.aclose()
            raise BrokenReplyError("the deployment's answer is over the size limit", remedy="raise limits.answer_bytes")
        self._phase = "next byte"
        self._next_at = self._loop.time() + self._idle
        return chunk

    async def _read(self) -> bytes | None:
        chunk = await self._in_time(self._source.read_chunk)
        return None if chunk is None else bytes(chunk)

    async def _in_time(self, read: Callable[[], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout_at(min(self._next_at, self._total_at)):
                return await read()
        except PyreqwestError:
            raise BrokenReplyError("the deployment's answer broke off") from None
        except TimeoutError:
            phase = self._phase if self._next_at < self._total_at else "whole answer"
            raise UpstreamTimeoutError(f"the deployment was too slow: {phase}") from None

    async def read(self) -> bytes:
        """The whole body, and the reply is closed."""
        length = self.headers.get("content-length", "")
        if not (length.isdecimal() and int(length) <= min(SMALL, self._left)):
            return b"".join([chunk async for chunk in self])
        try:
            return bytes(await self._in_time(self._source.bytes))
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Give the connection back where the answer is complete, close it where it is not."""
        request, self._request = self._request, None
        if request is not None:
            await request.__aexit__(None, None, None)
