"""A streamed reply behind a window: bytes go on when what stands in them, and a window of text behind it, was decided.

The bytes are read twice, once to see their texts and once on their way to the client, so that what is released is what
came. A piece of the stream is released as a whole.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable

from isthmus.errors import UpstreamError
from isthmus.exchange import Finding, Scan, Slot
from isthmus.streaming import Source, Wire

WINDOW = 256

Look = Callable[[tuple[Slot, ...]], Awaitable[Scan]]
Settle = Callable[[Scan], Awaitable[None]]


class Channel:
    """One text of a reply as it grows: its length, its end with as much before it as context needs, what is settled."""

    __slots__ = ("closed", "length", "settled", "tail")

    def __init__(self) -> None:
        self.length = 0
        self.tail = ""
        self.settled = 0
        self.closed = True

    @property
    def due(self) -> int:
        """How much of the text can be settled: all but the window, in which a finding may still grow."""
        return self.length if self.closed else max(self.settled, self.length - WINDOW)


class Seen:
    """The filter that sees the texts of a reply and changes nothing."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}

    def feed(self, channel: str, text: str, *, escape: bool) -> str:  # noqa: ARG002 - a filter's form
        """The text as it came."""
        seen = self._channels.setdefault(channel, Channel())
        seen.length += len(text)
        seen.tail += text
        seen.closed = False
        return text

    def flush(self, channel: str) -> str:
        """Nothing was held back; what came is complete for now."""
        if channel in self._channels:
            self._channels[channel].closed = True
        return ""

    def close(self) -> None:
        """Nothing more comes in any channel."""
        for seen in self._channels.values():
            seen.closed = True

    @property
    def lengths(self) -> dict[str, int]:
        """How long each text is by now."""
        return {name: seen.length for name, seen in self._channels.items()}

    def settled(self, lengths: dict[str, int]) -> bool:
        """Whether each text is settled up to there."""
        return all(length <= self._channels[name].settled for name, length in lengths.items())

    async def look(self, look: Look) -> Scan:
        """What stands in the texts that can be settled now, and they are."""
        due = {name: seen for name, seen in self._channels.items() if seen.due > seen.settled}
        if not due:
            return Scan(findings=())
        found = await look(tuple(Slot(pointer=f"/{name}", text=seen.tail) for name, seen in due.items()))
        reach = {f"/{name}": seen.due - (seen.length - len(seen.tail)) for name, seen in due.items()}
        rows = tuple(row for row in found.findings if _begins(row, reach))
        for seen in due.values():
            seen.settled = seen.due
            seen.tail = seen.tail[-2 * WINDOW :]
        return Scan(findings=rows, unscanned=found.unscanned)


def _begins(row: Finding, reach: dict[str, int]) -> bool:
    return any(part.start < reach.get(part.pointer, 0) for part in row.parts)


class HeldReply:
    """What comes from a deployment, behind the window; raises what `settle` raises, and then nothing more is given out.

    `scout` reads the bytes as the client's stream will, with `seen` as its only filter.
    """

    def __init__(self, source: Source, scout: Wire, seen: Seen, look: Look, settle: Settle) -> None:
        self._source = source
        self._scout = scout
        self._seen = seen
        self._look = look
        self._settle = settle

    @property
    def chunks(self) -> AsyncIterator[bytes]:
        """The deployment's pieces, each when it is settled; an empty one says that something came and is held."""
        return self._released()

    async def aclose(self) -> None:
        """Close the deployment's answer."""
        await self._source.aclose()

    async def _released(self) -> AsyncIterator[bytes]:
        held: deque[tuple[bytes, dict[str, int]]] = deque()
        failure: UpstreamError | None = None
        try:
            async for chunk in self._source.chunks:
                self._read(chunk)
                held.append((chunk, self._seen.lengths))
                await self._settle(await self._seen.look(self._look))
                while held and (self._scout.done or self._seen.settled(held[0][1])):
                    yield held.popleft()[0]
                if held:
                    yield b""
        except UpstreamError as error:
            failure = error
        self._read(None)
        await self._settle(await self._seen.look(self._look))
        for chunk, _ in held:
            yield chunk
        if failure is not None:
            raise failure

    def _read(self, chunk: bytes | None) -> None:
        """See the texts of a piece, or the end; what is broken is told by the client's own stream."""
        try:
            if chunk is None:
                self._scout.end()
            else:
                self._scout.feed(chunk)
        except UpstreamError:
            self._seen.close()
        if chunk is None or self._scout.done:
            self._seen.close()
