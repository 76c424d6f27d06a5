"""Load through the gateway beside a bare nginx, each pinned to the same core, the load on another.

    python bench/gateway.py [--seconds 6] [--folder FOLDER]

Three rows: a call that stays home, a clean call abroad, and an export with two identifiers pseudonymised, a new person
counted in each call, its entry durable before it leaves, its answer restored. Then streams, the ledger's longest wait
with several workers, what one caller of large bodies does to the others, and memory. Ends with one JSON line a bar.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import threading
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import msgspec
import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.bars import Bar, bar, conclude
from bench.enterprise import CHINESE, ENGLISH, Enterprise, Gateway, chat
from bench.load import Load, drive
from bench.machine import (
    LOAD,
    SERVED,
    Commit,
    commit_time,
    floor,
    free_port,
    provider,
    require,
    running,
    static_provider,
)
from bench.streams import measure

ROWS = ("home", "clean", "export")
TITLES = {"home": "a call at home", "clean": "a clean call abroad", "export": "an export, two identifiers"}
STREAMS, EVENTS = 100, 100
CALLS = 20_000
MEGABYTE = 1024 * 1024
MB = 1_000_000


class Course:
    """One run: what is served where, and the bars so far. Telephone numbers never come twice."""

    def __init__(self, folder: Path, seconds: int) -> None:
        self.folder, self.seconds = folder, seconds
        self.bars: list[Bar] = []
        self.first = 0
        self.provider, self.static, self.floor = free_port(), free_port(), free_port()

    def enterprise(self, name: str) -> Enterprise:
        """A new enterprise with an empty ledger."""
        return Enterprise(self.folder / name, port=free_port(), upstream=self.provider)

    def drive(self, gateway: Gateway, row: str, key: str, *, connections: int, seconds: int) -> Load:
        """Load on the gateway."""
        load = drive(
            gateway.url, row, key, connections=connections, seconds=seconds, folder=self.folder, first=self.first
        )
        self.first += 2 * load.calls + connections
        return load

    def drive_floor(self, row: str, *, connections: int, seconds: int) -> Load:
        """The same load on the bare nginx."""
        url = f"http://127.0.0.1:{self.floor}"
        return drive(url, row, "none", connections=connections, seconds=seconds, folder=self.folder)


def worker_of(gateway: Gateway) -> psutil.Process:
    """The process that serves, where there is one worker."""
    assert gateway.process is not None
    children = psutil.Process(gateway.process.pid).children()
    return max(children, key=lambda child: child.memory_info().rss)


def rows(course: Course, gateway: Gateway, key: str, disk: Commit) -> int:
    """The three rows; returns how many calls were made."""
    made = 0
    worker = worker_of(gateway)
    print(f"{'':28}{'calls/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'µs CPU':>9}{'of nginx':>10}{'added p50 ms, alone':>21}")
    for row in ROWS:
        course.drive(gateway, row, key, connections=32, seconds=1)
        before = sum(worker.cpu_times()[:2])
        load = course.drive(gateway, row, key, connections=32, seconds=course.seconds)
        spent = (sum(worker.cpu_times()[:2]) - before) / load.calls * 1e6
        alone = course.drive(gateway, row, key, connections=1, seconds=max(2, course.seconds // 2))
        bare = course.drive_floor(row, connections=32, seconds=course.seconds)
        bare_alone = course.drive_floor(row, connections=1, seconds=max(2, course.seconds // 2))
        made += load.calls + alone.calls
        ratio, added = load.per_second / bare.per_second, alone.p50 - bare_alone.p50
        print(
            f"{TITLES[row]:28}{load.per_second:9.0f}{load.p50:9.2f}{load.p99:9.2f}{spent:9.0f}{ratio:10.3f}{added:21.2f}"
        )
        print(f"{'  bare nginx':28}{bare.per_second:9.0f}{bare.p50:9.2f}{bare.p99:9.2f}{'':9}{1:10.3f}")
        course.bars.append(bar(f"{row}: calls per second, of nginx's", ratio, "at least", 0.08))
        waits = 0.0 if row == "home" else disk.p50
        what = "added p50 at one connection, ms" + (", less the disk's own commit" if waits else "")
        course.bars.append(bar(f"{row}: {what}", added - waits, "under", 1.0))
    print(f"the disk's own commit of one row: p50 {disk.p50:.2f} ms, p99 {disk.p99:.2f} ms")
    return made


def streams(course: Course, gateway: Gateway, key: str) -> None:
    """Many streams at once; what nginx adds is what the machine adds."""
    port = free_port()
    with running(floor(course.folder / "floor-2", port=port, provider=course.provider), port=port, core=SERVED):
        bare = measure(f"http://127.0.0.1:{port}", "none", number=STREAMS, events=EVENTS)
    ours = measure(gateway.url, key, number=STREAMS, events=EVENTS)
    print(
        f"\n{STREAMS} streams of {EVENTS} events at once{'':8}first p50 ms{'p99':>9}{'gap p99 ms':>13}{'longest':>10}"
    )
    for title, seen in (("gateway", ours), ("bare nginx", bare)):
        print(f"  {title:36}{seen.first_p50:14.2f}{seen.first_p99:9.2f}{seen.gap_p99:13.2f}{seen.gap_max:10.2f}")
    print(f"  added time to the first event: p50 {ours.first_p50 - bare.first_p50:.2f} ms")
    added = max(0.0, ours.gap_max - max(0.0, bare.gap_max))
    course.bars.append(bar("streams: longest added gap, ms", added, "at most", 50.0))


def waits(course: Course) -> None:
    """The longest wait for the ledger with several workers, each on a ledger of its own."""
    print("\nlongest wait for the ledger under exports")
    for workers in (1, 2, 4):
        enterprise = course.enterprise(f"workers-{workers}")
        with Gateway(enterprise, workers=workers, core=SERVED) as gateway:
            load = course.drive(gateway, "export", enterprise.key, connections=32, seconds=course.seconds)
            time.sleep(1.2)  # each worker tells its figure once a second
            longest = gateway.metric("isthmus_ledger_longest_wait_ms")
        print(f"  {workers} worker{'s' * (workers > 1):1}  {longest:8.1f} ms   at {load.per_second:.0f} calls/s")
        course.bars.append(bar(f"ledger: longest wait with {workers} workers, ms", longest, "at most", 250.0))


def large_bodies(course: Course, gateway: Gateway, key: str) -> None:
    """What one caller of megabytes does to the others."""
    body = msgspec.json.encode(chat("home", (CHINESE + ENGLISH) * (MEGABYTE // len((CHINESE + ENGLISH).encode()))))
    request = urllib.request.Request(
        f"{gateway.url}/v1/chat/completions",
        data=body,
        headers={"authorization": f"Bearer {key}", "content-type": "application/json"},
    )
    over, sent = threading.Event(), 0

    def push() -> None:
        nonlocal sent
        while not over.is_set():
            with urllib.request.urlopen(request, timeout=60) as answer:
                answer.read()
            sent += 1

    quiet = course.drive(gateway, "home", key, connections=8, seconds=course.seconds)
    pusher = threading.Thread(target=push)
    pusher.start()
    loud = course.drive(gateway, "home", key, connections=8, seconds=course.seconds)
    over.set()
    pusher.join()
    print(f"\none caller of {len(body) / MEGABYTE:.1f} MB bodies ({sent} sent) beside 8 connections")
    print(f"  p99 of the others: {quiet.p99:.1f} ms without, {loud.p99:.1f} ms with: {loud.p99 / quiet.p99:.1f} times")


def memory(course: Course, gateway: Gateway, key: str, made: int) -> None:
    """A worker's memory after many calls."""
    while made < CALLS:
        made += course.drive(gateway, "export", key, connections=32, seconds=course.seconds).calls
    held = worker_of(gateway).memory_info().rss / MB
    print(f"\nmemory of a worker after {made} calls: {held:.0f} MB")
    course.bars.append(bar("memory of a worker, MB", held, "under", 150.0))


