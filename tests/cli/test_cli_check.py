"""`isthmus check`: every problem at once with its line, what is on record and leads nowhere, and nothing made."""

from __future__ import annotations

import json

import pytest
from tests.cli.conftest import UNREADABLE, Desk

from isthmus.store import NewRow


def test_a_good_file_has_no_problem_and_nothing_is_made(desk: Desk) -> None:
    done = desk.run("check", "isthmus.yaml")
    assert (done.code, done.err) == (0, "")
    shown = " ".join(done.out.split())
    assert "home self_hosted/m-home cn cn cn ? ?" in shown
    assert "limits.depth: 64" in shown
    assert "isthmus.yaml: no problems, 2 warnings" in shown
    assert not (desk.folder / "isthmus.db").exists()


def test_the_configuration_is_looked_for_in_the_current_folder(desk: Desk) -> None:
    found = json.loads(desk.run("check", "--json").out)
    assert found["config"] == "isthmus.yaml"
    assert [row["id"] for row in found["deployments"]] == ["home", "abroad"]
    assert found["keys"] == found["counts_as_none"] == []
    assert "store.url: sqlite:///isthmus.db" in found["defaults"]
    assert not [each for each in found["defaults"] if each.startswith("store.signer")], "the file states it"


def test_what_the_form_does_not_allow_is_said_at_once(desk: Desk) -> None:
    desk.configure("jurisdiction: cn, secret: file:sh.txt", "jurisdiction: China, secret: sh.txt")
    desk.configure("model: m-home\n", "modle: m-home\n")
    desk.configure("recipient: group-de\n", "recipient: group-de\n    trains: no\n")
    done = desk.run("check")
    assert done.code == 2
    assert sorted(line.split(": ", 1)[0] for line in done.errors) == [
        f"isthmus.yaml:{number}" for number in (23, 4, 4, 6, 9)
    ], done.err
    assert any("unknown key `modle`; did you mean `model`?" in line for line in done.errors)
    assert any("key `model` is missing" in line for line in done.errors)


