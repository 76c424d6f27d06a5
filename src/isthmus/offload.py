"""Large work leaves the event loop, so that one caller's body never holds up the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
LARGE = 32 * 1024


async def beside(work: Callable[[], T], size: int) -> T:
    """What `work` returns: at once where its text has few bytes or characters (`size`), else from a thread."""
    return work() if size < LARGE else await asyncio.to_thread(work)
