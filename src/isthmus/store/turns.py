"""Whose turn it is to write: a first come, first served lock between processes on one file.

SQLite retries a busy file after ever longer sleeps, so that a writer can starve for seconds. Here each writer takes a
ticket and locks the byte of that number; then it waits for all bytes before its own. The kernel wakes it when the last
earlier ticket is given back or its holder dies, so there is neither polling nor a lock left behind by a killed process.
A byte far beyond the tickets marks each living instance.

On Linux these are open-file-description locks: they hold between threads of one process too. Elsewhere they are POSIX
locks, which hold between processes; a process then has one ledger on a file.
"""

from __future__ import annotations

import fcntl
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_COUNTER = 1 << 60
_INSTANCES = 1 << 61
_LINUX = sys.platform == "linux"


class Turns:
    """The lock file beside a store."""

    def __init__(self, file: Path) -> None:
        self._fd = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._ticket = 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for this process's turn and hold it."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    def begin(self) -> None:
        """Take a ticket and wait until all earlier ones are done."""
        self._lock(_COUNTER, 1)
        try:
            ticket = self._next()
            while not self._try(ticket, 1):
                ticket += 1
            os.pwrite(self._fd, struct.pack("<q", ticket + 1), 0)
        finally:
            self._unlock(_COUNTER, 1)
        self._ticket = ticket
        if ticket:
            self._lock(0, ticket)

    def end(self) -> None:
        """Give the turn to the next."""
        self._unlock(0, self._ticket + 1)

    def mark(self, number: int) -> None:
        """Mark an instance as alive for as long as this file is open."""
        self._lock(_INSTANCES + number, 1)

    def is_alive(self, number: int) -> bool:
        """Whether another open file marks this instance as alive."""
        if self._try(_INSTANCES + number, 1):
            self._unlock(_INSTANCES + number, 1)
            return False
        return True

    def close(self) -> None:
        """Give everything back."""
        os.close(self._fd)

    def _next(self) -> int:
        data = os.pread(self._fd, 8, 0)
        ticket = struct.unpack("<q", data)[0] if len(data) == 8 else 0
        return int(ticket) if 0 <= ticket < _COUNTER - 1 else 0

    def _lock(self, start: int, length: int) -> None:
        self._call(fcntl.F_WRLCK, start, length, wait=True)

    def _try(self, start: int, length: int) -> bool:
        try:
            self._call(fcntl.F_WRLCK, start, length, wait=False)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def _unlock(self, start: int, length: int) -> None:
        self._call(fcntl.F_UNLCK, start, length, wait=False)

    def _call(self, kind: int, start: int, length: int, *, wait: bool) -> None:
        if _LINUX:
            command = fcntl.F_OFD_SETLKW if wait else fcntl.F_OFD_SETLK
            fcntl.fcntl(self._fd, command, struct.pack("hhqqi4x", kind, os.SEEK_SET, start, length, 0))
            return
        if kind == fcntl.F_UNLCK:
            fcntl.lockf(self._fd, fcntl.LOCK_UN, length, start, os.SEEK_SET)
        else:
            fcntl.lockf(self._fd, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB), length, start, os.SEEK_SET)