def test_what_refers_to_nothing_is_said_at_once(desk: Desk) -> None:
    """Secrets, files, sellers, terms, signer and store, each at the line that asked for it."""
    desk.configure("file:sh.txt", "env:ISTHMUS_TEST_NOT_SET")
    desk.configure("    model: m-home\n", "    model: m-home\n    credential: file:none.txt\n")
    desk.configure("signer: file:signer.pem", 'signer: file:sh.txt, url: "sqlite:///folder"')
    desk.configure("base_url: http://127.0.0.1:9/v1\n    recipient: group-de", "recipient: group-de")
    with desk.config.open("a") as more:
        more.write("rates: none.yaml\nproviders: [none]\nterms: [{kind: person, file: bytes}]\n")
    desk.write("bytes", b"\xff\xfe")
    (desk.folder / "folder").mkdir()
    done = desk.run("check")
    assert done.code == 2
    assert {line.split(": ", 1)[0] for line in done.errors} == {
        f"isthmus.yaml:{number}" for number in (4, 10, 30, 31, 32, 33)
    }
    said = "\n".join(done.errors)
    for piece in (
        "`env:ISTHMUS_TEST_NOT_SET` is not set; set ISTHMUS_TEST_NOT_SET",
        "`file:none.txt` cannot be read",
        "the signer of the ledger is no Ed25519 private key in PEM",
        "the file is not text; save it as UTF-8",
        "no such folder",
    ):
        assert piece in said
    assert "7" * 64 not in done.err


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("deployments: [home, abroad]", "deployments: [hone]", "did you mean `home`?"),
        ("{id: house,", "{id: home,", "already names something else"),
        ("model: m-abroad\n", "model: m-abroad\n    quality: {value: 7, source: x}\n", "not between 0 and 1"),
        (
            "    model: m-home\n    base_url: http",
            "    model: m-home\n    base_url: ftp",
            "no address of an HTTP server",
        ),
        ("store: {", "packs: [none]\nstore: {", "no law is in this folder"),
        ("store: {", "store: {url: 'mysql://h/db', ", "the store must be a file"),
        ("store: {", "store: {url: 'postgresql://u:hidden@h/db', ", "the store's address holds a password"),
        ("store: {", "store: {url: 'sqlite:///isthmus.yaml', ", "file is not a database"),
        ("store: {", "terms: [{kind: person, file: sh.txt}]\nstore: {origin: &x y, ", "anchors"),
    ],
)
def test_each_problem_says_where_and_what_to_do(desk: Desk, old: str, new: str, says: str) -> None:
    desk.configure(old, new)
    done = desk.run("check")
    assert done.code == 2
    [line] = done.errors
    assert says in line
    assert "hidden" not in line


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_file_that_cannot_be_read(desk: Desk, unreadable, kind: str) -> None:
    done = desk.run("check", unreadable(kind))
    assert done.code == 2
    assert done.errors[0].startswith(f"{unreadable(kind)}: cannot be read: ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", ":1: the file is empty; expected keys such as "),
        (b"- a\n", ":1: the file is not a mapping of keys to values; expected keys such as "),
        (b"\xff\xfe\x00", ":1: not YAML"),
        (b"a: b\n\tc: d\n", ":2: not YAML: "),
        (b"a: b\n---\nc: d\n", ":2: a second document starts here"),
        (b'a: "\\0"\n', ":1: a NUL character is not allowed"),
        (b"a: " + b"[" * 5000, ":1: not YAML: "),
        (b"a: 1\na: 2\n", ":2: duplicate key `a`"),
        (b"#" * (5 << 20), ":1: file is over "),
    ],
)
def test_what_is_no_configuration(desk: Desk, text: bytes, says: str) -> None:
    desk.write("odd.yaml", text)
    done = desk.run("check", "odd.yaml")
    assert done.code == 2
    assert done.errors[0].startswith(f"odd.yaml{says}")


def test_on_another_machine_secrets_are_not_followed(desk: Desk) -> None:
    (desk.folder / "sh.txt").unlink()
    (desk.folder / "signer.pem").unlink()
    assert desk.run("check").code == 2
    done = desk.run("check", "--without-secrets")
    assert (done.code, done.err) == (0, "")


def test_what_is_on_record_and_leads_nowhere_is_a_warning(desk: Desk) -> None:
    desk.key("app", clean_scan="unknown")
    desk.key("gone", entity="closed")
    desk.key("old", expires="2020-01-01", models=["house", "nothing"])
    acts = [
        {"id": "typo", "kind": "notice", "entity": "sh", "recipient": "group-dee", "valid_from": "2026-01-01"},
        {"id": "over", "kind": "notice", "entity": "sh", "recipient": "group-de", "valid_until": "2020-01-01"},
    ]
    desk.record(*(NewRow(what="act", id=str(act["id"]), content=act) for act in acts))
    found = json.loads(desk.run("check", "--json").out)
    assert {
        "key gone: its entity `closed` is not declared, so it is refused",
        "key old: nothing is called `nothing`",
        "key old: it expired on 2020-01-01",
        "act typo: no deployment has the recipient `group-dee`, so it covers nothing",
        "act over: it ended on 2020-01-01",
    } <= set(found["warnings"])
    assert [key["id"] for key in found["keys"]] == ["app", "old"]
    assert found["counts_as_none"] == ["old"]


def test_unknowns_that_decide_are_warnings(desk: Desk) -> None:
    desk.configure("    hosted_in: [de]\n    accessible_from: []\n", "")
    found = json.loads(desk.run("check", "--json").out)
    said = [each for each in found["warnings"] if each.startswith("deployment abroad")]
    assert [each.split(":")[1].split(" not known")[0] for each in said[:2]] == [
        " where it is hosted is",
        " from where else it can be reached is",
    ]
