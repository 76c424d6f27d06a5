"""`isthmus registry`: twice gives the same, every problem at once, and a misspelt revocation is none."""

from __future__ import annotations

import json
import sqlite3

import pytest
from tests.cli.conftest import CHOICES, KEY, UNREADABLE, Desk

from isthmus.registry.keys import digest

HASH = digest(KEY)
FILE = f"""\
by: Li Wen
keys:
  - {{id: app, entity: sh, hash: {HASH}, choices: [{{fact: audience, values: [internal, public]}}]}}
acts:
  - {{id: scc, kind: standard_contract, entity: sh, recipient: group-de, valid_from: 2026-01-01, number: "17"}}
  - {{id: notice, kind: notice, entity: sh, valid_from: 2026-01-01}}
"""


def on_record(desk: Desk) -> list[tuple[object, ...]]:
    rows = json.loads(desk.run("registry", "list", "--json").out)
    return [(row["seq"], row["by"], row["what"], row["id"]) for row in rows]


def test_applying_twice_gives_the_same(desk: Desk) -> None:
    desk.write("acts.yaml", FILE)
    first, second = desk.run("registry", "apply", "acts.yaml"), desk.run("registry", "apply", "acts.yaml")
    assert (first.code, second.code, first.err, second.err) == (0, 0, "", "")
    assert "3 recorded, 0 already on record" in first.out
    assert "0 recorded, 3 already on record" in second.out
    assert on_record(desk) == [
        (1, "Li Wen", "key", "app"),
        (2, "Li Wen", "act", "scc"),
        (3, "Li Wen", "act", "notice"),
    ]
    assert json.loads(desk.run("registry", "apply", "acts.yaml", "--json").out) == []


def test_a_changed_row_is_a_new_version_and_the_old_one_stays(desk: Desk) -> None:
    desk.write("acts.yaml", FILE)
    desk.run("registry", "apply", "acts.yaml")
    desk.write("acts.yaml", FILE.replace('number: "17"', 'number: "18"'))
    done = desk.run("registry", "apply", "acts.yaml", "--json")
    assert json.loads(done.out) == [{"seq": 4, "what": "act", "id": "scc"}]
    assert len(on_record(desk)) == 4


def test_a_revocation_ends_what_is_on_record_or_in_the_same_file(desk: Desk) -> None:
    desk.write("acts.yaml", FILE)
    desk.run("registry", "apply", "acts.yaml")
    desk.write("end.yaml", "by: Li Wen\nrevoke: [{what: key, id: app, reason: left the team}]\n")
    assert desk.run("registry", "apply", "end.yaml").code == 0
    assert "0 recorded, 1 already" in desk.run("registry", "apply", "end.yaml").out
    done = desk.run("explain", "-", "--key", "app", stdin=b"{}")
    assert done.errors == ["no key `app` is on record; known: none"]
    desk.write("both.yaml", FILE.replace("app", "two").replace(HASH, digest("x")) + "revoke: [{what: key, id: two}]\n")
    assert desk.run("registry", "apply", "both.yaml").code == 0


