"""A send over a real socket: what the far side receives, when its bytes arrive, and what each fault becomes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from isthmus.errors import BrokenReplyError, RejectedError, UnreachableError, UpstreamError, UpstreamTimeoutError
from isthmus.steps.call import Client, Target, open_client

Talk = Callable[["Far"], Awaitable[None]]
SSE = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


class Far:
    """The far side of one connection: its request has been read."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer, self.head, self.body = reader, writer, b"", b""

    async def hear(self) -> bool:
        """Read one request; False where the connection has ended."""
        try:
            self.head = await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return False
        lengths = [line for line in self.head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        self.body = await self.reader.readexactly(int(lengths[0].split(b":")[1])) if lengths else b""
        return True

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def chunk(self, data: bytes) -> None:
        await self.say(b"%x\r\n%s\r\n" % (len(data), data))

    async def answer(
        self, body: bytes, status: str = "200 OK", headers: str = "content-type: application/json"
    ) -> None:
        head = f"HTTP/1.1 {status}\r\n{headers}\r\ncontent-length: {len(body)}\r\n\r\n"
        await self.say(head.encode() + body)


class Upstream:
    """A server that talks as it is told, and remembers what it heard."""

    def __init__(self, talk: Talk) -> None:
        self.talk, self.heard, self.connections, self.port = talk, list[Far](), 0, 0
        self.open = dict[asyncio.Task[None], asyncio.StreamWriter]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1/chat/completions"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self.open[task] = writer
        try:
            while await (far := Far(reader, writer)).hear():
                self.heard.append(far)
                await self.talk(far)
        except ConnectionError:
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            del self.open[task]

    async def leave(self) -> None:
        """Drop every connection and wait until its task has ended, so that no socket outlives the loop."""
        for writer in self.open.values():
            writer.transport.abort()
        await asyncio.gather(*self.open, return_exceptions=True)


@asynccontextmanager
async def upstream(talk: Talk) -> AsyncIterator[Upstream]:
    far = Upstream(talk)
    server = await asyncio.start_server(far.serve, "127.0.0.1", 0)
    far.port = server.sockets[0].getsockname()[1]
    async with server:
        try:
            yield far
        finally:
            await far.leave()


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with open_client() as opened:
        yield opened


async def hang(far: Far) -> None:
    """Say nothing until the other side leaves."""
    await far.reader.read()


async def test_what_is_sent_is_what_was_given(client: Client) -> None:
    """The bytes, the headers and the address arrive; no cookie, referer or compression is added."""
    async with upstream(lambda far: far.answer(b'{"a":1}')) as far:
        target = Target(url=far.url, headers=(("authorization", "Bearer k"), ("content-type", "application/json")))
        reply = await client.send(target, '{"问":1}'.encode(), stream=False)
        assert (reply.status, reply.content_type, await reply.read()) == (200, "application/json", b'{"a":1}')
    head = far.heard[0].head.lower()
    assert far.heard[0].body == '{"问":1}'.encode()
    assert head.startswith(b"post /v1/chat/completions http/1.1\r\n")
    assert b"authorization: bearer k\r\n" in head
    assert not any(word in head for word in (b"cookie", b"referer", b"accept-encoding"))


async def test_connections_are_kept(client: Client) -> None:
    """Answers that were read to their end share one connection."""
    async with upstream(lambda far: far.answer(b"{}")) as far:
        for _ in range(5):
            await (await client.send(Target(url=far.url), b"{}", stream=False)).read()
        assert (len(far.heard), far.connections) == (5, 1)


async def test_a_redirect_is_not_followed(client: Client) -> None:
    """The second address hears nothing: nobody decided on it."""
    async with upstream(lambda far: far.answer(b"{}")) as second:

        async def redirect(far: Far) -> None:
            await far.answer(b"", "307 Temporary Redirect", f"location: {second.url}")

        async with upstream(redirect) as first:
            with pytest.raises(BrokenReplyError, match=r"redirect \(307\)") as caught:
                await client.send(Target(url=first.url), b"{}", stream=False)
        assert str(second.port) not in str(caught.value)
        assert (second.connections, len(first.heard)) == (0, 1)


ENVIRONMENT = """
import asyncio, sys
from isthmus.steps.call import Target, open_client
async def main():
    async with open_client() as client:
        print((await (await client.send(Target(url=sys.argv[1]), b"{}", stream=False)).read()).decode())
asyncio.run(main())
"""


async def test_the_proxy_of_the_environment_is_ignored() -> None:
    """With every usual variable set, the proxy hears nothing and the deployment everything."""
    async with upstream(lambda far: far.answer(b"via the proxy")) as proxy, upstream(lambda f: f.answer(b"ok")) as far:
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
        set_ = {n: f"http://127.0.0.1:{proxy.port}" for name in names for n in (name, name.lower())}
        environment = {k: v for k, v in os.environ.items() if k.lower() != "no_proxy"} | set_
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-c", ENVIRONMENT, far.url, env=environment, stdout=subprocess.PIPE
        )
        out, _ = await program.communicate()
        assert (out.strip(), program.returncode) == (b"ok", 0)
        assert (proxy.connections, len(far.heard)) == (0, 1)


