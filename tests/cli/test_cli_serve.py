"""`isthmus serve` as an operator starts it: what keeps it from starting, and that it stops in good order."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.cli.conftest import KEY, UNREADABLE, Desk

SERVE = [sys.executable, "-m", "isthmus.cli.main", "serve"]


@contextmanager
def serving(desk: Desk, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([*SERVE, *arguments], cwd=desk.folder, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


def log_of(process: subprocess.Popen[str]) -> str:
    """All that it wrote until it ended."""
    _, log = process.communicate(timeout=60)
    assert "Traceback" not in log, log
    return log


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_configuration_that_cannot_be_read(desk: Desk, unreadable, kind: str) -> None:
    done = desk.run("serve", "-c", unreadable(kind))
    assert done.code == 2
    assert done.errors[0].startswith(f"{unreadable(kind)}: cannot be read: ")


def test_every_problem_of_the_configuration_comes_before_a_port_is_taken(desk: Desk) -> None:
    desk.configure("jurisdiction: cn", "jurisdiction: China")
    desk.configure("purposes:", "purpose:")
    done = desk.run("serve", "--port", "0")
    assert done.code == 2
    assert sorted(line.split(": ")[0] for line in done.errors) == ["isthmus.yaml:1", "isthmus.yaml:4"]


@pytest.mark.parametrize(
    "arguments",
    [("--workers", "0"), ("--workers", "-1"), ("--workers", "x"), ("--port", "70000"), ("--port", "-1"), ("extra",)],
)
def test_wrong_usage(desk: Desk, arguments: tuple[str, ...]) -> None:
    done = desk.run("serve", *arguments)
    assert (done.code, done.out) == (2, "")
    assert arguments[0] in done.err or "extra" in done.err


def test_a_port_or_an_address_that_cannot_be_taken(desk: Desk) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = desk.run("serve", "--port", str(port))
    assert done.code == 2
    assert done.errors == [
        f"cannot listen on 127.0.0.1 port {port}: Address already in use; stop what uses it or choose another port"
    ]
    done = desk.run("serve", "--host", "192.0.2.1", "--port", "0")
    assert done.code == 2
    assert done.errors[0].startswith("cannot listen on 192.0.2.1 port 0: ")


def test_what_only_a_worker_finds_out_ends_the_start(desk: Desk) -> None:
    """A secret that is not there, and a signer that is none: said at once, with the line, and nothing is left."""
    desk.configure("file:sh.txt", "env:ISTHMUS_TEST_NOT_SET")
    desk.configure("    model: m-home\n", "    model: m-home\n    credential: file:none.txt\n")
    with serving(desk, "--port", "0") as process:
        log = log_of(process)
    assert process.returncode == 2
    told = [line for line in log.splitlines() if line.startswith("error: ")]
    assert [line.split(": ")[1] for line in told] == ["isthmus.yaml:4", "isthmus.yaml:10"]


def test_it_serves_until_it_is_told_to_stop(desk: Desk) -> None:
    """It says where it listens, answers, and SIGTERM ends it in good order with a checkpoint for the ledger."""
    desk.key("app")
    with serving(desk, "--port", "0") as process:
        assert process.stderr is not None
        log = ""
        while "serves" not in log:
            log += process.stderr.readline()
            assert process.poll() is None, log
        found = re.search(r"listens on (http://127\.0\.0\.1:\d+)", log)
        assert found is not None
        request = urllib.request.Request(f"{found[1]}/v1/models", headers={"authorization": f"Bearer {KEY}app"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert [row["id"] for row in json.load(answer)["data"]] == ["auto", "house", "home", "abroad"]
        with urllib.request.urlopen(f"{found[1]}/readyz", timeout=10) as answer:
            assert json.load(answer)["durability"] == "full"
        os.kill(process.pid, signal.SIGTERM)
        log += log_of(process)
    assert process.returncode == 0
    assert "stopped" in log
    assert KEY not in log
    assert "verified" in desk.run("ledger", "verify", "--lang", "en").out
