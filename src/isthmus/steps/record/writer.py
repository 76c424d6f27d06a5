"""The one thread that writes: it takes what is queued, commits it as a group, and answers whoever waits.

An entry that must be durable is committed as soon as the thread is free; the others wait at most `LAZY_S` for company.
Where the disk fails, whoever waits gets `LedgerError`, what nobody waits for stays queued and is tried again, and
nothing new may leave until a commit succeeds. Where it still fails at the end, `lost` counts what could not be written.

A database can go away and come back without what was promised, or with a commit whose answer never came. Before the
thread goes on it looks for the last state that it knows to be durable, and for the one that it has doubts about.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import msgspec

from isthmus.errors import IsthmusError, LedgerError
from isthmus.exchange import Receipt
from isthmus.steps.record.journal import CLOSED, OPENED, Group, Line, Outcome, State, holds
from isthmus.store.sql import Sql

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

    def __call__(self, sql: Sql, *, last: bool) -> None: ...


class Resume(Protocol):
    """What is written first when the store is back: sends that were opened and never left are closed."""

    def __call__(self, sql: Sql, unanswered: Sequence[str]) -> None: ...


class Doubt(msgspec.Struct, frozen=True):
    """A group whose commit failed, and the state that the ledger had if it did not."""

    state: State
    group: tuple[Pending, ...]


class Writer:
    """The queue and its thread; `chore` is called about every `chore_s` seconds."""

    def __init__(self, sql: Sql, instance: int, *, queue: int, chore: Chore, chore_s: float, resume: Resume) -> None:
        self.failure = ""
        self.longest_wait_ms = 0.0
        self.lost = 0
        self._sql, self._instance = sql, instance
        self._limit = queue
        self._chore, self._chore_s = chore, chore_s
        self._resume = resume
        self._next_chore = time.monotonic() + chore_s
        self._retry_at = 0.0
        self._next_pulse = 0.0
        self._known: State = (0, b"")
        self._doubts: list[Doubt] = []
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
        waits_in_vain = pending.future is None or self._away
        if self.failure and waits_in_vain and pending.line.kind != CLOSED:
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
            self._wait()
            if self.failure and (self._away or not self._queue):
                self._probe()
            group = self._take() if self._closing or not (self.failure and self._away) else []
            if group:
                self._commit(group)
            elif not self.failure and time.monotonic() >= self._next_pulse:
                self._pulse()
            if self._closing and not self._queue:
                break
            if time.monotonic() >= self._next_chore and not (self.failure and self._away):
                self._do_chore()
        if not (self.failure and self._away):
            self._do_chore(last=True)
        self._sql.close()

    @property
    def _away(self) -> bool:
        """Whether the store is one that can go away: then it is looked for before anything is tried."""
        return self._sql.pulse_s is not None

    def _wait(self) -> None:
        """Until a group, the chore, a pulse or a probe of the store is due."""
        with self._wake:
            while not (self._closing or self._urgent):
                present = time.monotonic()
                if self.failure:
                    due = self._retry_at if self._away else min(self._next_chore, self._retry_at)
                else:
                    due = min(self._next_chore, self._next_pulse)
                    if self._queue:
                        due = min(due, self._queue[0].since + LAZY_S)
                if present >= due or (len(self._queue) >= GROUP and not self.failure):
                    break
                self._wake.wait(None if due == math.inf else due - present)

    def _take(self) -> list[Pending]:
        """The next group; an empty one where only something else is due."""
        with self._wake:
            group = [self._queue.popleft() for _ in range(min(GROUP, len(self._queue)))]
            self._urgent -= sum(pending.future is not None for pending in group)
            self._in_hand = len(group)
        return group

    def _probe(self) -> None:
        """Go on from what is there, to learn whether the store works again when no entry asks."""
        try:
            self._sql.revive()
            with self._sql.transaction():
                self._sql.run("UPDATE tip SET id = id")
                written = self._look()
                self._resume(self._sql, _unanswered(written))
        except Exception as error:  # noqa: BLE001 - whatever it is: tell it, and try again later
            self._fail([], error)
            return
        with self._wake:
            done = {id(pending) for doubt in written for pending in doubt.group}
            self._queue = deque(pending for pending in self._queue if id(pending) not in done)
        self._doubts = []
        self._well()

    def _look(self) -> list[Doubt]:
        """The doubtful groups that were written; raises `LedgerError` where something durable is gone."""
        if not holds(self._sql, self._known):
            raise LedgerError(
                "entries that were durable are gone from the store",
                remedy="bring back the database that has them; `isthmus ledger verify` against a checkpoint tells more",
            )
        return [doubt for doubt in self._doubts if holds(self._sql, doubt.state)]

    def _pulse(self) -> None:
        try:
            self._sql.rows("SELECT 1")
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing may leave
            self._fail([], error)
        else:
            self._well()

    def _well(self) -> None:
        self.failure = ""
        self._next_pulse = time.monotonic() + (self._sql.pulse_s or math.inf)

    def _commit(self, group: list[Pending]) -> None:
        written: Group | None = None
        try:
            with self._sql.transaction():
                written = Group(self._sql, self._instance)
                outcomes = written.write([pending.line for pending in group])
        except Exception as error:  # noqa: BLE001 - whatever it is, the entries are not durable and nothing may leave
            if written is not None and self._away:
                self._doubts.append(Doubt(written.state, tuple(group)))
            self._fail(group, error)
            return
        self._known = written.state
        self._well()
        self._in_hand = 0
        present = time.monotonic()
        self.longest_wait_ms = max(
            self.longest_wait_ms,
            max(((present - pending.since) * 1000 for pending in group if pending.future is not None), default=0.0),
        )
        _answer(list(zip(group, outcomes, strict=True)))

    def _fail(self, group: list[Pending], error: Exception) -> None:
        """Refuse whoever waits; keep the others, but where this is the end."""
        with self._wake:
            self.failure = error.message if isinstance(error, IsthmusError) else f"{type(error).__name__}: {error}"
            self._retry_at = time.monotonic() + RETRY_S
            self._queue.extendleft(pending for pending in reversed(group) if pending.future is None)
            self._in_hand = 0
            if self._closing or self._away:
                group = group + [pending for pending in self._queue if pending.future is not None]
                self._queue = deque(pending for pending in self._queue if pending.future is None)
                self._urgent = 0
            if self._closing:
                self.lost += len(self._queue)
                self._queue.clear()
        refusal = f"the ledger cannot be written: {self.failure}"
        _answer([(pending, LedgerError(refusal)) for pending in group if pending.future is not None])

    def _do_chore(self, *, last: bool = False) -> None:
        self._next_chore = time.monotonic() + self._chore_s
        try:
            self._chore(self._sql, last=last)
        except Exception as error:  # noqa: BLE001 - a checkpoint that cannot be written now is written at the next turn
            self._fail([], error)


def _unanswered(written: Iterable[Doubt]) -> list[str]:
    """The sends of written groups whose caller was told that they may not leave."""
    lines = [pending.line for doubt in written for pending in doubt.group if pending.future is not None]
    return [line.send for line in lines if line.kind == OPENED]


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
