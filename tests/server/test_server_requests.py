"""One request at a time: bodies, limits, errors, streams, and clients that leave."""

from __future__ import annotations

import asyncio
import re

from tests.server.conftest import Start


async def test_a_request_is_handed_on_and_answered(start: Start) -> None:
    """Method, path, query and body arrive; the connection is kept for the next request."""
    server = await start()
    connection = await server.connect()
    for size in (0, 3, 100_000):
        await connection.ask("POST", "/echo?a=%20b", b"x" * size)
        answer = await connection.answer()
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
        told = answer.json()
        assert (told["word"], told["bytes"], told["query"]) == ("one", size, "a=%20b")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(told["at"]))
    connection.close()


async def test_pieces_of_a_stream_arrive_when_they_are_made(start: Start) -> None:
    """The first event is here long before the last one is made, and the body is closed after the last."""
    server = await start()
    connection = await server.connect()
    await connection.ask("POST", "/ticks?3,0.3", b"{}")
    assert (await connection.head()).headers["content-type"] == "text/event-stream"
    loop = asyncio.get_running_loop()
    times = []
    for number in (2, 1, 0):
        assert await connection.chunk() == f"data: one {number}\n\n".encode()
        times.append(loop.time())
    assert times[2] - times[0] > 0.4
    assert await connection.chunk() == b""
    assert (await server.noted("closed"))[0].endswith("closed whole")
    connection.close()


async def test_a_client_that_leaves_before_the_first_byte_cancels_the_call(start: Start) -> None:
    """The gateway hears of it while it waits for its upstream."""
    server = await start()
    connection = await server.connect()
    await connection.ask("POST", "/wait?60", b"{}")
    await server.noted("waits")
    connection.close()
    await server.noted("cancelled")
    assert b"isthmus_http_left_total 1.0" in (await server.get("/metrics")).body


async def test_a_client_that_leaves_in_mid_stream_closes_the_body(start: Start) -> None:
    """At once, not at the next event."""
    server = await start()
    connection = await server.connect()
    await connection.ask("POST", "/ticks?2,0.1", b"{}")
    await connection.head()
    await connection.chunk()
    slow = await server.connect()
    await slow.ask("POST", "/ticks?2,60", b"{}")
    await slow.head()
    connection.close()
    slow.close()
    assert all(event.endswith("closed cut") for event in await server.noted("closed", 2))


async def test_a_body_over_the_limit_is_refused(start: Start) -> None:
    """By its length before it is sent, or as soon as its pieces pass the limit."""
    server = await start(body_bytes=1000)
    connection = await server.connect()
    await connection.ask("POST", "/echo", None, "content-length: 1001\r\n")
    answer = await connection.answer()
    assert answer.status == 413
    assert "over the limit of 1000 bytes" in answer.body.decode()
    connection.close()
    connection = await server.connect()
    await connection.ask("POST", "/echo", None, "transfer-encoding: chunked\r\n")
    for _ in range(3):
        connection.writer.write(b"190\r\n" + b"x" * 400 + b"\r\n")
    assert (await connection.answer()).status == 413
    connection.close()
    assert (await server.post("/echo", b"x" * 1000)).status == 200


async def test_a_large_body_over_the_limit_still_reads_its_answer(start: Start) -> None:
    """A client that pushes on while it is refused gets the reason, not a reset."""
    server = await start(body_bytes=1000)
    answer = await server.post("/echo", b"x" * 3_000_000)
    assert (answer.status, answer.json()["error"]) == (
        413,
        {
            "message": "the body is over the limit of 1000 bytes; send less, or raise limits.body_bytes",
            "code": "body_too_large",
            "path": "/echo",
        },
    )


async def test_a_chunked_body_within_the_limit_is_read(start: Start) -> None:
    """Without a length, piece by piece."""
    server = await start()
    connection = await server.connect()
    await connection.ask("POST", "/echo", None, "transfer-encoding: chunked\r\n")
    connection.writer.write(b"3\r\nabc\r\n")
    await connection.writer.drain()
    connection.writer.write(b"2\r\nde\r\n0\r\n\r\n")
    assert (await connection.answer()).json()["bytes"] == 5
    connection.close()


async def test_a_body_that_does_not_come_is_408(start: Start) -> None:
    """With a length and without one."""
    server = await start(body_s=0.3)
    for headers, part in (("content-length: 10\r\n", b"abc"), ("transfer-encoding: chunked\r\n", b"3\r\nabc\r\n")):
        connection = await server.connect()
        await connection.ask("POST", "/echo", None, headers)
        connection.writer.write(part)
        answer = await asyncio.wait_for(connection.answer(), 5)
        assert answer.status == 408
        assert "did not arrive within 0.3 seconds" in answer.body.decode()
        connection.close()


async def test_too_much_in_flight_is_shed(start: Start) -> None:
    """503 at once with the seconds to wait; what is in flight goes on, and health can still be asked."""
    server = await start(in_flight=2)
    waiting = [await server.connect() for _ in range(2)]
    for connection in waiting:
        await connection.ask("POST", "/wait?60", b"{}")
    await server.noted("waits", 2)
    answer = await server.post("/echo", b"{}")
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    state = (await server.get("/readyz")).json()
    assert (state["in_flight"], state["in_flight_most"]) == (2, 2)
    waiting[0].close()
    await server.noted("cancelled")
    assert (await server.post("/echo", b"{}")).status == 200
    assert b"isthmus_http_shed_total 1.0" in (await server.get("/metrics")).body
    waiting[1].close()


async def test_an_unforeseen_error_tells_nothing_of_the_text(start: Start) -> None:
    """The client gets 500; the log has the type and the place, not what the caller wrote."""
    server = await start()
    answer = await server.post("/fault", "张三 13912345678".encode())
    assert answer.status == 500
    assert "an internal error" in answer.body.decode()
    (line,) = await server.logged("unexpected")
    assert "ZeroDivisionError at" in line
    assert not [line for line in server.lines if "13912345678" in line or "张三" in line]


async def test_an_error_of_ours_keeps_its_status(start: Start) -> None:
    """The gateway words it, for it knows the dialect of the path."""
    answer = await (await start()).post("/nowhere")
    assert (answer.status, answer.json()["error"]) == (
        404,
        {"message": "no route `/nowhere`", "code": "not_found", "path": "/nowhere"},
    )


async def test_health_and_readiness(start: Start) -> None:
    """Alive is one thing, ready another; what the gateway says of its ledger is passed on."""
    server = await start()
    assert (await server.get("/healthz")).json() == {"status": "ok"}
    state = (await server.get("/readyz")).json()
    assert (state["ready"], state["ledger"], state["in_flight"]) == (True, "full", 0)
    assert (await server.post("/healthz")).status == 404
