"""`isthmus demo`: what it says of wrong words and folders; the story itself is told in tests/apps/demo."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Desk


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--scene", "nope"), "no scene `nope`; one of home, export, refused"),
        (("--scene", "home", "--state", "file"), "file: the demo's folder cannot be made: "),
        (("--scene", "home", "--state", "file/below"), "file/below: the demo's folder cannot be made: "),
        (("--scene", "home", "--state", "n" * 300), ": the demo's folder cannot be made: "),
        (("--scene", "home", "--state", "."), ".: this folder holds something else; name another with --state"),
    ],
)
def test_bad_input(desk: Desk, unreadable, arguments: tuple[str, ...], says: str) -> None:
    before = sorted(path.name for path in Path().iterdir())
    done = desk.run("demo", *arguments)
    assert done.code == 2
    assert says in done.errors[0]
    assert sorted(path.name for path in Path().iterdir()) == before


@pytest.mark.parametrize("arguments", [("--lang", "fr"), ("--port", "x"), ("--port", "99999"), ("extra",)])
def test_wrong_usage(desk: Desk, arguments: tuple[str, ...]) -> None:
    done = desk.run("demo", *arguments)
    assert (done.code, done.out) == (2, "")
    assert arguments[0] in done.err
