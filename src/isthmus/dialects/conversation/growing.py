"""One choice of a stream as it grows, for dialects that say in each event only what was added.

Text and thoughts are one block as long as nothing else comes between; a tool call is a block by its own key.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from isthmus.dialects.conversation.opaque import Opaque
from isthmus.dialects.conversation.said import Close, Ended, Event, Finish, Grow, Kind, Open


class Growing:
    """The open blocks of one choice; `source` is the dialect, whose thoughts are not signed."""

    __slots__ = ("_calls", "_choice", "_count", "_open", "_silent", "_source")

    def __init__(self, source: str, choice: int = 0) -> None:
        self._source = source
        self._choice = choice
        self._count = 0
        self._open: tuple[Kind, int] | None = None
        self._calls: dict[Hashable, int] = {}
        self._silent: set[Hashable] = set()  # calls without a word of arguments

    def text(self, kind: Kind, text: str) -> Iterator[Event]:
        """More text, or more of a thought."""
        if not text:
            return
        if self._open is None or self._open[0] != kind:
            yield from self.pause()
            self._open = (kind, self._next())
            opaque = Opaque(source=self._source, data="") if kind == "thought" else None
            yield Open(self._open[1], kind, opaque=opaque, choice=self._choice)
        yield Grow(self._open[1], text, self._choice)

    def call(self, key: Hashable, *, ident: str, name: str, arguments: str) -> Iterator[Event]:
        """A tool call that begins, or more of its arguments."""
        if key not in self._calls:
            yield from self.pause()
            self._calls[key] = self._next()
            self._silent.add(key)
            yield Open(self._calls[key], "tool", id=ident, name=name, choice=self._choice)
        if arguments:
            self._silent.discard(key)
            yield Grow(self._calls[key], arguments, self._choice)

    def pause(self) -> Iterator[Event]:
        """What is open in text is complete."""
        if self._open is not None:
            yield Close(self._open[1], self._choice)
            self._open = None

    def number(self) -> int | None:
        """The block that text grows now."""
        return self._open[1] if self._open is not None else None

    def end(self, finish: Finish, matched: str | None = None) -> Iterator[Event]:
        """All blocks are complete, and so is the choice; a call without a word of arguments has none."""
        yield from self.pause()
        for key, block in self._calls.items():
            if finish == "tools" and key in self._silent:
                yield Grow(block, "{}", self._choice)
            yield Close(block, self._choice)
        self._calls = {}
        yield Ended(finish, matched, choice=self._choice)

    def _next(self) -> int:
        self._count += 1
        return self._count - 1