async def test_the_proxy_of_a_deployment_is_used(client: Client) -> None:
    """A proxy that stands in the target gets the request, and only for that target."""
    async with upstream(lambda far: far.answer(b'"proxy"')) as proxy, upstream(lambda f: f.answer(b'"far"')) as far:
        through = Target(url=far.url, proxy=f"http://127.0.0.1:{proxy.port}")
        assert await (await client.send(through, b"{}", stream=False)).read() == b'"proxy"'
        assert await (await client.send(Target(url=far.url), b"{}", stream=False)).read() == b'"far"'
        assert far.url.encode() in proxy.heard[0].head


async def test_an_event_arrives_when_it_was_sent(client: Client) -> None:
    """Each event is read before the far side writes the next: nothing waits in a buffer."""
    read: asyncio.Queue[bytes] = asyncio.Queue()

    async def talk(far: Far) -> None:
        await far.say(SSE)
        for number in range(3):
            await far.chunk(b"data: %d\n\n" % number)
            assert await asyncio.wait_for(read.get(), 5) == b"data: %d\n\n" % number
        await far.say(b"0\r\n\r\n")

    async with upstream(talk) as far:
        reply = await client.send(Target(url=far.url), b"{}", stream=True)
        assert reply.content_type == "text/event-stream"
        async for chunk in reply.chunks:
            read.put_nowait(chunk)
    assert read.empty()


async def test_closing_before_the_first_event_closes_the_socket(client: Client) -> None:
    """A reply that nobody wants any more leaves no connection behind."""
    ended = asyncio.Event()

    async def talk(far: Far) -> None:
        await far.say(SSE)
        await far.reader.read()
        ended.set()

    async with upstream(talk) as far:
        reply = await client.send(Target(url=far.url), b"{}", stream=True)
        await reply.aclose()
        await asyncio.wait_for(ended.wait(), 5)
        await reply.aclose()
        assert [chunk async for chunk in reply.chunks] == []


async def test_a_send_that_is_cancelled_while_its_answer_comes_closes_the_socket(client: Client) -> None:
    """While its first event is awaited, at once."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def talk(far: Far) -> None:
        await far.say(SSE)
        await far.reader.read()
        ended.set()

    async def ask(url: str) -> None:
        reply = await client.send(Target(url=url), b"{}", stream=True)
        begun.set()
        async for _ in reply.chunks:
            pass

    async with upstream(talk) as far:
        task = asyncio.create_task(ask(far.url))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(ended.wait(), 2)


@pytest.mark.parametrize("head", [b"", SSE])
async def test_a_send_that_is_cancelled_before_its_answer_is_not_left_running(client: Client, head: bytes) -> None:
    """The library lets its request run on: until the answer's head is there, or its patience is over."""
    begun, left, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def talk(far: Far) -> None:
        begun.set()
        await left.wait()
        await far.say(head)
        await far.reader.read()
        ended.set()

    async with upstream(talk) as far:
        target = Target(url=far.url, connect_s=0.2, first_byte_s=60 if head else 0.5, idle_s=0.5)
        task = asyncio.create_task(client.send(target, b"{}", stream=True))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        left.set()
        await asyncio.wait_for(ended.wait(), 5)


