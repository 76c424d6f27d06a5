"""What a server needs of a gateway, and nothing more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from isthmus.errors import IsthmusError
from isthmus.exchange import HttpAnswer, HttpRequest


class Gateway(Protocol):
    """A built pipeline with its stores and connections, in one worker process.

    When the client leaves, the task is cancelled once, at whatever it awaits: inside `handle`, or inside the body's
    `__anext__`. A body is always closed with `aclose`, also where not one piece was asked for, so it is an object of a
    class, not a bare generator (whose `finally` never runs when it was not started). What must happen in every ending
    (close the record of a send, close the upstream) stands in `finally`, shielded where it awaits.
    """

    async def handle(self, request: HttpRequest, *, at: str) -> HttpAnswer:
        """Answer a request that arrived at the instant `at`; raises `IsthmusError` only where it has no dialect yet."""

    def error(self, error: IsthmusError, *, path: str) -> HttpAnswer:
        """An error of the server (too large, too slow, overloaded ...) in the dialect that `path` speaks."""

    def ready(self) -> dict[str, Any]:
        """What `/readyz` tells: `ready` (a truth value) and why, the ledger's durability mode, backlog ..."""

    async def close(self) -> None:
        """Finish what is queued and close stores and connections."""


Build = Callable[[str], Awaitable[Gateway]]
"""Named `module:function` on start; called in each worker with the configuration's file."""
