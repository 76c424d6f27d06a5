"""`isthmus keys new`: shown once, held as a hash, and only what a call could use is recorded."""

from __future__ import annotations

import json

import pytest
from tests.cli.conftest import Desk

from isthmus.registry.keys import digest
from isthmus.store import open_store, registry_rows


def rows(desk: Desk) -> list[dict[str, object]]:
    store = open_store(f"sqlite:///{desk.folder / 'isthmus.db'}")
    try:
        return [{"by": row.by, **row.content} for row in registry_rows(store)]
    finally:
        store.close()


def test_a_key_is_shown_once_and_held_as_its_hash(desk: Desk) -> None:
    done = desk.run("keys", "new", "app", "--entity", "sh", "--purpose", "drafting", "--by", "Li Wen")
    assert (done.code, done.err) == (0, "")
    secret = done.out.splitlines()[0]
    assert secret.startswith("isk_")
    [row] = rows(desk)
    assert row["hash"] == digest(secret)
    assert row["by"] == "Li Wen"
    assert row["choices"] == [
        {"fact": "purpose", "values": ["drafting"], "default": "drafting"},
        {"fact": "audience", "values": ["internal"], "default": "internal"},
    ]
    assert secret.encode() not in (desk.folder / "isthmus.db").read_bytes()
    assert secret not in desk.run("registry", "list", "--json").out


def test_for_programs_it_is_one_object(desk: Desk) -> None:
    done = desk.run("keys", "new", "app", "--entity", "sh", "--audience", "public, internal", "--json")
    made = json.loads(done.out)
    assert sorted(made) == ["hash", "id", "key"]
    assert made["hash"] == digest(made["key"])
    [row] = rows(desk)
    assert row["choices"] == [{"fact": "audience", "values": ["public", "internal"], "default": "public"}]


def test_a_name_is_given_once(desk: Desk) -> None:
    assert desk.run("keys", "new", "app", "--entity", "sh").code == 0
    again = desk.run("keys", "new", "app", "--entity", "sh")
    assert (again.code, again.out) == (2, "")
    assert again.errors == ["a key `app` is on record; choose another name, or revoke that one first"]
    assert len(rows(desk)) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("app", "--entity", "shh"), "isthmus.yaml:3: entity `shh` is not known; did you mean `sh`?"),
        (
            ("app", "--entity", "sh", "--purpose", "drafitng"),
            "isthmus.yaml:1: purpose `drafitng` is not known; did you",
        ),
        (("app", "--entity", "sh", "--audience", "nobody"), "one of internal, public, partners"),
        (("app", "--entity", "sh", "--expires", "2026-02-30"), "--expires: this is no day of the calendar"),
        (("app", "--entity", "sh", "--expires", "20990101"), "write it as YYYY-MM-DD"),
        (("app", "--entity", "sh", "--expires", "2020-01-01"), "2020-01-01 has passed"),
        (("", "--entity", "sh"), "ID: this is no name for a key"),
        (("a b", "--entity", "sh"), "ID: this is no name for a key"),
        (("x" * 65, "--entity", "sh"), "at most 64"),
    ],
)
def test_what_no_call_could_use_is_not_recorded(desk: Desk, arguments: tuple[str, ...], says: str) -> None:
    done = desk.run("keys", "new", *arguments)
    assert (done.code, done.out) == (2, "")
    [line] = done.errors
    assert says in line
    assert rows(desk) == []


def test_a_store_that_cannot_be_used(desk: Desk) -> None:
    desk.write("isthmus.db", b"no database " * 100)
    done = desk.run("keys", "new", "app", "--entity", "sh")
    assert (done.code, done.out) == (2, "")
    assert "isthmus.db: the store cannot be opened: file is not a database; check " in done.errors[0]


@pytest.mark.parametrize("arguments", [("app",), (), ("--entity", "sh"), ("app", "--entity"), ("app", "--entiy", "sh")])
def test_what_is_missing_is_named(desk: Desk, arguments: tuple[str, ...]) -> None:
    done = desk.run("keys", "new", *arguments)
    assert (done.code, done.out) == (2, "")
    assert any(word in done.err for word in ("--entity", "ID", "--entiy"))
