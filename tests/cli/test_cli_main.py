"""The command line as a process: exit codes, streams that are closed, full or odd, and never a traceback."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Desk

from isthmus import __version__
from isthmus.cli.main import COMMANDS

ROOT = Path(__file__).parent.parent.parent
ISTHMUS = [sys.executable, "-m", "isthmus.cli.main"]


def isthmus(*arguments: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run([*ISTHMUS, *arguments], capture_output=True, timeout=60, check=False, **more)
    assert b"Traceback" not in done.stderr + done.stdout, done.stderr.decode()
    assert b"Exception ignored" not in done.stderr
    return done


def shell(line: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    """A command with redirections, `isthmus` standing for the program."""
    program = " ".join(f"'{part}'" for part in ISTHMUS)
    done = subprocess.run(
        ["bash", "-c", line.replace("isthmus", program, 1)],
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, **more},
    )
    assert b"Traceback" not in done.stderr + done.stdout, done.stderr.decode()
    return done


def test_help_of_each_command_says_how_to_call_it(desk: Desk) -> None:
    done = desk.run("--help")
    assert done.code == 0
    for name in COMMANDS:
        assert name in done.out
        shown = desk.run(name, "--help")
        assert shown.code == 0
        assert f"Usage: isthmus {name}" in " ".join(shown.out.split())


def test_without_a_command_the_list_is_shown(desk: Desk) -> None:
    assert "Usage: isthmus COMMAND" in desk.run().out
    assert desk.run("--version").out.strip() == __version__


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("scan",), 'error: command "scan" parameter FILE requires an argument; `isthmus scan --help` says how'),
        (("law", "list", "x"), "error: `x`: nothing takes this here; `isthmus law list --help` says how"),
        (("ledger", "show", "--last", "-3"), "Must be >= 0; `isthmus ledger show --help` says how"),
        (("nope",), "`isthmus --help` says how"),
    ],
)
def test_wrong_usage_is_told_in_one_line_with_the_way_to_the_help(
    desk: Desk, arguments: tuple[str, ...], said: str
) -> None:
    done = desk.run(*arguments)
    assert done.code == 2
    [line] = done.err.strip().splitlines()
    assert said in line


@pytest.mark.parametrize("arguments", [("nope",), ("check", "--nope"), ("check", "a", "b"), ("law", "show"), ("-x",)])
def test_wrong_usage_is_exit_code_2_on_the_error_stream(desk: Desk, arguments: tuple[str, ...]) -> None:
    done = desk.run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.strip()


def test_each_error_is_a_line(desk: Desk) -> None:
    desk.configure("jurisdiction: cn", "jurisdiction: China")
    desk.configure("purposes:", "purpose:")
    done = isthmus("check", cwd=desk.folder)
    assert (done.returncode, done.stdout) == (2, b"")
    assert [line[:7] for line in done.stderr.decode().splitlines()] == ["error: "] * 2


def test_a_reader_that_leaves_is_no_success() -> None:
    """More than a pipe holds, and whoever read it is gone: neither 0 nor the 1 of an answer."""
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.Popen([*ISTHMUS, "law", "list"], stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (141, b"")


def test_closed_streams(desk: Desk) -> None:
    done = shell("isthmus law decide --facts - <&-")
    assert (done.returncode, done.stderr.split(b";")[0]) == (2, b"error: standard input: no facts")
    assert shell("isthmus law list --json >&-").returncode == 0
    assert shell("isthmus check nowhere.yaml 2>&-").returncode == 2


def test_a_full_disk(desk: Desk) -> None:
    done = shell("isthmus law list >/dev/full")
    assert (done.returncode, done.stderr) == (2, b"error: No space left on device; check path and rights\n")


def test_a_pipe_gets_utf8_whatever_the_terminal_speaks() -> None:
    done = shell("isthmus law list --lang zh", PYTHONIOENCODING="ascii", LANG="C")
    assert done.returncode == 0
    assert "境" in done.stdout.decode()
    machine = shell("isthmus law list --json", PYTHONIOENCODING="gbk")
    assert any("境" in row["gist"]["zh"] for row in json.loads(machine.stdout)["rules"])


def test_a_name_that_is_no_utf8(desk: Desk) -> None:
    done = shell("isthmus check $'odd\\xff.yaml'")
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: odd")
    assert b"cannot be read: No such file or directory" in done.stderr


class Interrupted(io.RawIOBase):
    """A person who presses Ctrl-C instead of writing."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:  # noqa: ARG002 - the form of a stream
        raise KeyboardInterrupt


def test_an_interruption_is_exit_code_130(desk: Desk) -> None:
    done = desk.run("law", "decide", "--facts", "-", stdin=io.BufferedReader(Interrupted()))
    assert (done.code, done.out, done.err) == (130, "", "")
