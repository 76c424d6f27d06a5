"""What may change the text of an answer on its way to the client: one channel at a time, whole or in pieces.

A channel is one text of the answer that grows: `<choice>:content`, `<choice>:reasoning`, `<choice>:refusal`,
`<choice>:tool:<n>` (the arguments of the n-th tool call), `<choice>:name:<n>` (its name) and `<choice>:other:<where>`
(a string that the dialect does not know, always flushed at once). A filter may hold text back, and gives the rest when
the channel is flushed; a channel that was flushed may be fed again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

Channel: TypeAlias = str


class Filter(Protocol):
    """Takes pieces of a channel and gives what may leave now; `escape`: the channel is the inside of JSON text."""

    def feed(self, channel: Channel, text: str, *, escape: bool) -> str:
        """The text to release after `text` came in."""
        ...

    def flush(self, channel: Channel) -> str:
        """The text that was held back; the channel is complete for now."""
        ...


class Chain:
    """Several filters as one, applied in order: what one releases the next one takes."""

    __slots__ = ("_escape", "_filters")

    def __init__(self, filters: Sequence[Filter]) -> None:
        self._filters = tuple(filters)
        self._escape: dict[Channel, bool] = {}

    def __bool__(self) -> bool:
        """Whether any filter could change anything."""
        return bool(self._filters)

    def feed(self, channel: Channel, text: str, *, escape: bool) -> str:
        """The text that passed all filters."""
        self._escape[channel] = escape
        for one in self._filters:
            text = one.feed(channel, text, escape=escape)
        return text

    def flush(self, channel: Channel) -> str:
        """What the filters held back, each one's rest through all that follow it."""
        escape = self._escape.pop(channel, False)
        text = ""
        for one in self._filters:
            text = (one.feed(channel, text, escape=escape) if text else "") + one.flush(channel)
        return text

    def whole(self, channel: Channel, text: str, *, escape: bool) -> str:
        """A text that is complete: fed and flushed at once; a filter that has a quicker way for that goes it."""
        for one in self._filters:
            whole = getattr(one, "whole", None)
            if whole is not None:
                text = whole(channel, text, escape=escape)
            else:
                text = one.feed(channel, text, escape=escape) + one.flush(channel)
        return text


Filters: TypeAlias = Sequence[Filter] | Chain
MakeFilters: TypeAlias = Callable[[Channel], Filters]


def chain(filters: Filters) -> Chain:
    """`filters` as one filter."""
    return filters if isinstance(filters, Chain) else Chain(filters)
