"""One request, from its bytes to the last byte of its answer.

When the client leaves, the task of its request is cancelled at whatever it awaits, also before the first byte of the
answer, and the answer's body is closed. Nothing that a caller wrote reaches a log: of an unexpected error only its type
and place are told.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from typing import Any

import msgspec

from isthmus import clock
from isthmus.errors import IsthmusError, OverloadedError
from isthmus.exchange import HttpAnswer, HttpRequest
from isthmus.openapi import document
from isthmus.server.body import read_body
from isthmus.server.gateway_protocol import Gateway
from isthmus.server.limits import ServerLimits
from isthmus.server.metrics import Meters, exposition
from isthmus.server.wire import Gone, Protocol, Scope

PLAIN = (("content-type", "text/plain; charset=utf-8"),)
JSON = (("content-type", "application/json"),)


class Application:
    """What granian calls for each request of one worker."""

    def __init__(
        self, gateway: Gateway, *, limits: ServerLimits, in_flight: int, metrics_dir: str, log: Callable[[str], None]
    ) -> None:
        self._gateway = gateway
        self._limits = limits
        self._most = in_flight
        self._metrics_dir = metrics_dir
        self._log = log
        self._meters = Meters()
        self._running: set[asyncio.Task[Any]] = set()
        self.stopping = False
        self._own: dict[str, Callable[[], HttpAnswer]] = {
            "/healthz": lambda: HttpAnswer(status=200, headers=JSON, body=b'{"status":"ok"}'),
            "/readyz": self._readiness,
            "/openapi.json": lambda: HttpAnswer(status=200, headers=JSON, body=document()),
            "/metrics": lambda: HttpAnswer(status=200, headers=PLAIN, body=exposition(self._metrics_dir)),
        }

    async def __rsgi__(self, scope: Scope, protocol: Protocol) -> None:
        """Serve one request; never raises, for what is raised here would be logged with its text."""
        if (own := self._own.get(scope.path)) is not None and scope.method in ("GET", "HEAD"):
            answer = own()
            protocol.response_bytes(answer.status, list(answer.headers), answer.body)
            return
        if len(self._running) >= self._most:
            self._meters.shed.inc()
            error = OverloadedError(f"{self._most} calls are in flight in this worker", retry_after=1)
            self._whole(protocol, self._gateway.error(error, path=scope.path))
            return
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        watch = Watch(protocol, task)
        try:
            await self._serve(scope, protocol, watch)
        except asyncio.CancelledError:
            self._meters.left.inc()
        except RuntimeError as error:
            self._meters.left.inc() if _closed(error) else self._unexpected(error)
        except Exception as error:  # noqa: BLE001 the last line of defence: told by type and place only
            self._unexpected(error)
        finally:
            watch.end()
            self._running.discard(task)

    def publish(self) -> None:
        """Say how many requests are under way; called from time to time, since a gauge costs more than it tells."""
        self._meters.in_flight.set(len(self._running))

    def cancel_all(self) -> int:
        """Cancel what is still running, so that every ending is recorded; returns how many there were."""
        for task in self._running:
            task.cancel()
        return len(self._running)

    async def _serve(self, scope: Scope, protocol: Protocol, watch: Watch) -> None:
        answer = await self._answer(scope, protocol)
        self._meters.status(answer.status)
        if isinstance(answer.body, bytes):
            self._whole(protocol, answer)
            return
        try:
            transport = protocol.response_stream(answer.status, list(answer.headers))
            async for piece in answer.body:
                await transport.send_bytes(piece)
        finally:
            # An SDK hangs up at the last event: what the body still records then is not to be cut short.
            watch.end()
            await answer.body.aclose()

    async def _answer(self, scope: Scope, protocol: Protocol) -> HttpAnswer:
        at = clock.now()
        try:
            headers = dict(scope.headers.items())
            body = b""
            if scope.method not in ("GET", "HEAD"):
                body = await read_body(protocol, headers.get("content-length"), self._limits)
            request = HttpRequest(
                method=scope.method, path=scope.path, query=scope.query_string, headers=headers, body=body
            )
            return await self._gateway.handle(request, at=at)
        except IsthmusError as error:
            return self._gateway.error(error, path=scope.path)
        except Exception as error:  # noqa: BLE001 a client gets an answer whatever happened
            self._unexpected(error)
            return self._gateway.error(IsthmusError("an internal error; the log tells where"), path=scope.path)

    def _whole(self, protocol: Protocol, answer: HttpAnswer) -> None:
        protocol.response_bytes(answer.status, list(answer.headers), answer.body)

    def _readiness(self) -> HttpAnswer:
        state = dict(self._gateway.ready())
        if self.stopping:
            state |= {"ready": False, "why": "stopping"}
        state |= {"in_flight": len(self._running), "in_flight_most": self._most}
        return HttpAnswer(status=200 if state.get("ready") else 503, headers=JSON, body=msgspec.json.encode(state))

    def _unexpected(self, error: BaseException) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if "isthmus" in frame.filename] or frames
        place = f"{ours[-1].filename}:{ours[-1].lineno}" if ours else "unknown"
        self._log(f"unexpected {type(error).__name__} at {place}")
        self._meters.unexpected.inc()


class Watch:
    """Cancels a request's task when its client leaves, until the answer has ended."""

    def __init__(self, protocol: Protocol, task: asyncio.Task[Any]) -> None:
        self._task: asyncio.Task[Any] | None = task
        self._left: Gone | None = protocol.client_disconnect()
        self._left.add_done_callback(self._gone)

    def end(self) -> None:
        """The answer has ended: from now on a client may leave. granian would keep a future that nobody cancels."""
        self._task = None
        if self._left is not None:
            left, self._left = self._left, None
            left.remove_done_callback(self._gone)
            left.cancel()

    def _gone(self, _: object) -> None:
        if self._task is not None:
            self._task.cancel()


def _closed(error: RuntimeError) -> bool:
    """Whether granian says that the connection is closed."""
    return type(error).__name__ == "RSGIProtocolClosed"
