"""A worker process as its parent sees it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import time
from multiprocessing.context import SpawnProcess

import msgspec

from isthmus.server.limits import ServerLimits
from isthmus.server.worker import Ready, WorkerPlan, work

SPAWN = multiprocessing.get_context("spawn")
# What a worker may take beyond its patience before it is killed.
MARGIN_S = 5.0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a supervisor keeps running."""

    config_file: str
    build: str
    workers: int
    limits: ServerLimits
    metrics_dir: str


class Worker:
    """A process with a deadline: until it serves, or until it has ended after it was told to."""

    def __init__(self, index: int, plan: Plan, listener: socket.socket) -> None:
        self.index = index
        self.born = time.monotonic()
        self.serving = False
        self.problems: tuple[str, ...] = ()
        self.deadline: float | None = self.born + plan.limits.start_s
        self.report, theirs = SPAWN.Pipe(duplex=False)
        self._plan = WorkerPlan(
            number=index + 1,
            parent=os.getpid(),
            config_file=plan.config_file,
            build=plan.build,
            limits=plan.limits,
            in_flight=-(-plan.limits.in_flight // plan.workers),
            metrics_dir=plan.metrics_dir,
        )
        self.process: SpawnProcess = SPAWN.Process(
            name=f"isthmus-worker-{index + 1}", target=work, args=(self._plan, listener, theirs)
        )
        self.process.start()
        self.pid = self.process.pid or 0
        theirs.close()

    @property
    def name(self) -> str:
        """The worker's number and process id."""
        return f"worker {self.index + 1} (pid {self.pid})"

    def hear(self) -> None:
        """Take the worker's message, or its silence at its end."""
        try:
            message = self.report.recv()
        except EOFError:
            message = Ready(problems=(f"{self.name} ended before it served",))
        self.report.close()
        self.problems = message.problems
        self.serving = not message.problems
        if self.serving:
            self.deadline = None

    def failure(self) -> tuple[str, ...]:
        """Why this worker will not serve, if it will not."""
        if self.problems or self.serving or not self.ended():
            return self.problems
        return (f"{self.name} ended before it served",)

    def ended(self) -> bool:
        """Whether the process is gone."""
        return self.process.exitcode is not None

    def tell(self, number: signal.Signals, patience: float) -> None:
        """Ask the worker to end, and note until when it may take."""
        if not self.ended() and self.pid:
            self.deadline = time.monotonic() + patience + MARGIN_S
            os.kill(self.pid, number)

    def kill_if_late(self) -> None:
        """Kill a worker whose deadline has passed: one that does not become ready, or does not end."""
        if self.deadline is not None and self.deadline <= time.monotonic():
            self.deadline = None
            self.process.kill()

    def close(self) -> None:
        """Release what the parent holds of a process that has ended."""
        self.report.close()
        self.process.join()
        self.process.close()
