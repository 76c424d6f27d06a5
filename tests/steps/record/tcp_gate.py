"""A gate between a client and a server on loopback that can be shut, or shut at the next commit's answer."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self


class Gate:
    """Passes bytes on while it is open."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._open = True
        self._swallow_commit = False
        self.swallowed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shut()
        self._server.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def port(self) -> int:
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def shut(self) -> None:
        """Cut every connection and take no new one."""
        self._open = False
        for task in self._tasks:
            task.cancel()

    def open(self) -> None:
        """Let connections through again."""
        self._open, self._swallow_commit = True, False

    def shut_after_commit(self) -> None:
        """Let the next commit of entries reach the server, and shut before its answer comes back."""
        self._swallow_commit = True
        self.swallowed.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        there_writer: asyncio.StreamWriter | None = None
        try:
            if self._open:
                there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target)
                await self._pass(reader, writer, there_reader, there_writer)
        except (asyncio.CancelledError, ConnectionError):
            pass  # shut
        finally:
            self._tasks.discard(task)
            writer.transport.abort()
            if there_writer is not None:
                there_writer.transport.abort()

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there_reader: asyncio.StreamReader,
        there_writer: asyncio.StreamWriter,
    ) -> None:
        async def back() -> None:
            while data := await there_reader.read(65536):
                if self._swallow_commit and b"COMMIT\x00" in data:
                    self.shut()
                    self.swallowed.set()
                    await asyncio.Event().wait()
                writer.write(data)

        answers = asyncio.create_task(back())
        try:
            while data := await reader.read(65536):
                there_writer.write(data)
        finally:
            answers.cancel()
