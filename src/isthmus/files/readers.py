"""Processes that read files: none until the first file comes, a few at most, and one that takes too long is ended."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import msgspec

from isthmus.files.extract import Bounds, Extract, Unread
from isthmus.files.worker import Task, read_message, write_message

COMMAND = (sys.executable, "-I", "-m", "isthmus.files.worker")
# the child finds itself and its libraries by its executable; it gets nothing else of ours
ENVIRONMENT = {"PYTHONIOENCODING": "utf-8", "LANG": "C.UTF-8"}
FILES_EACH = 100
_BOUNDS = Bounds()
_DECODER = msgspec.msgpack.Decoder(Extract)
_ENCODER = msgspec.msgpack.Encoder()


class _Worker:
    """One process, asked by one thread at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._pipes = self._process.stdin, self._process.stdout
        self.left = FILES_EACH

    def ask(self, message: bytes, seconds: float) -> bytes | None:
        """The answer to a message; None where the process ended or was ended before it gave one."""
        self.left -= 1
        timer = threading.Timer(seconds, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            write_message(self._pipes[0], message)
            return read_message(self._pipes[1])
        except (OSError, ValueError):
            return None
        finally:
            timer.cancel()

    @property
    def was_ended(self) -> bool:
        """Whether the process was ended for its time, by us or by the bound on its processor."""
        return self._process.wait() in (-9, -24)

    def end(self) -> None:
        """End the process now."""
        self._process.kill()
        self._process.wait()
        for pipe in self._pipes:
            with suppress(OSError):
                pipe.close()


class FileReaders:
    """At most `processes` readers, made when they are needed; `close` ends them."""

    def __init__(self, bounds: Bounds = _BOUNDS, *, processes: int = 2) -> None:
        self._bounds = bounds
        self._processes = processes
        self._idle: deque[_Worker] = deque()
        self._threads: ThreadPoolExecutor | None = None
        self._closed = False

    async def read(self, data: bytes, *, name: str = "", media_type: str = "") -> Extract:
        """What stands in a file, and what of it could not be read; never raises for any bytes."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._processes, thread_name_prefix="files")
        work = asyncio.get_running_loop().run_in_executor(self._threads, self.read_now, data, name, media_type)
        return await work

    def read_now(self, data: bytes, name: str = "", media_type: str = "") -> Extract:
        """The same, waited for by a thread."""
        task = Task(data=data, name=name, media_type=media_type, bounds=self._bounds)
        try:
            worker = self._idle.pop()
        except IndexError:
            worker = _Worker()
        answer = worker.ask(_ENCODER.encode(task), self._bounds.seconds)
        if answer is None:
            late = worker.was_ended
            worker.end()
            reason = f"reading it took over {self._bounds.seconds:g} s" if late else "it broke its reader"
            return Extract(unread=(Unread(medium="file", reason=reason),))
        if worker.left > 0 and not self._closed:
            self._idle.append(worker)
        else:
            worker.end()
        return _DECODER.decode(answer)

    def close(self) -> None:
        """End every process; what is being read ends within its time."""
        self._closed = True
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        while self._idle:
            self._idle.pop().end()
