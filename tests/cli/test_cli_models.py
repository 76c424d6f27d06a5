"""`isthmus models`: what a key may name and where a clean call could go, for people and programs."""

from __future__ import annotations

import json

import pytest
from tests.cli.conftest import Desk


def test_every_deployment_is_told_with_what_the_verdict_rests_on(desk: Desk) -> None:
    desk.key("app")
    desk.key("narrow", models=["home"])
    rows = json.loads(desk.run("models", "--key", "app", "--json").out)
    assert [(row["deployment"], row["model"], row["verdict"], row["release"]) for row in rows] == [
        ("home", "self_hosted/m-home", "allow", True),
        ("abroad", "self_hosted/m-abroad", "allow", True),
    ]
    assert all(row["rests_on"] for row in rows)
    done = desk.run("models", "--key", "app")
    assert (done.code, done.err) == (0, "")
    assert "app may name: auto, house, home, abroad" in done.out
    assert "narrow may name: home" in desk.run("models", "--key", "narrow").out


def test_what_is_not_there_says_why_in_the_asked_language(desk: Desk) -> None:
    """A public service needs a filed model, and nobody said that this one is."""
    desk.key("public", choices=[{"fact": "audience", "values": ["public"], "default": "public"}])
    rows = json.loads(desk.run("models", "--key", "public", "--json").out)
    home = next(row for row in rows if row["deployment"] == "home")
    assert home["release"] is False
    assert home["why"].isascii()
    chinese = json.loads(desk.run("models", "--key", "public", "--json", "--lang", "zh").out)
    assert any("一" <= sign <= "鿿" for sign in next(row for row in chinese if row["deployment"] == "home")["why"])


def test_a_prompt_is_decided_and_priced(desk: Desk) -> None:
    """Personal data in the prompt changes what is open abroad, and a longer one costs more."""
    desk.key("app")
    clean, personal = (
        {row["deployment"]: row for row in json.loads(desk.run("models", "--key", "app", *more, "--json").out)}
        for more in ((), ("--prompt", "请联系 13912345678，" * 40))
    )
    assert clean["abroad"]["release"]
    assert clean["abroad"]["rests_on"] != personal["abroad"]["rests_on"]
    assert {"cost", "context", "quality"} <= clean["home"].keys()
    priced = [name for name in clean if clean[name]["cost"] is not None]
    assert all(personal[name]["cost"] != clean[name]["cost"] for name in priced)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--key", "nobody"), "no key `nobody` is on record; known: app"),
        (("--key", "app", "-c", "nowhere.yaml"), "nowhere.yaml: cannot be read: "),
        (("--key", ""), "no key `` is on record"),
    ],
)
def test_bad_input(desk: Desk, arguments: tuple[str, ...], says: str) -> None:
    desk.key("app")
    done = desk.run("models", *arguments)
    assert (done.code, done.out) == (2, "")
    assert says in done.errors[0]


@pytest.mark.parametrize("arguments", [(), ("--key",), ("--key", "app", "--lang", "fr"), ("--key", "app", "extra")])
def test_wrong_usage(desk: Desk, arguments: tuple[str, ...]) -> None:
    desk.key("app")
    done = desk.run("models", *arguments)
    assert (done.code, done.out) == (2, "")
    assert any(word in done.err for word in ("--key", "--lang", "extra"))
