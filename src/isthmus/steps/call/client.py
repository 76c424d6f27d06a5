"""One attempt to send bytes to one deployment over a pooled connection.

No redirect is followed: it would be a destination nobody decided on. The environment's proxy is ignored: a proxy is
part of a deployment and of its decision. Compression is not asked for, so that a stream's bytes pass when they are
written. Messages name no address, header or text: an address can hold a credential.

A send that is cancelled while the answer comes closes its socket at once. One that is cancelled before the head of
the answer closes it when the head is there, or the patience for it is over: pyreqwest (0.15.1) cannot end it earlier.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

from pyreqwest.client import Client as Pool
from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import BuilderError, ClientClosedError, DetailedPyreqwestError
from pyreqwest.proxy import ProxyBuilder
from pyreqwest.request import StreamRequest
from pyreqwest.response import Response

from isthmus.errors import BrokenReplyError, RejectedError, UnreachableError, UpstreamError, UpstreamTimeoutError
from isthmus.steps.call.accounts import Tokens
from isthmus.steps.call.reply import Reply
from isthmus.steps.call.signatures import Headers
from isthmus.steps.call.target import Target

REJECTION_BYTES = 64 * 1024
ABANDONED_S = 0.5
# The library's thread lets go of what it held a moment after its answers; a process that ends meanwhile aborts.
LETTING_GO_S = 0.02
TOKEN_S = 20.0
STREAM, WHOLE = "text/event-stream", "application/json"


class Client:
    """Connections to deployments: one pool for each proxy, connect timeout and read timeout, opened when needed."""

    def __init__(self) -> None:
        self._pools: dict[tuple[str | None, float, float], Pool] = {}
        self._abandoned: set[asyncio.Task[None]] = set()
        self._closed = False
        self._tokens = Tokens(self._post_form)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def send(self, target: Target, data: bytes, *, stream: bool) -> Reply:
        """Post `data` once; the reply's status is below 300.

        Raises `UnreachableError` (nothing was sent), `UpstreamTimeoutError`, `BrokenReplyError` (no answer, a redirect,
        HTML) and `RejectedError` (a status from 400, with at most 64 KiB of what was said).
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        request = self._request(target, data, await self._credentials(target, data), stream=stream)
        patience = min(target.connect_s + target.first_byte_s, target.total_s)
        asked: asyncio.Task[Response] = loop.create_task(request.__aenter__())
        try:
            await _finished(asked, loop, patience)
        finally:
            if not asked.done():
                self._abandon(asked, request)
        if not asked.done():
            raise UpstreamTimeoutError("the deployment was too slow: first byte")
        try:
            response = asked.result()
        except DetailedPyreqwestError as error:
            raise _transport(error) from None
        reply = Reply(
            status=response.status,
            headers=_headers(response),
            source=response.body_reader,
            request=request,
            target=target,
            started=started,
        )
        try:
            await _accept(reply)
        except BaseException:
            await reply.aclose()
            raise
        return reply

    async def close(self) -> None:
        """Close every connection; sends that are under way fail."""
        self._closed = True
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.close()
        await asyncio.gather(*self._abandoned)
        if pools:
            await asyncio.sleep(LETTING_GO_S)

    def _abandon(self, asked: asyncio.Task[Response], request: StreamRequest) -> None:
        """Close what nobody waits for as soon as the library lets us."""

        async def end() -> None:
            try:
                await asked
            except DetailedPyreqwestError:
                return
            await request.__aexit__(None, None, None)

        task = asyncio.get_running_loop().create_task(end())
        self._abandoned.add(task)
        task.add_done_callback(self._abandoned.discard)

    async def _credentials(self, target: Target, data: bytes) -> Headers:
        """The headers that are made for this request alone."""
        if target.account is not None:
            token = await self._tokens.token(target.account, time.time())
            return (("authorization", f"Bearer {token}"),)
        if target.sign is not None:
            return target.sign(target.url, target.headers, data, datetime.now(UTC))
        return ()

    async def _post_form(self, url: str, data: bytes) -> bytes:
        """Post a form for a token; raises `UpstreamError`."""
        form = Target(url=url, headers=(("content-type", "application/x-www-form-urlencoded"),), total_s=TOKEN_S)
        return await (await self.send(form, data, stream=False)).read()

    def _request(self, target: Target, data: bytes, added: Headers, *, stream: bool) -> StreamRequest:
        if self._closed:
            raise UnreachableError("isthmus is stopping", sent=False)
        try:
            builder = self._pool(target).post(target.url).header("accept", STREAM if stream else WHOLE)
            builder = builder.headers((*target.headers, *added)) if added else builder.headers(target.headers)
            return builder.body_bytes(data).streamed_read_buffer_limit(0).build_streamed()
        except (BuilderError, ValueError):
            raise _not_valid() from None

    def _pool(self, target: Target) -> Pool:
        # The sends keep their times themselves; this one ends what a cancelled send left behind, and never comes first.
        patience = min(max(target.connect_s + target.first_byte_s, target.idle_s), target.total_s) + ABANDONED_S
        key = (target.proxy, target.connect_s, patience)
        if (pool := self._pools.get(key)) is None:
            pool = self._pools[key] = _open_pool(*key)
        return pool


