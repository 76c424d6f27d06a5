"""`GET /v1/models` names what a key could lawfully use now, and says on request what closes the rest."""

from __future__ import annotations

import pytest

from isthmus.gateway import build

# a seller whose terms do not serve the mainland, however clean the call
BLOCKED = '  - {id: gpt, provider: openai, model: gpt-6-sol, credential: "file:sh.txt"}\n'
ALIAS = "  - {id: blocked-only, deployments: [gpt]}\n"


@pytest.fixture
async def blocked(house):
    text = house.config.read_text(encoding="utf-8").replace("aliases:\n", f"{BLOCKED}aliases:\n{ALIAS}", 1)
    house.config.write_text(text, encoding="utf-8")
    await house.gateway.close()
    house.gateway = await build(str(house.config))
    return house


async def ask(house, *, path="/v1/models", query="", key="app", **headers):
    return await house.ask(b"", path=path, method="GET", query=query, key=key, **headers)


async def test_only_what_the_key_could_use_is_listed(blocked):
    answer = await ask(blocked)
    names = {row["id"] for row in answer.json["data"]}
    assert {"auto", "house", "home"} <= names
    assert not names & {"gpt", "blocked-only"}
    assert "isthmus" not in answer.json


async def test_what_closes_the_rest_is_told_on_request(blocked):
    answer = await ask(blocked, query="why=true")
    closed = answer.json["isthmus"]["closed"]
    assert set(closed) == {"gpt", "blocked-only"}
    (decision,) = closed["gpt"]
    assert decision["verdict"] == "deny"
    assert decision["reasons"]
    assert closed["blocked-only"] == closed["gpt"]


async def test_a_closed_name_is_refused_with_its_decision(blocked):
    answer = await ask(blocked, path="/v1/models/gpt")
    assert answer.status == 451
    assert "home" in answer.json["isthmus"]["lawful"]


async def test_another_entity_has_another_list(blocked):
    names = {row["id"] for row in (await ask(blocked, key="asia")).json["data"]}
    assert "auto" in names
    assert names != {row["id"] for row in (await ask(blocked)).json["data"]}


async def test_other_dialects_are_told_alike(blocked):
    answer = await ask(blocked, query="why=true", **{"anthropic-version": "2023-06-01"})
    assert "gpt" not in {row["id"] for row in answer.json["data"]}
    assert "gpt" in answer.json["isthmus"]["closed"]
    assert (await ask(blocked, query="key=nobody", key="")).status == 401
