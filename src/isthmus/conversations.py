"""The memory of named conversations: what came into one that may re-export, at whichever gateway.

What a call brings is remembered, durably, before anything is decided about it. A call that arrives before that was not
written with knowledge of it.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from isthmus.exchange import Joined
from isthmus.flow import ABROAD, joining
from isthmus.verdicts import Matter


class Memory(Protocol):
    """The part of a ledger that remembers conversations."""

    async def join(self, joined: tuple[Joined, ...], *, entity: str, conversation: str, call: str) -> None: ...

    async def joined(self, conversation: str) -> tuple[Joined, ...]: ...


class Conversations:
    """Remembers in a ledger; keeps what `size` conversations are known to hold, so that it is said once."""

    def __init__(self, ledger: Memory, *, size: int) -> None:
        self._ledger, self._size = ledger, size
        self._said: dict[str, frozenset[Joined]] = {}

    async def enter(self, matter: Matter, *, call: str) -> Matter:
        """The matter of a call with what came into its conversation earlier, where that matters to it."""
        caller = matter.caller
        if not caller.reexports or not caller.conversation_named:
            return matter
        name = caller.conversation
        if caller.chosen.get("origin") == ABROAD:
            return with_joined(matter, await self._ledger.joined(name))
        said = self._said.get(name, frozenset())
        new = tuple(row for row in joining(matter.scan, caller) if row not in said)
        if new:
            await self._ledger.join(new, entity=caller.entity, conversation=name, call=call)
            while len(self._said) >= self._size:
                del self._said[next(iter(self._said))]
            self._said[name] = said.union(new)
        return matter


def with_joined(matter: Matter, joined: tuple[Joined, ...]) -> Matter:
    """The matter of a call in a conversation that holds this."""
    return msgspec.structs.replace(matter, joined=joined) if joined else matter
