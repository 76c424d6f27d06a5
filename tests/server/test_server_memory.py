"""What a worker holds after many calls."""

from __future__ import annotations

import psutil
from tests.server.conftest import Server, Start

CALLS = 3000


async def _calls(server: Server, number: int) -> None:
    connection = await server.connect()
    for _ in range(number):
        await connection.ask("POST", "/echo", b"{}")
        assert (await connection.answer()).status == 200
    connection.close()


def _held(server: Server) -> int:
    (worker,) = server.workers()
    held: int = psutil.Process(worker.pid).memory_info().rss
    return held


async def test_nothing_is_left_of_a_call_when_it_is_answered(start: Start) -> None:
    """A worker holds as much after three thousand calls as before, but for 300 bytes a call that the allocator may."""
    server = await start()
    await _calls(server, 500)
    before = _held(server)
    await _calls(server, CALLS)
    assert _held(server) - before < 300 * CALLS
