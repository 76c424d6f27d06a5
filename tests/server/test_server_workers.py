"""Several processes: reloads, deaths, stops, sums."""

from __future__ import annotations

import asyncio
import os
import signal

import psutil
import pytest
from tests.server.conftest import Server, Start

from isthmus.errors import ConfigError
from isthmus.server.run import listen


async def test_a_bad_configuration_changes_nothing(start: Start) -> None:
    """With a stream running: the same processes, port and answers, and the log says why."""
    server = await start()
    before = {worker.pid for worker in server.workers()}
    connection = await server.connect()
    await connection.ask("POST", "/ticks?8,0.1", b"{}")
    await connection.head()
    await connection.chunk()
    await server.configure("bad")
    await server.logged("refused; everything goes on as it was")
    assert await server.logged(r"error: plain\.txt:1: expected a word")
    assert (await server.post("/echo", b"{}")).json()["word"] == "one"
    rest = b""
    while piece := await connection.chunk():
        rest += piece
    assert rest.endswith(b"data: one 0\n\n")
    assert {worker.pid for worker in server.workers()} == before
    connection.close()


async def test_what_only_a_worker_finds_out_changes_nothing_either(start: Start) -> None:
    """The new workers fail to start, so the old ones stay."""
    server = await start(workers=2)
    before = {worker.pid for worker in server.workers()}
    await server.configure("worse")
    await server.logged("only a worker finds this out")
    await server.logged("refused")
    await server.until(lambda: {worker.pid for worker in server.workers()} == before)
    assert (await server.post("/echo", b"{}")).json()["word"] == "one"
    await server.configure("two")
    await server.logged(r"worker \d+ \(pid \d+\) has finished", 4)
    assert (await server.post("/echo", b"{}")).json()["word"] == "two"


async def test_a_good_configuration_takes_over(start: Start) -> None:
    """No request fails meanwhile, a running stream ends under the old one, and the old workers go."""
    server = await start(workers=2)
    before = {worker.pid for worker in server.workers()}
    connection = await server.connect()
    await connection.ask("POST", "/ticks?20,0.1", b"{}")
    await connection.head()
    words: list[object] = []

    async def keep_asking() -> None:
        while not words or words[-1] == "one":
            answer = await server.post("/echo", b"{}")
            assert answer.status == 200
            words.append(answer.json()["word"])

    asking = asyncio.create_task(keep_asking())
    await server.configure("two")
    await server.logged("reload: done")
    await asyncio.wait_for(asking, 10)
    assert set(words) == {"one", "two"}
    rest = b""
    while piece := await connection.chunk():
        rest += piece
    assert rest.endswith(b"data: one 0\n\n")
    await server.logged("has finished", 2)
    after = {worker.pid for worker in server.workers()}
    assert (len(after), after & before) == (2, set())
    connection.close()


async def test_reloads_that_follow_each_other_end_with_the_last(start: Start) -> None:
    """A second signal while the first reload is under way is not lost."""
    server = await start()
    await server.configure("two")
    await server.logged("the configuration is good")
    await server.configure("three")
    await server.logged("has finished", 2)
    assert (await server.post("/echo", b"{}")).json()["word"] == "three"
    assert len(server.workers()) == 1


async def answering(server: Server) -> int:
    return int(str((await server.post("/echo", b"{}")).json()["pid"]))


async def test_a_killed_worker_is_replaced(start: Start) -> None:
    """Again and again, and a connection that waits meanwhile is served."""
    server = await start()
    seen: set[int] = set()
    for _ in range(3):
        pid = await answering(server)
        assert pid not in seen
        seen.add(pid)
        os.kill(pid, signal.SIGKILL)
        await server.logged(rf"pid {pid}\) ended by itself")
    assert await answering(server) not in seen
    assert len(server.workers()) == 1


async def test_a_killed_parent_takes_its_workers_with_it(start: Start) -> None:
    """Nothing is left that holds the port or the ledger."""
    server = await start(workers=2)
    workers = server.workers()
    server.process.kill()
    await server.process.wait()
    gone, alive = psutil.wait_procs(workers, timeout=10)
    assert (len(gone), alive) == (2, [])


async def test_a_stop_lets_answers_finish(start: Start) -> None:
    """The stream ends whole, the gateway is closed, and nothing is accepted meanwhile."""
    server = await start()
    connection = await server.connect()
    await connection.ask("POST", "/ticks?5,0.1", b"{}")
    await connection.head()
    server.process.terminate()
    rest = b""
    while piece := await connection.chunk():
        rest += piece
    assert rest.endswith(b"data: one 0\n\n")
    assert await server.ended() == 0
    assert [event.split(" ", 1)[1] for event in await server.noted("closed", 2)] == ["closed whole", "gateway closed"]


async def test_a_stop_cuts_what_does_not_finish(start: Start) -> None:
    """After the time it was given a call is cancelled, so that its ending is recorded, and the server stops."""
    server = await start(stop_s=0.2)
    connection = await server.connect()
    await connection.ask("POST", "/wait?60", b"{}")
    await server.noted("waits")
    assert await server.stop() == 0
    assert [e.split(" ", 1)[1] for e in await server.noted(".", 3)] == ["waits", "cancelled", "gateway closed"]
    connection.close()


async def test_a_second_signal_stops_at_once(start: Start) -> None:
    """Whoever asks twice does not want to wait."""
    server = await start()
    connection = await server.connect()
    await connection.ask("POST", "/wait?60", b"{}")
    await server.noted("waits")
    server.process.terminate()
    await server.logged("stops")
    server.process.send_signal(signal.SIGINT)
    assert await server.ended() == 0
    assert not await server.noted("cancelled", 0)
    connection.close()


async def test_counters_are_summed_over_workers(start: Start) -> None:
    """Whichever worker is asked tells the same, also of one that has died."""
    server = await start(workers=2)
    pids: set[int] = set()
    while len(pids) < 2:
        pids.add(await answering(server))
    for _ in range(10):
        await server.post("/nowhere")
    os.kill(pids.pop(), signal.SIGKILL)
    await server.logged("ended by itself")
    for _ in range(3):
        assert b'isthmus_http_answers_total{status="404"} 10.0' in (await server.get("/metrics")).body


async def test_a_port_in_use_is_told(start: Start) -> None:
    """A second server on the port is an error, not a silent share of the calls."""
    server = await start()
    with pytest.raises(ConfigError, match="Address already in use"):
        listen("127.0.0.1", server.port, 1)


async def test_a_gateway_that_cannot_be_built_ends_the_start(start: Start) -> None:
    """With the reason, and nothing is left running."""
    server = await start("worse", workers=2, ready=False)
    assert await asyncio.wait_for(server.process.wait(), 20) == 2
    await server.logged("error: only a worker finds this out")
