"""The one thread that writes: it takes what is queued, commits it as a group, and answers whoever waits.

An entry that must be durable is committed as soon as the thread is free; the others wait at most `LAZY_S` for company.
Where the disk fails, whoever waits gets `LedgerError`, what nobody waits for stays queued and is tried again, and
nothing new may leave until a commit succeeds. Where it still fails at the end, `lost` counts what could not be written.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from typing import Any, Protocol

import msgspec

from isthmus.errors import IsthmusError, LedgerError
from isthmus.exchange import Receipt
from isthmus.steps.record.journal import CLOSED, Group, Line, Outcome
from isthmus.store.sql import Sql
from isthmus.store.turns import Turns

LAZY_S = 0.02
GROUP = 256
RETRY_S = 0.25


class Pending(msgspec.Struct, kw_only=True):
    """A queued line; `future` is None where nobody waits. `since` is monotonic seconds."""

    line: Line
    since: float
    loop: asyncio.AbstractEventLoop | None = None
    future: asyncio.Future[Receipt] | None = None


class Chore(Protocol):
    """What the thread does every now and then, and a last time before it ends."""

    def __call__(self, sql: Sql, turns: Turns, *, last: bool) -> None: ...


class Writer:
    """The queue and its thread; `chore` is called about every `chore_s` seconds."""

    def __init__(self, sql: Sql, turns: Turns, instance: int, *, queue: int, chore: Chore, chore_s: float) -> None:
        self.failure = ""
        self.longest_wait_ms = 0.0
        self.lost = 0
        self._sql, self._turns, self._instance = sql, turns, instance
        self._limit = queue
        self._chore, self._chore_s = chore, chore_s
        self._next_chore = time.monotonic() + chore_s
        self._retry_at = 0.0
        self._queue: deque[Pending] = deque()
        self._urgent = 0
        self._in_hand = 0
        self._closing = False
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="isthmus-ledger", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    @property
    def backlog(self) -> int:
        """Entries that are queued or being committed."""
        return len(self._queue) + self._in_hand

    def put(self, pending: Pending) -> None:
        """Queue a line; raises `LedgerError` where nothing may be promised. Called on the event loop."""
        if len(self._queue) >= self._limit:
            raise LedgerError(f"{self._limit} entries wait for the disk")
        if self.failure and pending.future is None and pending.line.kind != CLOSED:
            raise LedgerError(f"the ledger cannot be written: {self.failure}")
        with self._wake:
            if self._closing:
                raise LedgerError("the ledger is closed")
            self._queue.append(pending)
            if pending.future is not None:
                self._urgent += 1
                self._wake.notify()
            elif len(self._queue) == 1:
                self._wake.notify()

    def stop(self) -> None:
        """Commit what is queued, do the chore a last time, and end the thread."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            group = self._take()
            if group:
                self._commit(group)
            elif self.failure and time.monotonic() >= self._retry_at:
                self._probe()
            if self._closing and not self._queue:
                break
            if time.monotonic() >= self._next_chore:
                self._do_chore()
        self._do_chore(last=True)
        self._sql.close()

    def _take(self) -> list[Pending]:
        """The next group, when it is due; an empty one where only the chore or a probe of the disk is."""
        with self._wake:
            while not (self._closing or self._urgent):
                present = time.monotonic()
                due = self._next_chore
                if self.failure:
                    due = min(due, self._retry_at)
                elif self._queue:
                    due = min(due, self._queue[0].since + LAZY_S)
                if present >= due or (len(self._queue) >= GROUP and not self.failure):
                    break
                self._wake.wait(due - present)
            group = [self._queue.popleft() for _ in range(min(GROUP, len(self._queue)))]
            self._urgent -= sum(pending.future is not None for pending in group)
            self._in_hand = len(group)
        return group

    def _probe(self) -> None:
        """Write nothing, to learn whether the disk works again when no entry asks."""
        try:
            with self._turns.turn(), self._sql.transaction():
                self._sql.run("UPDATE tip SET id = id")
        except Exception:  # noqa: BLE001 - the reason is known already; try again later
            self._retry_at = time.monotonic() + RETRY_S
            return
        self.failure = ""

    def _commit(self, group: list[Pending]) -> None:
        try:
            with self._turns.turn(), self._sql.transaction():
                outcomes = Group(self._sql, self._instance).write([pending.line for pending in group])
        except Exception as error:  # noqa: BLE001 - whatever it is, the entries are not durable and nothing may leave
            self._fail(group, error)
            return
        self.failure = ""
        self._in_hand = 0
        present = time.monotonic()
        self.longest_wait_ms = max(
            self.longest_wait_ms,
            max(((present - pending.since) * 1000 for pending in group if pending.future is not None), default=0.0),
        )
        _answer(list(zip(group, outcomes, strict=True)))

    def _fail(self, group: list[Pending], error: Exception) -> None:
        self.failure = error.message if isinstance(error, IsthmusError) else f"{type(error).__name__}: {error}"
        with self._wake:
            self._retry_at = time.monotonic() + RETRY_S
            self._queue.extendleft(pending for pending in reversed(group) if pending.future is None)
            self._in_hand = 0
            if self._closing:
                group += [pending for pending in self._queue if pending.future is not None]
                self.lost = sum(pending.future is None for pending in self._queue)
                self._queue.clear()
        refusal = f"the ledger cannot be written: {self.failure}"
        _answer([(pending, LedgerError(refusal)) for pending in group if pending.future is not None])

    def _do_chore(self, *, last: bool = False) -> None:
        self._next_chore = time.monotonic() + self._chore_s
        try:
            self._chore(self._sql, self._turns, last=last)
        except Exception as error:  # noqa: BLE001 - a checkpoint that cannot be written now is written at the next turn
            self._retry_at = time.monotonic() + RETRY_S
            self.failure = f"{type(error).__name__}: {error}"


def _answer(outcomes: list[tuple[Pending, Outcome | LedgerError]]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Receipt], Any]]] = {}
    for pending, outcome in outcomes:
        if pending.future is not None and pending.loop is not None:
            by_loop.setdefault(pending.loop, []).append((pending.future, outcome))
    for loop, answers in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, answers)


def _resolve(answers: list[tuple[asyncio.Future[Receipt], Any]]) -> None:
    for future, outcome in answers:
        if future.done():
            continue
        if isinstance(outcome, Receipt):
            future.set_result(outcome)
        else:
            future.set_exception(outcome)
