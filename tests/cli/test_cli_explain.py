"""`isthmus explain`: what would happen to a call, without sending it and without repeating what it holds."""

from __future__ import annotations

import json

import pytest
from tests.cli.conftest import UNREADABLE, Desk

MOBILE = "13912345678"
LETTER = f"请致电周先生：{MOBILE}"


def chat(text: str = "hello", model: str = "house", **more: object) -> bytes:
    return json.dumps({"model": model, "messages": [{"role": "user", "content": text}], **more}).encode()


@pytest.fixture
def keyed(desk: Desk) -> Desk:
    desk.key("app")
    return desk


def test_for_programs_it_is_one_value_that_decides_again(keyed: Desk) -> None:
    done = keyed.run("explain", "-", "--key", "app", "--json", stdin=chat(LETTER))
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert found["entity"] == "sh"
    assert found["found"] == {"cn.mobile": 1}
    assert found["complete"] is True
    assert found["order"] == ["home"]
    assert [row["deployment"] for row in found["deployments"]] == ["home", "abroad"]
    assert MOBILE not in done.out
    home, abroad = found["deployments"]
    assert (home["decision"]["release"], abroad["decision"]["release"]) == (True, False)
    again = keyed.run("law", "decide", "--facts", "-", "--json", stdin=json.dumps(abroad["facts"]).encode())
    assert json.loads(again.out) == abroad["decision"]


def test_people_see_verdict_article_and_where_it_would_go(keyed: Desk) -> None:
    done = keyed.run("explain", "-", "--key", "app", stdin=chat(LETTER))
    assert (done.code, done.err) == (0, "")
    assert "for sh, asking for house; found: cn.mobile x1" in done.out
    assert "it would go to home" in done.out
    assert MOBILE not in done.out
    refused = keyed.run("explain", "-", "--key", "app", stdin=chat(LETTER, "abroad"))
    assert "it would be refused" in refused.out
    assert "CBDF" in refused.out or "PIPL" in refused.out
    chinese = keyed.run("explain", "-", "--key", "app", "--lang", "zh", stdin=chat(LETTER, "abroad"))
    assert "个人信息" in chinese.out


def test_how_the_answer_would_be_scanned_for_its_reader(keyed: Desk) -> None:
    """Read abroad, an answer of the deployment at home would be held."""
    keyed.key("away", located_in="sg")
    for key, mode in (("app", "none"), ("away", "hold")):
        done = keyed.run("explain", "-", "--key", key, "--json", stdin=chat(LETTER))
        assert json.loads(done.out)["deployments"][0]["reply_scan"] == mode
    done = keyed.run("explain", "-", "--key", "away", stdin=chat(LETTER))
    assert "its answer would be held and decided for a reader in sg" in done.out


def test_what_stands_in_markup_is_shown_as_it_is(keyed: Desk) -> None:
    keyed.configure("{id: house,", "{id: house.red,")
    done = keyed.run("explain", "-", "--key", "app", stdin=chat("[bold red]x[/]", "house.red"))
    assert done.code == 0
    done = keyed.run("explain", "-", "--key", "app", stdin=chat("x", "[/nothing]"))
    assert done.errors[0].startswith("model: no model, alias or deployment has this name")


def test_headers_and_the_body_object_choose(keyed: Desk) -> None:
    headers = ("-H", "X-Isthmus-Purpose: drafting", "-H", "x-isthmus-audience:internal")
    assert keyed.run("explain", "-", "--key", "app", *headers, stdin=chat()).code == 0
    both = keyed.run("explain", "-", "--key", "app", *headers, stdin=chat(isthmus={"audience": "public"}))
    assert both.code == 2
    assert "state different values for `audience`; send one of the two" in both.errors[0]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "the body is empty; send a JSON object"),
        (b"\xff\xfe\x00", "the body is not UTF-8 at byte 0"),
        (b"[]", "the body is an array; send one JSON object"),
        (b"{", "the body is not JSON at line 1"),
        (b"{}", "/model: the request names no model"),
        (chat(model="gpt-17"), "model: no model, alias or deployment has this name"),
        (b'{"model":"house","messages":[]}', "/messages: "),
        (chat("x", isthmus={"audience": "all"}), "isthmus.audience: the key does not allow this value"),
        (chat("x", isthmus={"porpose": "y"}), "isthmus: an isthmus wish is not known; did you mean `purpose`?"),
        (chat("x", isthmus={"persons": 3}), "isthmus.persons: the key may not attest `persons`"),
        (b'{"model":"house","messages":' + b"[" * 300, "the body is not JSON"),
        (b'{"model":"house","messages":[{"role":"user","content":"\\ud800"}]}', "/messages/0/content: "),
        (chat("x" * (11 << 20)), "the body is over "),
    ],
)
def test_the_error_is_that_of_the_call(keyed: Desk, body: bytes, says: str) -> None:
    done = keyed.run("explain", "-", "--key", "app", stdin=body)
    assert (done.code, done.out) == (2, "")
    [line] = done.errors
    assert line.startswith(says)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("-", "--key", "nobody"), "no key `nobody` is on record; known: app"),
        (("-", "--key", "app", "-H", "x-isthmus-purpose"), "--header: a header has a name, a colon and a value"),
        (("-", "--key", "app", "-H", "x-isthmus-zz: 1"), "isthmus: an isthmus wish is not known"),
        (("-", "--key", "app", "-c", "nowhere.yaml"), "nowhere.yaml: cannot be read: "),
    ],
)
def test_bad_arguments(keyed: Desk, arguments: tuple[str, ...], says: str) -> None:
    done = keyed.run("explain", *arguments, stdin=chat())
    assert (done.code, done.out) == (2, "")
    assert done.errors[0].startswith(says)


@pytest.mark.parametrize("arguments", [(), ("-",), ("--key", "app"), ("-", "--key", "app", "--lang", "fr")])
def test_wrong_usage(keyed: Desk, arguments: tuple[str, ...]) -> None:
    done = keyed.run("explain", *arguments, stdin=chat())
    assert (done.code, done.out) == (2, "")
    assert any(word in done.err for word in ("FILE", "--key", "--lang"))


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_file_that_cannot_be_read(keyed: Desk, unreadable, kind: str) -> None:
    done = keyed.run("explain", unreadable(kind), "--key", "app")
    assert done.code == 2
    assert done.errors[0].startswith(f"{unreadable(kind)}: cannot be read: ")


def test_a_key_is_held_to_what_it_may(keyed: Desk) -> None:
    """What the call itself would meet: a model that the key may not name, a key that has expired."""
    keyed.key("narrow", models=["home"])
    keyed.key("old", expires="2020-01-01")
    narrow = keyed.run("explain", "-", "--key", "narrow", stdin=chat())
    assert narrow.code == 2
    assert narrow.errors[0].startswith("model: the key may not ask for this model; it may ask for home")
    old = keyed.run("explain", "-", "--key", "old", stdin=chat())
    assert old.code == 2
    assert old.errors[0].startswith("the key expired on 2020-01-01")


def test_nothing_is_sent_and_nothing_is_recorded(keyed: Desk) -> None:
    """The deployments' port answers nobody, and the ledger has no entry."""
    assert keyed.run("explain", "-", "--key", "app", stdin=chat()).code == 0
    assert (
        keyed.run("ledger", "show").out.strip().splitlines()[-1:] == ["0 entries"]
        or not keyed.run("ledger", "show", "--json").out
    )