def test_a_misspelt_revocation_is_an_error_and_nothing_is_recorded(desk: Desk) -> None:
    desk.write("acts.yaml", FILE)
    desk.run("registry", "apply", "acts.yaml")
    text = "by: x\nacts: [{id: new, kind: notice, entity: sh}]\nrevoke: [{what: key, id: ap}, {what: act, id: zzz}]\n"
    desk.write("end.yaml", text)
    done = desk.run("registry", "apply", "end.yaml")
    assert done.code == 2
    assert done.errors == [
        "end.yaml: no key `ap` is on record to revoke; did you mean `app`?",
        "end.yaml: no act `zzz` is on record to revoke; `isthmus registry list` shows what is on record",
    ]
    assert len(on_record(desk)) == 3


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("entity: sh, hash", "entity: shh, hash", "3: entity `shh` is not known; did you mean `sh`?"),
        (HASH, KEY, "3: "),
        ("[internal, public]", "[internal, everyone]", "3: audience `everyone` is not known; known: internal"),
        ("fact: audience, values: [internal, public]", "fact: basis, values: [contrat]", "3: basis `contrat` is not"),
        ("fact: audience, values: [internal, public]", "fact: subjects, values: [aliens]", "3: subjects `aliens`"),
        ("kind: notice", "kind: notise", "6: kind of act `notise` is not known; did you mean `notice`?"),
        ("notice, entity: sh, valid_from: 2026-01-01", "notice, entity: sh, valid_from: 2026-02-30", "6: `2026-02-30`"),
        (
            "valid_from: 2026-01-01, number",
            "valid_from: 2026-01-02, valid_until: 2026-01-01, number",
            "5: `valid_until`",
        ),
        ("id: notice", "id: scc", "6: this `id` stands twice in the file"),
        ("by: Li Wen\n", "", "1: key `by` is missing"),
        ("by: Li Wen", "by: Li Wen\nactts: []", "2: unknown key `actts`; did you mean `acts`?"),
        ("recipient: group-de", "recipent: group-de", "5: unknown key `recipent`; did you mean `recipient`?"),
    ],
)
def test_each_problem_has_its_line_and_nothing_is_recorded(desk: Desk, old: str, new: str, says: str) -> None:
    assert FILE.count(old) == 1
    desk.write("acts.yaml", FILE.replace(old, new))
    done = desk.run("registry", "apply", "acts.yaml")
    assert done.code == 2
    assert any(line.startswith(f"acts.yaml:{says}") for line in done.errors), done.err
    assert KEY not in done.err
    assert on_record(desk) == []


def test_two_keys_of_one_secret_are_an_error(desk: Desk) -> None:
    row = f"  - {{id: %s, entity: sh, hash: {HASH}}}\n"
    desk.write("keys.yaml", f"by: x\nkeys:\n{row % 'one'}{row % 'two'}")
    done = desk.run("registry", "apply", "keys.yaml")
    assert done.errors == ["keys.yaml:4: this `hash` stands twice in the file; keep one of the two"]


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_file_that_cannot_be_read(desk: Desk, unreadable, kind: str) -> None:
    done = desk.run("registry", "apply", unreadable(kind))
    assert done.code == 2
    assert done.errors[0].startswith(f"{unreadable(kind)}: cannot be read: ")


@pytest.mark.parametrize("text", [b"", b"[]", b"\xff\xfe\x00", b"just text", b'{"by": "x"'])
def test_what_is_no_registry_file(desk: Desk, text: bytes) -> None:
    desk.write("odd.yaml", text)
    done = desk.run("registry", "apply", "odd.yaml")
    assert done.code == 2
    assert done.errors[0].startswith("odd.yaml:")


def test_the_list_is_read_by_people_and_programs(desk: Desk) -> None:
    assert "nothing is on record yet" in desk.run("registry", "list").out
    desk.key("app", choices=CHOICES)
    desk.write("acts.yaml", FILE.replace("id: app", "id: other"))
    desk.run("registry", "apply", "acts.yaml")
    shown = " ".join(desk.run("registry", "list").out.split())
    assert "standard_contract of sh with group-de, 2026-01-01 to open" in shown
    assert "sh, expires never" in shown


@pytest.mark.parametrize("command", [("registry", "list"), ("check",), ("explain", "-", "--key", "app")])
def test_a_row_that_this_version_does_not_understand(desk: Desk, command: tuple[str, ...]) -> None:
    """It is named by its number; nothing that it holds is repeated."""
    desk.key("app", from_the_future="secret word")
    done = desk.run(*command, stdin=b"{}")
    assert "secret word" not in done.err
    if command[0] == "registry":
        assert done.code == 0
    else:
        assert done.code == 2
        assert "row 1 of the registry is not understood; use the version of isthmus that wrote it" in done.err


def test_a_store_of_another_version(desk: Desk) -> None:
    desk.key("app")
    with sqlite3.connect(desk.folder / "isthmus.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    for command in (("registry", "list"), ("explain", "-", "--key", "app"), ("keys", "new", "x", "--entity", "sh")):
        done = desk.run(*command, stdin=b"{}")
        assert done.code == 2
        assert "the store was made by another version of isthmus; use that or a newer one" in done.err
    done = desk.run("check")
    assert (done.code, len(done.errors)) == (2, 1)
    assert done.errors[0].startswith("isthmus.yaml:30: ")
