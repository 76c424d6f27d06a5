"""What translation costs: gateway CPU per call in another dialect beside the same call in its own, restoring on.

    python bench/translate.py [--calls N]

The gateway runs in this process, the simulated services in another; only this process's CPU time counts. Each way in is
asked of a deployment of its own dialect and of one of each other dialect, with 1 KB and 100 KB of text that holds
identifiers, whole; then streams, one after the other for events a second, and 100 at once for the gaps between events
(of the median stream the longest, beside the same in its own dialect). Ends with one JSON line a bar.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.bars import Bar, bar, conclude
from bench.enterprise import Enterprise

from isthmus.clock import now
from isthmus.exchange import HttpRequest
from isthmus.gateway import Gateway, build

WAYS = ("openai_chat", "openai_responses", "anthropic", "gemini")
STREAMS, EVENTS = 100, 2000
LINE = "Please write to customer 13912345678 about order 4711 and the spare part for the press in hall two. "
DEPLOYMENT = """
  - {{id: out-{name}, provider: self_hosted, endpoint: any, dialect: {way}, model: far, base_url: "{base}",
     recipient: works-de, hosted_in: [de], accessible_from: [], operator_country: de, owner_country: de,
     retention_days: 0, trains_on_inputs: false, weights_from: fr}}"""


@contextlib.contextmanager
def services(folder: Path, gap_ms: float) -> Iterator[dict[str, str]]:
    """The simulated services in a process of their own; gives the base addresses."""
    file = folder / "ports.json"
    file.unlink(missing_ok=True)
    asked = ["--port-file", str(file), "--latency-ms", "0", "--gap-ms", str(gap_ms), "--events", str(EVENTS)]
    running = subprocess.Popen([sys.executable, "-m", "isthmus.apps.demo.ecosystems", *asked])
    try:
        end = time.monotonic() + 30
        while not file.exists() and time.monotonic() < end:
            time.sleep(0.05)
        yield json.loads(file.read_text(encoding="utf-8"))["base_urls"]
    finally:
        running.terminate()
        running.wait()


def asked(way: str, out: str, text: str, *, stream: bool, key: str) -> HttpRequest:
    """One call."""
    model, query = f"out-{out.replace('_', '-')}", ""
    bodies: dict[str, tuple[str, dict[str, Any]]] = {
        "openai_chat": ("/v1/chat/completions", {"messages": [{"role": "user", "content": text}]}),
        "openai_responses": ("/v1/responses", {"input": [{"role": "user", "content": text}]}),
        "anthropic": ("/v1/messages", {"messages": [{"role": "user", "content": text}], "max_tokens": 4000}),
        "gemini": ("/v1beta/models/", {"contents": [{"role": "user", "parts": [{"text": text}]}]}),
    }
    path, body = bodies[way]
    if way == "gemini":
        path, query = f"{path}{model}:{'streamGenerateContent' if stream else 'generateContent'}", "alt=sse"
    else:
        body |= {"model": model, "stream": stream}
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    return HttpRequest(method="POST", path=path, query=query, headers=headers, body=json.dumps(body).encode())


async def read(gateway: Gateway, request: HttpRequest) -> list[tuple[float, bytes]]:
    """The pieces of an answer, each with the time it came."""
    answer = await gateway.handle(request, at=now())
    if isinstance(answer.body, bytes):
        assert answer.status == 200, answer.body
        return [(time.monotonic(), answer.body)]
    pieces = [(time.monotonic(), piece) async for piece in answer.body]
    await answer.body.aclose()
    return pieces


async def cost(gateway: Gateway, request: HttpRequest, calls: int) -> float:
    """CPU milliseconds of a call: the best of five rounds, so that what else happens here does not count."""
    await read(gateway, request)
    best = float("inf")
    for _ in range(5):
        before = time.process_time()
        for _ in range(max(1, calls // 5)):
            await read(gateway, request)
        best = min(best, (time.process_time() - before) / max(1, calls // 5))
    return best * 1000


async def ratios(gateway: Gateway, key: str, text: str, calls: int) -> dict[tuple[str, str], float]:
    """Of each pair, its cost beside that of its way in asked in its own dialect."""
    found = {}
    for way in WAYS:
        own = await cost(gateway, asked(way, way, text, stream=False, key=key), calls)
        for out in WAYS:
            if out != way:
                other = await cost(gateway, asked(way, out, text, stream=False, key=key), calls)
                found[way, out] = other / own
                print(f"{len(text):>7} {way:<17} {out:<17} {other:7.2f} ms  {other / own:5.2f}", flush=True)
    return found


async def events_a_second(gateway: Gateway, key: str) -> float:
    """Translated events for each second of CPU, of the slowest way in, from a service that sends as fast as it can."""
    slowest = float("inf")
    for way in WAYS:
        request = asked(way, "load", LINE, stream=True, key=key)
        await read(gateway, request)
        before, events = time.process_time(), 0
        for _ in range(5):
            events += sum(piece.count(b"\n\n") for _, piece in await read(gateway, request))
        rate = events / (time.process_time() - before)
        print(f" events {way:<17} {'own' if way == WAYS[0] else 'translated':<17} {rate:9.0f} /s", flush=True)
        if way != WAYS[0]:
            slowest = min(slowest, rate)
    return slowest


async def longest_gap(gateway: Gateway, request: HttpRequest) -> float:
    """The longest time between two pieces, in milliseconds, of the median of many streams at once."""
    found = await asyncio.gather(*(read(gateway, request) for _ in range(STREAMS)))
    gaps = [max(b - a for (a, _), (b, _) in itertools.pairwise(row)) for row in found]
    return statistics.median(gaps) * 1000


async def measure(folder: Path, calls: int) -> list[Bar]:
    """Every figure."""
    bars = []
    with services(folder, 0) as urls:
        made = Enterprise(folder / "one", port=1, upstream=1)
        extend(made, urls)
        gateway = await build(str(made.config))
        try:
            for size in (1_000, 100_000):
                text = (LINE * (size // len(LINE) + 1))[:size]
                found = await ratios(gateway, made.key, text, calls if size == 1_000 else max(5, calls // 20))
                name = f"translate_cpu_ratio_{size // 1000}kb"
                bars.append(bar(name, max(found.values()), "at most", 1.3))
            bars.append(
                bar(
                    "translate_events_per_second",
                    await events_a_second(gateway, made.key),
                    "at least",
                    15_000,
                )
            )
        finally:
            await gateway.close()
    with services(folder, 20) as urls:
        made = Enterprise(folder / "two", port=1, upstream=1)
        extend(made, urls)
        gateway = await build(str(made.config))
        try:
            own = await longest_gap(gateway, asked("anthropic", "anthropic", LINE * 4, stream=True, key=made.key))
            other = await longest_gap(gateway, asked("anthropic", "openai_chat", LINE * 4, stream=True, key=made.key))
            print(f"   gaps own {own:.1f} ms, translated {other:.1f} ms")
            bars.append(bar("translate_added_gap_ms", max(0.0, other - own), "under", 50))
        finally:
            await gateway.close()
    return bars


def extend(made: Enterprise, urls: dict[str, str]) -> None:
    """One deployment for each wire form, and one for load."""
    named = [(way.replace("_", "-"), way, urls["vllm-singapore"]) for way in WAYS]
    named.append(("load", "openai_chat", urls["load-abroad"]))
    rows = "".join(DEPLOYMENT.format(name=name, way=way, base=base) for name, way, base in named)
    text = made.config.read_text(encoding="utf-8")
    made.config.write_text(text.replace("deployments:", f"deployments:{rows}", 1), encoding="utf-8")


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=200)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="isthmus-translate-"))
    try:
        bars = asyncio.run(measure(folder, given.calls))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    conclude(bars)


if __name__ == "__main__":
    main()
