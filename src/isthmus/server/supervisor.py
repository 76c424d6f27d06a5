"""The parent: starts workers, replaces those that die, swaps all of them on a reload, stops them.

It holds the listening sockets, one a worker, so that a connection that waits while a worker is replaced is served by
the next one. It serves nothing itself and has one thread, which waits for signals, messages and deaths.
"""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import msgspec

from isthmus.errors import ConfigError, IsthmusError
from isthmus.server import metrics_files
from isthmus.server.limits import ServerLimits
from isthmus.server.process import Plan, Worker
from isthmus.server.worker import log

Check = Callable[[str], ServerLimits | None]
"""Reads and checks the configuration's file; raises `IsthmusError`; may return limits for the new workers."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 5.0
# A worker that lived this long before it died was well: its replacement starts at once.
WELL_S = 10.0
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Supervisor:
    """Workers by their place; `_next` are those of a reload that is under way, all or none of which take over."""

    def __init__(self, plan: Plan, listeners: list[socket.socket], check: Check) -> None:
        self._plan = plan
        self._listeners = listeners
        self._check = check
        self._workers: dict[int, Worker] = {}
        self._next: dict[int, Worker] = {}
        self._next_plan: Plan | None = None
        self._leaving: list[Worker] = []
        self._revive_at: dict[int, float] = {}
        self._pauses: dict[int, float] = {}
        self._stops = 0
        self._reload_asked = False

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; raises `ConfigError` where a first worker cannot start."""
        self._wake, their_wake = socket.socketpair()
        for end in (self._wake, their_wake):
            end.settimeout(0)
        handlers = {number: signal.signal(number, self._signalled) for number in SIGNALS}
        before = signal.set_wakeup_fd(their_wake.fileno(), warn_on_full_buffer=False)
        try:
            self._start()
            while not self._stops:
                self._turn()
        finally:
            self._stop()
            signal.set_wakeup_fd(before)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            self._wake.close()
            their_wake.close()

    def _signalled(self, number: int, _frame: Any) -> None:
        if number == signal.SIGHUP:
            self._reload_asked = True
        else:
            self._stops += 1

    def _start(self) -> None:
        for index in range(self._plan.workers):
            self._workers[index] = Worker(index, self._plan, self._listeners[index])
        while not self._stops and not all(worker.serving for worker in self._workers.values()):
            self._await_news()
            for worker in self._workers.values():
                if problems := worker.failure():
                    listed = tuple(ConfigError(problem) for problem in problems)
                    raise ConfigError("the gateway cannot start", problems=listed)
        for worker in self._workers.values():
            log(f"{worker.name} serves")

    def _turn(self) -> None:
        """Wait for news, then do what they ask for."""
        self._await_news()
        self._bury()
        self._revive()
        if self._reload_asked and not self._next:
            self._reload_asked = False
            self._reload()
        self._take_over()

    def _await_news(self) -> None:
        everyone = [*self._workers.values(), *self._next.values(), *self._leaving]
        reports = {worker.report: worker for worker in everyone if not worker.report.closed}
        sentinels = [worker.process.sentinel for worker in everyone]
        times = [worker.deadline for worker in everyone if worker.deadline is not None]
        times += self._revive_at.values()
        timeout = max(0.0, min(times) - time.monotonic()) if times else None
        for event in wait([self._wake, *reports, *sentinels], timeout):
            if event is self._wake:
                self._wake.recv(4096)
            elif (worker := reports.get(event)) is not None:  # type: ignore[call-overload] # only connections are keys
                worker.hear()
        for worker in everyone:
            worker.kill_if_late()

    def _bury(self) -> None:
        """Note the dead; a worker that nobody told to end gets a successor."""
        for index, worker in list(self._workers.items()):
            if worker.ended():
                lived = time.monotonic() - worker.born
                pause = 0.0 if lived > WELL_S else min(LONGEST_PAUSE_S, 2 * self._pauses.get(index, FIRST_PAUSE_S / 2))
                self._pauses[index] = pause
                for problem in worker.problems:
                    log(f"error: {problem}")
                log(f"{worker.name} ended by itself ({worker.process.exitcode}); replaced in {pause:g} s")
                self._forget(worker)
                del self._workers[index]
                self._revive_at[index] = time.monotonic() + pause
        for worker in [worker for worker in self._leaving if worker.ended()]:
            log(f"{worker.name} has finished")
            self._forget(worker)
            self._leaving.remove(worker)

    def _forget(self, worker: Worker) -> None:
        metrics_files.forget_process(worker.process.pid or 0, Path(self._plan.metrics_dir))
        worker.close()

    def _revive(self) -> None:
        for index, at in list(self._revive_at.items()):
            if at <= time.monotonic():
                del self._revive_at[index]
                self._workers[index] = Worker(index, self._plan, self._listeners[index])
                log(f"{self._workers[index].name} starts")

    def _reload(self) -> None:
        """Check the configuration here, and only then start the workers that will take over."""
        try:
            limits = self._check(self._plan.config_file)
        except ConfigError as error:
            return self._keep(tuple(str(problem) for problem in error.problems or (error,)))
        except IsthmusError as error:
            return self._keep((str(error),))
        except Exception as error:  # noqa: BLE001 a check that fails in any way must not end the server
            return self._keep((f"unexpected {type(error).__name__} while checking the configuration",))
        self._next_plan = msgspec.structs.replace(self._plan, limits=limits) if limits else self._plan
        for index in range(self._plan.workers):
            self._next[index] = Worker(index, self._next_plan, self._listeners[index])
        return log("reload: the configuration is good; new workers start")

    def _keep(self, problems: tuple[str, ...]) -> None:
        for problem in problems:
            log(f"error: {problem}")
        log("reload: refused; everything goes on as it was")

    def _take_over(self) -> None:
        """Once all of the new workers serve, the old ones finish their answers; if one fails, none takes over."""
        if not self._next:
            return
        problems = [problem for worker in self._next.values() for problem in worker.failure()]
        if problems:
            self._keep(tuple(problems))
            for worker in self._next.values():
                worker.tell(signal.SIGKILL, 0)
            self._leaving += self._next.values()
            self._next = {}
        elif all(worker.serving for worker in self._next.values()):
            for worker in self._workers.values():
                worker.tell(signal.SIGUSR1, self._plan.limits.retire_s)
            self._leaving += self._workers.values()
            self._workers, self._next = self._next, {}
            self._plan = self._next_plan or self._plan
            self._revive_at.clear()
            self._pauses.clear()
            log("reload: done; the old workers finish their answers")

    def _stop(self) -> None:
        """Let answers finish for a while; a second signal ends everything at once."""
        everyone = [*self._workers.values(), *self._next.values(), *self._leaving]
        log(f"stops; answers may finish within {self._plan.limits.stop_s:g} s, a second signal ends them")
        for worker in everyone:
            worker.tell(signal.SIGTERM, self._plan.limits.stop_s)
        self._leaving, self._workers, self._next = everyone, {}, {}
        while self._leaving:
            self._await_news()
            if self._stops > 1:
                for worker in self._leaving:
                    worker.tell(signal.SIGKILL, 0)
            self._bury()
        log("stopped")