def open_client() -> Client:
    """A client without connections yet; close it, or use it with `async with`."""
    return Client()


async def _finished(asked: asyncio.Task[Response], loop: asyncio.AbstractEventLoop, patience: float) -> None:
    """Wait until the task is done or patience is over; to cancel the wait does not cancel the task.

    What `asyncio.wait` does for one task, at a third of its cost.
    """
    waiter = loop.create_future()

    def wake(_: object = None) -> None:
        if not waiter.done():
            waiter.set_result(None)

    timer = loop.call_later(patience, wake)
    asked.add_done_callback(wake)
    try:
        await waiter
    finally:
        timer.cancel()


def _open_pool(proxy: str | None, connect_s: float, read_s: float) -> Pool:
    builder = (
        ClientBuilder()
        .no_proxy()
        .follow_redirects(enable=False)
        .referer(enable=False)
        .default_cookie_store(enable=False)
    )
    builder = builder.gzip(enable=False).brotli(enable=False).zstd(enable=False).deflate(enable=False)
    builder = (
        builder.connect_timeout(timedelta(seconds=connect_s))
        .read_timeout(timedelta(seconds=read_s))
        .user_agent("isthmus")
        .tcp_nodelay(enabled=True)
    )
    if proxy is not None:
        builder = builder.proxy(ProxyBuilder.all(proxy))
    return builder.build()


def _headers(response: Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


async def _accept(reply: Reply) -> None:
    """Raise unless this is an answer that a dialect may read."""
    if reply.status >= 400:
        raise RejectedError(
            f"the deployment answered with status {reply.status}",
            upstream_status=reply.status,
            body=await _beginning(reply),
            retry_after=retry_after(reply.headers, time.time()),
        )
    if reply.status >= 300:
        raise BrokenReplyError(
            f"the deployment answered with a redirect ({reply.status}), which is never followed",
            remedy="give the final address as the deployment's base_url",
        )
    if reply.content_type == "text/html":
        raise BrokenReplyError("the deployment answered HTML", remedy="check the deployment's base_url and proxy")


async def _beginning(reply: Reply) -> bytes:
    """The first 64 KiB of a rejection; what cannot be read is left out."""
    body = bytearray()
    try:
        async for chunk in reply:
            body += chunk
            if len(body) >= REJECTION_BYTES:
                break
    except UpstreamError:
        pass
    return bytes(body[:REJECTION_BYTES])


def retry_after(headers: dict[str, str], present: float) -> float | None:
    """Seconds to wait as the answer asks: `retry-after-ms`, or `retry-after` in seconds or as a date (RFC 9110)."""
    try:
        if milliseconds := headers.get("retry-after-ms"):
            return max(0.0, float(milliseconds) / 1000)
        if not (value := headers.get("retry-after", "").strip()):
            return None
        if value[0].isdigit():
            return float(value)
        return max(0.0, parsedate_to_datetime(value).timestamp() - present)
    except ValueError:
        return None


def _transport(error: DetailedPyreqwestError) -> UpstreamError:
    if isinstance(error, BuilderError):
        return _not_valid()
    causes = [cause["message"] for cause in error.details.get("causes") or ()]
    # The library calls more than this a connect error; only here is it sure that no byte was sent.
    if "client error (Connect)" in causes:
        why = "" if "://" in causes[-1] else f": {causes[-1]}"
        return UnreachableError(f"no connection to the deployment{why}", sent=False)
    if isinstance(error, ClientClosedError):
        return BrokenReplyError("isthmus is stopping")
    return BrokenReplyError("the deployment closed the connection without an answer")


def _not_valid() -> UnreachableError:
    return UnreachableError(
        "the deployment's address, proxy or headers are not valid", remedy="correct the deployment", sent=False
    )
