"""Whose turn it is: one at a time, first come first served, and never lost with a killed process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from isthmus.store.turns import Turns

WORKER = """
import sys, time
from pathlib import Path
from isthmus.store.turns import Turns
folder, rounds, hold = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
turns = Turns(folder / "turns")
print("ready", flush=True)
sys.stdin.readline()
longest, inside = 0.0, folder / "inside"
for _ in range(rounds):
    began = time.monotonic()
    turns.begin()
    longest = max(longest, time.monotonic() - began)
    inside.touch(exist_ok=False)
    time.sleep(hold)
    inside.unlink()
    turns.end()
print(longest)
"""


def workers(folder: Path, count: int, rounds: int, hold: float) -> list[subprocess.Popen[str]]:
    """Processes that wait to begin at once."""
    command = [sys.executable, "-c", WORKER, str(folder), str(rounds), str(hold)]
    found = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    for process in found:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    return found


def one_turn(turns: Turns, got: threading.Event) -> None:
    """Wait for a turn, say so, and give it back."""
    with turns.turn():
        got.set()


def test_four_processes_take_turns_and_none_waits_long(tmp_path: Path):
    """Nobody is inside with another, and each waits about as long as the three before it work."""
    found = workers(tmp_path, 4, 50, 0.002)
    outputs = [process.communicate("go\n", timeout=60)[0] for process in found]
    assert [process.returncode for process in found] == [0] * 4
    longest = max(float(output) for output in outputs)
    print(f"longest wait of 4 processes, 50 turns each: {longest * 1000:.1f} ms")
    assert longest < 0.25


def test_a_killed_holder_and_a_killed_waiter_block_nobody(tmp_path: Path):
    """The kernel gives back what a dead process held; its place in the queue closes."""
    holder, waiter = workers(tmp_path, 2, 1, 60)
    for process in (holder, waiter):
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        while not (tmp_path / "inside").exists():
            time.sleep(0.005)
    mine = Turns(tmp_path / "turns")
    got = threading.Event()
    thread = threading.Thread(target=one_turn, args=(mine, got))
    thread.start()
    os.kill(waiter.pid, signal.SIGKILL)
    waiter.communicate()
    assert not got.wait(0.2), "the holder still holds"
    os.kill(holder.pid, signal.SIGKILL)
    holder.communicate()
    assert got.wait(5)
    thread.join()
    mine.close()


@pytest.mark.parametrize("counter", [b"", b"abc", b"\xff" * 8, bytes(8)])
def test_a_damaged_counter_costs_order_only(tmp_path: Path, counter: bytes):
    """Two never hold at once, whatever stands in the file."""
    first, second = Turns(tmp_path / "turns"), Turns(tmp_path / "turns")
    first.begin()
    (tmp_path / "turns").write_bytes(counter)
    got = threading.Event()
    thread = threading.Thread(target=one_turn, args=(second, got))
    thread.start()
    assert not got.wait(0.05)
    first.end()
    assert got.wait(5)
    thread.join()
    first.close()
    second.close()


def test_an_instance_lives_as_long_as_its_file_is_open(tmp_path: Path):
    """The mark goes with the file, and asking does not disturb it."""
    mine, other = Turns(tmp_path / "turns"), Turns(tmp_path / "turns")
    mine.mark(3)
    assert [other.is_alive(number) for number in (2, 3, 3)] == [False, True, True]
    mine.close()
    assert not other.is_alive(3)
    other.close()
