"""A gateway that answers from its configuration's file: what the server's tests serve.

The file's first line is the word that answers carry; `bad` makes the build fail. What happened in a worker is written,
one line an event, to the file beside it that ends in `.events`.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from isthmus.errors import ConfigError, IsthmusError, NotFoundError
from isthmus.exchange import HttpAnswer, HttpRequest
from isthmus.server import ServerLimits

JSON = (("content-type", "application/json"),)


class Ticks:
    """A stream of numbered events, which notes how it ended."""

    def __init__(self, gateway: PlainGateway, number: int, pause: float) -> None:
        self._gateway, self._left, self._pause = gateway, number, pause
        self._ended = "unread"

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        self._ended = "cut"
        if not self._left:
            self._ended = "whole"
            raise StopAsyncIteration
        self._left -= 1
        await asyncio.sleep(self._pause)
        return f"data: {self._gateway.word} {self._left}\n\n".encode()

    async def aclose(self) -> None:
        await asyncio.sleep(0)
        self._gateway.note(f"closed {self._ended}")


class PlainGateway:
    def __init__(self, file: Path) -> None:
        self.word = file.read_text().split("\n")[0]
        self._events = file.with_suffix(".events")

    def note(self, event: str) -> None:
        with self._events.open("a") as events:
            events.write(f"{os.getpid()} {event}\n")

    async def handle(self, request: HttpRequest, *, at: str) -> HttpAnswer:
        if request.path == "/echo":
            told = {"word": self.word, "pid": os.getpid(), "bytes": len(request.body), "at": at, "query": request.query}
            return HttpAnswer(status=200, headers=JSON, body=json.dumps(told).encode())
        if request.path == "/ticks":
            number, pause = request.query.split(",")
            headers = (("content-type", "text/event-stream"),)
            return HttpAnswer(status=200, headers=headers, body=Ticks(self, int(number), float(pause)))
        if request.path == "/wait":
            self.note("waits")
            try:
                await asyncio.sleep(float(request.query))
            except asyncio.CancelledError:
                self.note("cancelled")
                raise
            return HttpAnswer(status=200, headers=JSON, body=b"{}")
        if request.path == "/fault":
            raise ZeroDivisionError(request.body.decode())
        raise NotFoundError(f"no route `{request.path}`")

    def error(self, error: IsthmusError, *, path: str) -> HttpAnswer:
        body = {"error": {"message": str(error), "code": error.code, "path": path}}
        retry = (("retry-after", str(error.retry_after)),) if hasattr(error, "retry_after") else ()
        return HttpAnswer(status=error.status, headers=JSON + retry, body=json.dumps(body).encode())

    def ready(self) -> dict[str, Any]:
        return {"ready": True, "ledger": "full"}

    async def close(self) -> None:
        self.note("gateway closed")


async def build(config_file: str) -> PlainGateway:
    """Called in each worker."""
    gateway = PlainGateway(Path(config_file))
    if gateway.word == "worse":
        raise ConfigError("only a worker finds this out")
    return gateway


def check(config_file: str) -> ServerLimits | None:
    """Called in the parent before a reload."""
    if Path(config_file).read_text().startswith("bad"):
        problems = (ConfigError("expected a word", where=f"{Path(config_file).name}:1"),)
        raise ConfigError("1 problem", problems=problems)
    return None
