"""kill -9 under load, alternately one worker and the whole tree, and what the evidence is worth afterwards.

    python bench/crash.py [--rounds 50] [--workers 2] [--postgres] [--folder FOLDER]

With `--postgres` the store is a server of its own, which is killed too, every third round.

The load is exports, each with a person of its own and a conversation of its own name, and calls that stay home. The
simulated provider notes each request that it received before it answers. After the rounds: each of those has a durable
entry that opened its send and its person counted; open entries were closed as interrupted; the ledger verifies; every
start needed no hand. What calls at home lost is counted. Ends with one JSON line a bar.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import msgspec
import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.bars import Bar, bar, conclude
from bench.enterprise import CHINESE, KEY, Enterprise, Gateway, chat
from bench.machine import free_port, provider, require, running
from tests.postgres_cluster import Cluster, find_programs

from isthmus.registry.derivation import derive
from isthmus.steps.record.counting import identifier_digest
from isthmus.store import open_store
from isthmus.store.postgres_sql import GRACE_S

CALLERS = 16
CHECKPOINT_S = 5  # as bench/enterprise.py sets it
LOAD_S = (0.4, 1.0)


class Seen(msgspec.Struct):
    """What the callers saw, by kind of call and how it ended."""

    ended: Counter[str] = msgspec.field(default_factory=Counter)
    answered_home: list[str] = []
    next: int = 0


class Evidence(msgspec.Struct, frozen=True):
    """What the store holds: conversations of opened sends, sends by state, and keyed identifiers that count."""

    opened: set[str]
    open_sends: set[str]
    outcomes: Counter[str]
    persons: set[bytes]


def number(ticket: str) -> str:
    """The telephone number of the person that a ticket is about."""
    return f"139{int(ticket.split('-')[1]):08d}"


async def ask(port: int, key: str, model: str, ticket: str) -> int:
    """One call on a connection of its own; the status, or 0 where it broke off."""
    text = f"{CHINESE[:120]} ticket:{ticket} 客户手机{number(ticket)}。"
    body = msgspec.json.encode(chat(model, text))
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {key}\r\nconnection: close\r\n"
        f"x-isthmus-conversation: {ticket}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return 0
    try:
        writer.write(head.encode() + body)
        line = await asyncio.wait_for(reader.readline(), 30)
        await asyncio.wait_for(reader.read(), 30)
        return int(line.split()[1]) if line else 0
    except (OSError, ValueError, IndexError, TimeoutError):
        return 0
    finally:
        writer.close()


async def caller(enterprise: Enterprise, seen: Seen, over: asyncio.Event) -> None:
    """Calls one after the other until the load is over."""
    while not over.is_set():
        seen.next += 1
        home = seen.next % 3 == 0
        ticket = f"{'h' if home else 'x'}-{seen.next}"
        status = await ask(enterprise.port, enterprise.key, "home" if home else "abroad", ticket)
        seen.ended[f"{'home' if home else 'export'} {status or 'cut'}"] += 1
        if home and status == 200:
            seen.answered_home.append(ticket)
        if not status:
            await asyncio.sleep(0.01)


async def under_load(enterprise: Enterprise, seen: Seen, kill: Callable[[], None], *, after_s: float) -> None:
    """Load, then the kill in the middle of it, then a little more load."""
    over = asyncio.Event()
    callers = [asyncio.create_task(caller(enterprise, seen, over)) for _ in range(CALLERS)]
    await asyncio.sleep(random.uniform(*LOAD_S))
    await asyncio.to_thread(kill)
    await asyncio.sleep(after_s)
    over.set()
    await asyncio.gather(*callers)


def kill(gateway: Gateway, *, tree: bool, chance: random.Random) -> None:
    """SIGKILL to one worker, or to parent and workers in one go."""
    assert gateway.process is not None
    if tree:
        os.killpg(gateway.process.pid, signal.SIGKILL)
        gateway.process.wait(30)
        return
    children = psutil.Process(gateway.process.pid).children()
    workers = [child for child in children if "resource_tracker" not in " ".join(child.cmdline())]
    chance.choice(workers).kill()


def rounds(enterprise: Enterprise, seen: Seen, number_of: int, workers: int, cluster: Cluster | None) -> float:
    """All rounds; returns the longest time from a kill of the tree until calls were served again, in seconds."""
    chance = random.Random(4)
    longest = 0.0

    def kill_database() -> None:
        assert cluster is not None
        cluster.stop()
        cluster.start()

    done = 0
    while done < number_of:
        begun = time.monotonic()
        with Gateway(enterprise, workers=workers) as gateway:
            longest = max(longest, time.monotonic() - begun)
            if done % (2 if cluster is None else 3) == 0:  # a worker first, then the tree that replaced it
                kill_worker = partial(kill, gateway, tree=False, chance=chance)
                asyncio.run(under_load(enterprise, seen, kill_worker, after_s=0.5))
                done += 1
                gateway.until_ready()
            if cluster is not None and done < number_of:
                asyncio.run(under_load(enterprise, seen, kill_database, after_s=1.0))
                done += 1
                gateway.until_ready()
            if done < number_of:
                asyncio.run(
                    under_load(enterprise, seen, partial(kill, gateway, tree=True, chance=chance), after_s=0.05)
                )
                done += 1
        print(f"\rround {done} of {number_of}: {sum(seen.ended.values())} calls", end="", flush=True)
    print()
    return longest


def evidence(enterprise: Enterprise) -> Evidence:
    """Read the store, after a last start and stop that closed what was open."""
    shown = subprocess.run(
        [sys.executable, "-m", "isthmus.cli.main", "ledger", "show", "--last", "0", "--json", "-c", enterprise.config],
        capture_output=True,
        check=True,
    )
    opened: dict[str, str] = {}
    outcomes: Counter[str] = Counter()
    open_sends: set[str] = set()
    for line in shown.stdout.splitlines():
        entry = msgspec.json.decode(line)
        if entry["kind"] == "send.opened":
            opened[entry["send"]] = entry["content"]["conversation"]
            open_sends.add(entry["send"])
        elif entry["kind"] == "send.closed":
            open_sends.discard(entry["send"])
            outcomes[entry["content"]["outcome"]] += 1
    store = open_store(enterprise.loaded.store_url(), create=False)
    with store.reading() as sql:
        rows = sql.rows("SELECT DISTINCT digest FROM identifiers JOIN counted USING (person)")
        persons = {bytes(digest) for (digest,) in rows}
    store.close()
    return Evidence(opened=set(opened.values()), open_sends=open_sends, outcomes=outcomes, persons=persons)


def judge(enterprise: Enterprise, seen: Seen, received: list[str], held: Evidence) -> list[Bar]:
    """Compare what the far side received with what the store holds."""
    secret = (enterprise.folder / "works.txt").read_text(encoding="utf-8").strip()
    keys = derive(secret, "works")

    def conversation(ticket: str) -> str:
        said = b"\x00".join([KEY.encode() + b"\x00named", ticket.encode()])
        return hmac.new(keys.conversations, said, hashlib.sha256).hexdigest()[:32]

    def counted(ticket: str) -> bool:
        return identifier_digest(keys.persons, "cn.mobile", number(ticket)) in held.persons

    unentered = [ticket for ticket in received if conversation(ticket) not in held.opened]
    uncounted = [ticket for ticket in received if not counted(ticket)]
    lost = [ticket for ticket in seen.answered_home if conversation(ticket) not in held.opened]
    print(f"calls by how they ended: {dict(sorted(seen.ended.items()))}")
    print(f"sends by outcome: {dict(held.outcomes.most_common())}")
    print(f"the provider abroad received {len(received)} requests; {len(unentered)} have no entry")
    print(f"calls at home: {len(seen.answered_home)} answered, {len(lost)} of them lost their entry in a crash")
    return [
        bar("requests that the provider abroad received", len(received), "at least", 1),
        bar("of those without a durable entry", len(unentered), "at most", 0),
        bar("of those whose person is not counted", len(uncounted), "at most", 0),
        bar("sends left open", len(held.open_sends), "at most", 0),
        bar("sends closed as interrupted", held.outcomes["interrupted"], "at least", 1),
    ]


@contextmanager
def cluster_of_its_own() -> Iterator[Cluster]:
    """A PostgreSQL server until the block ends."""
    programs = find_programs()
    if programs is None:
        raise SystemExit("this bench needs PostgreSQL; on Debian and Ubuntu: apt-get install postgresql")
    cluster = Cluster(programs)
    try:
        yield cluster
    finally:
        cluster.remove()


def main() -> None:
    """Run everything and end with the bars."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own")
    parser.add_argument("--folder", type=Path, default=Path("bench/out/crash"), help="emptied and used for state")
    options = parser.parse_args()
    require("taskset")
    shutil.rmtree(options.folder, ignore_errors=True)
    folder = options.folder.resolve()
    folder.mkdir(parents=True)
    upstream, notes, seen = free_port(), folder / "received.txt", Seen()
    with ExitStack() as stack:
        notes_in = {"ISTHMUS_BENCH_NOTES": str(notes)}
        stack.enter_context(running(provider(upstream), port=upstream, core=1, environment=notes_in))
        cluster = stack.enter_context(cluster_of_its_own()) if options.postgres else None
        store = cluster.url if cluster is not None else ""
        enterprise = Enterprise(folder / "gateway", port=free_port(), upstream=upstream, store=store)
        longest = rounds(enterprise, seen, options.rounds, options.workers, cluster)
        with Gateway(enterprise, workers=options.workers):
            if cluster is not None:
                # after a restart of the server the dead may still come back; then a checkpoint closes their sends
                time.sleep(GRACE_S + 2 * CHECKPOINT_S)
        received = notes.read_text(encoding="utf-8").splitlines()
        print(f"{options.rounds} rounds with {options.workers} workers; the longest start took {longest:.1f} s")
        bars = judge(enterprise, seen, received, evidence(enterprise))
        command = [sys.executable, "-m", "isthmus.cli.main", "ledger", "verify", "-c", str(enterprise.config)]
        bars.append(bar("exit code of ledger verify", subprocess.run(command, check=False).returncode, "at most", 0))
    conclude(bars)


if __name__ == "__main__":
    main()
