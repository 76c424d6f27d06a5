"""`isthmus init`: a configuration that `check` finds good, secrets for one reader only, nothing overwritten."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from tests.cli.conftest import Desk

from isthmus.config import read_config
from isthmus.registry.declared import declare


def test_what_it_writes_is_a_good_configuration(desk: Desk) -> None:
    done = desk.run("init", "new/folder", "--entity", "shanghai", "--jurisdiction", "sg")
    assert (done.code, done.err) == (0, "")
    config = Path("new/folder/isthmus.yaml")
    declared = declare(read_config(config))
    assert declared.entities["shanghai"].jurisdiction == "sg"
    assert desk.run("check", config).code == 0
    for secret in Path("new/folder/secrets").iterdir():
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_the_next_steps_it_names_work(desk: Desk) -> None:
    steps = [line.split()[1:] for line in desk.run("init", "new").out.splitlines() if line.startswith("  isthmus ")]
    assert [step[0] for step in steps] == ["check", "keys", "serve"]
    for step in steps[:2]:
        assert desk.run(*step).code == 0


def test_nothing_that_is_there_is_overwritten(desk: Desk) -> None:
    before = desk.config.read_bytes()
    done = desk.run("init")
    assert done.code == 2
    assert done.errors == ["isthmus.yaml: a configuration is there already; choose another folder"]
    assert desk.config.read_bytes() == before
    assert not (desk.folder / "secrets").exists()
    desk.run("init", "new")
    secrets = {file.name: file.read_bytes() for file in Path("new/secrets").iterdir()}
    Path("new/isthmus.yaml").unlink()
    assert desk.run("init", "new").code == 0
    assert {file.name: file.read_bytes() for file in Path("new/secrets").iterdir()} == secrets


def test_a_place_without_rules_is_said(desk: Desk) -> None:
    done = desk.run("init", "new", "--jurisdiction", "aq")
    assert done.code == 0
    assert "no rules of `aq` are packaged, only those of" in done.err
    assert desk.run("init", "other", "--jurisdiction", "sg").err == ""


@pytest.mark.parametrize("folder", ["file", "file/below", "n" * 300, "/dev/null"])
def test_a_folder_that_cannot_be_made(desk: Desk, unreadable, folder: str) -> None:
    done = desk.run("init", folder)
    assert done.code == 2
    [line] = done.errors
    assert line.startswith(f"{folder}: cannot be written: ")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--entity", ""),
        ("--entity", "a b"),
        ("--entity", "_x"),
        ("--entity", "../up"),
        ("--entity", "x" * 65),
        ("--entity", "上海"),
        ("--jurisdiction", "China"),
        ("--jurisdiction", "CN"),
        ("--jurisdiction", "c"),
        ("--jurisdiction", "1a"),
    ],
)
def test_names_that_would_make_a_bad_configuration(desk: Desk, option: str, value: str) -> None:
    done = desk.run("init", "new", option, value)
    assert done.code == 2
    assert done.errors[0].startswith(f"{option}: ")
    assert "for example" in done.errors[0]
    assert not Path("new").exists()