def main() -> None:
    """Run everything and end with the bars."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=6, help="how long each load lasts")
    parser.add_argument("--folder", type=Path, default=Path("bench/out/gateway"), help="emptied and used for state")
    options = parser.parse_args()
    require("nginx", "wrk", "taskset")
    shutil.rmtree(options.folder, ignore_errors=True)
    course = Course(options.folder.resolve(), options.seconds)
    course.folder.mkdir(parents=True)
    psutil.Process().cpu_affinity([LOAD])
    answer = msgspec.json.encode({"choices": [{"message": {"role": "assistant", "content": ENGLISH.replace("'", "")}}]})
    with ExitStack() as stack:
        static = static_provider(course.folder / "static", port=course.static, answer=answer)
        stack.enter_context(running(static, port=course.static, core=LOAD))
        stack.enter_context(running(provider(course.provider), port=course.provider, core=LOAD))
        bare = floor(course.folder / "floor", port=course.floor, provider=course.static)
        stack.enter_context(running(bare, port=course.floor, core=SERVED))
        disk = commit_time(course.folder)
        enterprise = course.enterprise("gateway")
        with Gateway(enterprise, core=SERVED) as gateway:
            made = rows(course, gateway, enterprise.key, disk)
            streams(course, gateway, enterprise.key)
            large_bodies(course, gateway, enterprise.key)
            memory(course, gateway, enterprise.key, made)
        waits(course)
    print()
    conclude(course.bars)


if __name__ == "__main__":
    main()
