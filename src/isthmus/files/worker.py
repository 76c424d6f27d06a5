"""The other process: reads one file after the other from standard input and writes what it found to standard output.

A message is its length in four bytes and MessagePack. The process holds no secret and opens no file or connection; it
bounds itself before it reads anything, and ends when its input does.
"""

from __future__ import annotations

import sys
from typing import IO

import msgspec

from isthmus.files import kinds
from isthmus.files.extract import Bounds, Collected, Extract, Unread, UnreadableError


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One file to read."""

    data: bytes
    name: str
    media_type: str
    bounds: Bounds


def read_message(stream: IO[bytes]) -> bytes | None:
    """The next message, or None where the stream has ended."""
    head = stream.read(4)
    size = int.from_bytes(head, "big")
    data = stream.read(size) if len(head) == 4 else b""
    return data if len(head) == 4 and len(data) == size else None


def write_message(stream: IO[bytes], data: bytes) -> None:
    """Send a message."""
    stream.write(len(data).to_bytes(4, "big"))
    stream.write(data)
    stream.flush()


def extract(task: Task) -> Extract:
    """What a file holds; what goes wrong is a reason in it."""
    collected = Collected(task.bounds)
    try:
        kinds.read(task.data, collected, name=task.name, media_type=task.media_type)
    except UnreadableError as error:
        collected.miss(str(error))
    except MemoryError:
        return Extract(unread=(Unread(medium="file", reason="it needs more memory than reading may take"),))
    except Exception:  # noqa: BLE001 - a file that breaks its reader is a file that was not read, whatever it raised
        collected.miss("a file that its reader does not understand")
    return collected.extract()


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """Answer tasks until there are no more."""
    decoder, encoder = msgspec.msgpack.Decoder(Task), msgspec.msgpack.Encoder()
    while (message := read_message(source)) is not None:
        task = decoder.decode(message)
        _bound(task.bounds)
        write_message(sink, encoder.encode(extract(task)))


def _bound(bounds: Bounds) -> None:
    """Bound memory, time of the processor, and files written, where the system can."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime + bounds.seconds) + 2
    wanted = {resource.RLIMIT_AS: bounds.memory_bytes, resource.RLIMIT_CPU: until}
    for what, limit in (wanted | {resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}).items():
        _, most = resource.getrlimit(what)
        if most == resource.RLIM_INFINITY or limit <= most:
            resource.setrlimit(what, (limit, most))


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
