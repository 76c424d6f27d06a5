"""Many streams at once: when each event was sent, when it arrived, and what stood between."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from itertools import pairwise
from urllib.parse import urlsplit

import msgspec
from bench.enterprise import CHINESE, chat
from bench.load import CUSTOMER

MARK = b'"id":"t-'


class Streams(msgspec.Struct, frozen=True):
    """Over all streams, in milliseconds: how late the first event was, and by how much gaps grew."""

    first_p50: float
    first_p99: float
    gap_p99: float
    gap_max: float
    events: int


async def _one(host: str, port: int, request: bytes) -> list[tuple[int, int]]:
    """The (sent, arrived) times of each event of one stream."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n")[0]:
        raise SystemExit(f"a stream was refused: {head.decode()}")
    times: list[tuple[int, int]] = []
    while line := await reader.readline():
        arrived = time.monotonic_ns()
        at = line.find(MARK)
        if at >= 0:
            start = at + len(MARK)
            times.append((int(line[start : line.index(b'"', start)]), arrived))
        elif b"[DONE]" in line:
            break
    writer.close()
    return times


async def _all(url: str, key: str, number: int) -> list[list[tuple[int, int]]]:
    target = urlsplit(url)
    requests = []
    for index in range(number):
        text = f"{CHINESE[:200]}{CUSTOMER['zh']}".replace("NUMBER", f"{index:08d}")
        body = json.dumps(chat("abroad", text, stream=True), ensure_ascii=False).encode()
        head = (
            "POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
            f"authorization: Bearer {key}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        requests.append(head.encode() + body)
    return await asyncio.gather(*(_one(target.hostname or "", target.port or 0, request) for request in requests))


def measure(url: str, key: str, *, number: int, events: int) -> Streams:
    """`number` streams at once through `url`; ends the bench where events are missing."""
    times = asyncio.run(_all(url, key, number))
    seen = sum(len(stream) for stream in times)
    if seen < number * events:
        raise SystemExit(f"only {seen} of {number * events} events arrived")
    first = [(stream[0][1] - stream[0][0]) / 1e6 for stream in times]
    grown = [
        ((after[1] - before[1]) - (after[0] - before[0])) / 1e6
        for stream in times
        for before, after in pairwise(stream)
    ]
    return Streams(
        first_p50=statistics.median(first),
        first_p99=statistics.quantiles(first, n=100)[98],
        gap_p99=statistics.quantiles(grown, n=100)[98],
        gap_max=max(grown),
        events=seen,
    )