async def half_a_body(far: Far) -> None:
    await far.say(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"a"')
    far.writer.close()


async def half_a_stream(far: Far) -> None:
    await far.say(SSE)
    await far.chunk(b"data: 1\n\n")
    far.writer.close()


async def nothing(far: Far) -> None:
    far.writer.close()


async def no_http(far: Far) -> None:
    await far.say(b"SSH-2.0-something\r\n")
    far.writer.close()


async def html(far: Far) -> None:
    await far.answer(b"<html>Sign in</html>", headers="content-type: text/html; charset=utf-8")


async def slow_head(far: Far) -> None:
    await hang(far)


async def slow_body(far: Far) -> None:
    await far.say(SSE)
    await hang(far)


async def slow_middle(far: Far) -> None:
    await far.say(SSE)
    await far.chunk(b"data: 1\n\n")
    await hang(far)


async def drip(far: Far) -> None:
    await far.say(SSE)
    while True:
        await far.chunk(b": keep-alive\n\n")
        await asyncio.sleep(0.05)


async def endless(far: Far) -> None:
    await far.say(SSE)
    while True:
        await far.chunk(b"x" * 4096)


@pytest.mark.parametrize(
    ("talk", "kind", "words"),
    [
        (half_a_body, BrokenReplyError, "broke off"),
        (half_a_stream, BrokenReplyError, "broke off"),
        (nothing, BrokenReplyError, "without an answer"),
        (no_http, BrokenReplyError, "without an answer"),
        (html, BrokenReplyError, "HTML"),
        (slow_head, UpstreamTimeoutError, "first byte"),
        (slow_body, UpstreamTimeoutError, "first byte"),
        (slow_middle, UpstreamTimeoutError, "next byte"),
        (drip, UpstreamTimeoutError, "whole answer"),
        (endless, BrokenReplyError, "over the size limit"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_a_bad_answer_is_told_by_its_kind(
    client: Client, talk: Talk, kind: type[UpstreamError], words: str, *, stream: bool
) -> None:
    """Nothing hangs, nothing that was sent or said is in the message, and the connection is closed."""
    async with upstream(talk) as far:
        target = Target(
            url=f"{far.url}?key=s3cret", connect_s=0.2, first_byte_s=0.2, idle_s=0.3, total_s=1, answer_bytes=65536
        )
        with pytest.raises(kind, match=words) as caught:
            await (await client.send(target, b'{"name":"\xe5\xbc\xa0"}', stream=stream)).read()
        assert caught.value.sent
        assert "s3cret" not in repr(caught.value) + str(caught.value.__cause__)


async def test_nothing_was_sent_where_nobody_listens(client: Client) -> None:
    """A closed port is no connection; the message says why and names no address."""
    async with upstream(hang) as far:
        port = far.port
    with pytest.raises(UnreachableError, match="no connection to the deployment: Connection refused") as caught:
        await client.send(Target(url=f"http://127.0.0.1:{port}/?key=s3cret"), b"{}", stream=False)
    assert not caught.value.sent
    assert str(port) not in str(caught.value)


async def test_a_connection_that_never_stands_is_unreachable(client: Client) -> None:
    """A full backlog answers no handshake: nothing was sent, within the connect timeout."""
    import socket

    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):
            waiting.settimeout(0)
            waiting.connect_ex(full.getsockname())
        target = Target(url=f"http://127.0.0.1:{full.getsockname()[1]}/", connect_s=0.3, first_byte_s=5)
        with pytest.raises(UnreachableError) as caught:
            await client.send(target, b"{}", stream=False)
        assert not caught.value.sent


@pytest.mark.parametrize("url", ["no address", "ftp://127.0.0.1/", "http://127.0.0.1:99999/"])
async def test_an_address_that_is_none_sends_nothing(client: Client, url: str) -> None:
    """A wrong base_url is told as such."""
    with pytest.raises(UnreachableError) as caught:
        await client.send(Target(url=url), b"{}", stream=False)
    assert not caught.value.sent


async def test_a_rejection_keeps_what_was_said(client: Client) -> None:
    """The status, the beginning of the body and the wait that was asked for."""

    async def talk(far: Far) -> None:
        await far.answer(b'{"e":"' + b"x" * 100_000 + b'"}', "429 Too Many Requests", "retry-after: 7")

    async with upstream(talk) as far:
        with pytest.raises(RejectedError) as caught:
            await client.send(Target(url=far.url), b"{}", stream=False)
    error = caught.value
    assert (error.upstream_status, error.retry_after, len(error.body)) == (429, 7.0, 65536)
    assert "x" * 5 not in str(error)


async def test_a_rejection_that_breaks_off_is_still_one(client: Client) -> None:
    """What cannot be read of its body is left out."""

    async def talk(far: Far) -> None:
        await far.say(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 99\r\n\r\n{")
        far.writer.close()

    async with upstream(talk) as far:
        with pytest.raises(RejectedError) as caught:
            await client.send(Target(url=far.url), b"{}", stream=True)
    assert (caught.value.upstream_status, caught.value.body) == (500, b"{")


async def test_a_closed_client_sends_nothing() -> None:
    """After the close every send is refused at once."""
    client = open_client()
    await client.close()
    with pytest.raises(UnreachableError, match="stopping"):
        await client.send(Target(url="http://127.0.0.1:9/"), b"{}", stream=False)


def test_a_target_does_not_print_its_credential(tmp_path: Path) -> None:
    """Neither the address nor the headers are in its representation."""
    target = Target(url="http://host/?key=s3cret", headers=(("authorization", "Bearer s3cret"),))
    assert "s3cret" not in repr(target)
