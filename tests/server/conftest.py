"""A server under test: `plain_gateway` behind the real supervisor, in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
import psutil
import pytest

from isthmus.server import ServerLimits

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30.0


class Answer(msgspec.Struct, frozen=True):
    """What a client read of one answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        """The body as an object."""
        decoded: dict[str, object] = msgspec.json.decode(self.body)
        return decoded


class Connection:
    """One raw connection to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, method: str, path: str, body: bytes | None = None, headers: str = "") -> None:
        length = f"content-length: {len(body)}\r\n" if body is not None else ""
        self.writer.write(f"{method} {path} HTTP/1.1\r\nhost: here\r\n{length}{headers}\r\n".encode() + (body or b""))
        await self.writer.drain()

    async def head(self) -> Answer:
        """The status and the headers, without the body."""
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        return Answer(int(lines[0].split()[1]), headers, b"")

    async def chunk(self) -> bytes:
        """The next piece of a chunked body; nothing at its end."""
        size = int(await self.reader.readline(), 16)
        return (await self.reader.readexactly(size + 2))[:-2]

    async def answer(self) -> Answer:
        """The whole answer."""
        head = await self.head()
        if "content-length" in head.headers:
            body = await self.reader.readexactly(int(head.headers["content-length"]))
        else:
            body = b""
            while piece := await self.chunk():
                body += piece
        return Answer(head.status, head.headers, body)

    def close(self) -> None:
        """Leave without a word."""
        self.writer.transport.abort()


class Server:
    """A running server with its log and the events of its gateways."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, config: Path) -> None:
        self.process, self.port, self.config = process, port, config
        self.lines: list[str] = []
        self._connections: list[Connection] = []
        self._news = asyncio.Event()
        self._reader = asyncio.create_task(self._read_log())

    async def _read_log(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.lines.append(line.decode().rstrip())
            self._news.set()
        self.lines.append("end of log")
        self._news.set()

    async def logged(self, pattern: str, times: int = 1) -> list[str]:
        """Wait until so many lines of the log match."""
        async with asyncio.timeout(PATIENCE):
            while len(found := [line for line in self.lines if re.search(pattern, line)]) < times:
                assert "end of log" not in self.lines, self.lines
                self._news.clear()
                await self._news.wait()
        return found

    async def noted(self, pattern: str, times: int = 1) -> list[str]:
        """Wait until so many events of the gateways match."""
        events = self.config.with_suffix(".events")

        def matching() -> list[str]:
            return [e for e in (events.read_text().splitlines() if events.exists() else []) if re.search(pattern, e)]

        await self.until(lambda: len(matching()) >= times)
        return matching()

    @staticmethod
    async def until(condition: Callable[[], bool]) -> None:
        """Wait for what only looking can tell."""
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 another process sets no event here
                await asyncio.sleep(0.01)

    async def connect(self) -> Connection:
        connection = Connection(*await asyncio.open_connection("127.0.0.1", self.port))
        self._connections.append(connection)
        return connection

    async def get(self, path: str) -> Answer:
        connection = await self.connect()
        await connection.ask("GET", path)
        answer = await connection.answer()
        connection.close()
        return answer

    async def post(self, path: str, body: bytes = b"", headers: str = "") -> Answer:
        connection = await self.connect()
        await connection.ask("POST", path, body, headers)
        answer = await connection.answer()
        connection.close()
        return answer

    def workers(self) -> list[psutil.Process]:
        """The processes that serve."""
        children = psutil.Process(self.process.pid).children()
        living = [child for child in children if child.status() != psutil.STATUS_ZOMBIE]
        return [child for child in living if "resource_tracker" not in " ".join(child.cmdline())]

    async def configure(self, text: str) -> None:
        """Write the configuration and ask for a reload."""
        self.config.write_text(text)
        self.process.send_signal(signal.SIGHUP)

    async def stop(self) -> int:
        """Stop as an operator does; the exit code."""
        if self.process.returncode is None:
            self.process.terminate()
        return await self.ended()

    async def hang_up(self) -> None:
        """Leave on every connection that was opened."""
        for connection in self._connections:
            connection.close()
            with contextlib.suppress(ConnectionError):
                await connection.writer.wait_closed()

    async def ended(self) -> int:
        """Wait for the end; the exit code."""
        code = await asyncio.wait_for(self.process.wait(), PATIENCE)
        await self._reader
        return code


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def serving(folder: Path, *, word: str, workers: int, limits: ServerLimits) -> AsyncIterator[Server]:
    config, port = folder / "plain.txt", free_port()
    config.write_text(word)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.server.serve_plain",
        str(config),
        str(port),
        str(workers),
        msgspec.json.encode(limits).decode(),
        str(folder / "metrics"),
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONWARNINGS": "default::RuntimeWarning"},
    )
    server = Server(process, port, config)
    try:
        yield server
    finally:
        await server.hang_up()
        code = await server.stop()
        assert code in (0, 2, -signal.SIGKILL), server.lines
        assert not [line for line in server.lines if "Traceback" in line or "Warning" in line], server.lines


Start = Callable[..., Awaitable[Server]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts servers, each ready to answer, and stops them after the test."""
    async with AsyncExitStack() as stack:

        async def start_one(word: str = "one", *, workers: int = 1, ready: bool = True, **limits: float) -> Server:
            bounds = msgspec.convert(limits, ServerLimits)
            server = await stack.enter_async_context(serving(tmp_path, word=word, workers=workers, limits=bounds))
            if ready:
                await server.logged(r"worker \d+ \(pid \d+\) serves", workers)
            return server

        yield start_one
