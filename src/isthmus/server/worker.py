"""One worker process: builds its gateway, serves on the socket it was given, ends with its parent.

A worker is spawned, not forked: it starts from a clean interpreter, and a native library with threads is never copied
half-way. It tells its parent one message over a pipe: ready, or why not.
"""

from __future__ import annotations

import asyncio
import ctypes
import importlib
import os
import signal
import socket
import sys
import traceback
from multiprocessing.connection import Connection
from typing import Any, cast

import msgspec
import uvloop
from granian._granian import SocketHolder
from granian.constants import HTTPModes
from granian.server.embed import Server

from isthmus import clock
from isthmus.errors import ConfigError, IsthmusError
from isthmus.server import memory
from isthmus.server.gateway_protocol import Build, Gateway
from isthmus.server.limits import ServerLimits

BACKLOG = 1024
PUBLISH_S = 0.5
PR_SET_PDEATHSIG = 1


class WorkerPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is told at its start; `in_flight` is its own share."""

    number: int
    parent: int
    config_file: str
    build: str
    limits: ServerLimits
    in_flight: int
    metrics_dir: str


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's one message: no `problems` means that it serves."""

    problems: tuple[str, ...] = ()


class SocketServer(Server):
    """granian's embedded server on a socket that is already listening."""

    def __init__(self, application: object, listener: socket.socket, *, connections: int) -> None:
        super().__init__(
            application,
            http=HTTPModes.http1,
            websockets=False,
            backlog=BACKLOG,
            backpressure=connections,
            log_enabled=False,
        )
        self._listener = listener

    def _init_shared_socket(self) -> None:
        holder: Any = SocketHolder  # its arguments are not in its types
        self._shd = holder(fd=self._listener.fileno(), uds=False, backlog=BACKLOG)


def work(plan: WorkerPlan, listener: socket.socket, report: Connection) -> None:
    """The whole life of a worker process."""
    die_with(plan.parent)
    memory.prepare()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the parent decides
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    uvloop.run(_live(plan, listener, report))


def log(line: str) -> None:
    """One line to the standard error stream."""
    print(f"{clock.now()} isthmus[{os.getpid()}] {line}", file=sys.stderr, flush=True)  # noqa: T201 the log of a server


def die_with(parent: int) -> None:
    """End this process at once when its parent has ended (Linux); raises `SystemExit` where it is already gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


async def _live(plan: WorkerPlan, listener: socket.socket, report: Connection) -> None:
    gateway = await _build(plan, report)
    try:
        await _serve(plan, gateway, listener, report)
    finally:
        await gateway.close()


async def _build(plan: WorkerPlan, report: Connection) -> Gateway:
    module, _, function = plan.build.partition(":")
    try:
        build = cast("Build", getattr(importlib.import_module(module), function))
        return await build(plan.config_file)
    except ConfigError as error:
        problems = tuple(str(problem) for problem in error.problems or (error,))
    except IsthmusError as error:
        problems = (str(error),)
    except Exception as error:  # noqa: BLE001 the parent must hear of every failure
        traceback.print_exc()
        problems = (f"unexpected {type(error).__name__} while building the gateway",)
    report.send(Ready(problems=problems))
    sys.exit(2)


async def _serve(plan: WorkerPlan, gateway: Gateway, listener: socket.socket, report: Connection) -> None:
    from isthmus.server.application import Application  # noqa: PLC0415 metrics read their folder when imported

    application = Application(
        gateway, limits=plan.limits, in_flight=plan.in_flight, metrics_dir=plan.metrics_dir, log=log
    )
    loop = asyncio.get_running_loop()

    def publish() -> None:
        application.publish()
        loop.call_later(PUBLISH_S, publish)

    publish()
    server: Any = SocketServer(application, listener, connections=max(4096, 4 * plan.in_flight))

    def stop(patience: float) -> None:
        application.stopping = True
        loop.call_later(patience, application.cancel_all)
        server.stop()

    loop.add_signal_handler(signal.SIGTERM, stop, plan.limits.stop_s)
    loop.add_signal_handler(signal.SIGUSR1, stop, plan.limits.retire_s)
    memory.settle()
    report.send(Ready())
    report.close()
    await server.serve()
