"""Calls from the client's bytes to the answer and the ledger, over real sockets to the simulated ecosystems."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from isthmus.clock import now
from isthmus.exchange import HttpRequest
from isthmus.facts import read_facts
from isthmus.steps.decide import decide

RESIDENT_ID = "11010519491231002X"
MOBILE = "13912345678"
LETTER = f"请给周建国（身份证号{RESIDENT_ID}，手机{MOBILE}）写一封道歉信。"


def kinds(entries):
    return [entry["kind"] for entry in entries]


async def test_a_home_call_is_sent_as_it_came(house):
    body = {"model": "home", "messages": [{"role": "user", "content": LETTER}], "seed": 7, "x_unknown": {"a": [1.5]}}
    answer = await house.ask(body)
    assert answer.status == 200
    assert house.sent("qwen-beijing") == [{**body, "model": "m-home"}]
    assert answer.headers["x-isthmus-deployment"] == "home"
    assert answer.headers["x-isthmus-reply-scan"] == "none"
    assert "x-isthmus-edits" not in answer.headers
    entries = await house.entries()
    assert kinds(entries)[1:4] == ["decision.made", "send.opened", "send.closed"]
    closed = entries[3]["content"]
    assert closed["outcome"] == "answered"
    assert closed["usage"]["input"]["provenance"] == "provider"
    assert closed["cost"].endswith(" CNY")


@pytest.mark.parametrize("stream", [False, True])
async def test_an_export_leaves_as_pseudonyms_and_comes_back_as_it_was(house, stream):
    answer = await house.chat(LETTER, "abroad", stream=stream)
    assert answer.status == 200, answer.body
    [sent] = house.sent("mistral-frankfurt")
    left = sent["messages"][0]["content"]
    for original in ("周建国", RESIDENT_ID, MOBILE):
        assert original not in left
    assert RESIDENT_ID in answer.text or "周建国" in answer.text
    assert MOBILE in answer.text
    assert answer.headers["x-isthmus-reply-scan"] == "observe"
    entries = await house.entries()
    opened = next(entry for entry in entries if entry["kind"] == "send.opened")["content"]
    assert opened["leaves"] is True
    assert opened["edits"] == {
        "pseudonymise:cn.mobile": 1,
        "pseudonymise:cn.resident_id": 1,
        "pseudonymise:term.person": 1,
    }
    text = msgspec.json.encode(entries).decode()
    for original in ("周建国", RESIDENT_ID, MOBILE, *left.split("：")[1:]):
        assert original not in text


async def test_the_same_call_without_a_ground_is_refused_with_the_article(house):
    answer = await house.chat(LETTER, "elsewhere")
    assert answer.status == 451
    assert answer.headers["x-should-retry"] == "false"
    assert house.sent("vllm-singapore") == []
    [decision] = answer.json["isthmus"]["decisions"]
    assert decision["verdict"] == "deny"
    assert {"CBDF", "PIPL"} <= {reason["instrument"] for reason in decision["reasons"]}
    assert any("standard_contract" in remedy["id"] for remedy in decision["remedies"])
    assert set(answer.json["isthmus"]["lawful"]) == {"home", "home-dear", "abroad"}
    assert "周建国" not in answer.body.decode()
    entries = await house.entries()
    assert "call.refused" in kinds(entries)
    assert "send.opened" not in kinds(entries)


async def test_a_pseudonym_is_no_ground(house):
    """The verdict is that of the personal data, though they would leave as pseudonyms."""
    clean = await house.chat("Explain bearings.", "elsewhere")
    personal = await house.chat(LETTER, "elsewhere")
    assert (clean.status, personal.status) == (200, 451)


async def test_an_alias_takes_the_cheapest_that_is_good_enough(house):
    cheap = await house.chat("hello", "house")
    good = await house.chat("hello", "house", isthmus={"min_quality": 0.8})
    none = await house.chat("hello", "house", isthmus={"min_quality": 0.95})
    assert cheap.headers["x-isthmus-deployment"] == "home"
    assert good.headers["x-isthmus-deployment"] == "home-dear"
    assert none.status == 404
    assert "below quality" in none.json["error"]["message"]


async def test_a_failing_deployment_is_tried_again_then_left(house):
    house.ecosystems.fail("mistral-frankfurt", "503_now", "always")
    answer = await house.chat("hello", "both")
    assert answer.status == 200
    assert answer.headers["x-isthmus-deployment"] == "elsewhere"
    entries = await house.entries()
    outcomes = [entry["content"]["outcome"] for entry in entries if entry["kind"] == "send.closed"]
    assert outcomes == ["upstream_rejected", "upstream_rejected", "answered"]
    opened = [entry["send"] for entry in entries if entry["kind"] == "send.opened"]
    assert len(set(opened)) == 3


@pytest.mark.parametrize("fault", ["alive", "alive_stall", "opened"])
async def test_what_only_keeps_a_connection_alive_does_not_end_the_fallback(house, fault):
    """Comments and the opening of an answer hold nothing for the client, which then gets another's answer alone."""
    house.ecosystems.fail("mistral-frankfurt", fault, "always")
    answer = await house.chat("hello", "both", stream=True)
    assert answer.headers["x-isthmus-deployment"] == "elsewhere"
    assert "check the facts" in answer.text
    assert not any(event.get("error") for event in answer.events)
    assert b"keep-alive" not in answer.body
    entries = await house.entries()
    outcomes = [entry["content"]["outcome"] for entry in entries if entry["kind"] == "send.closed"]
    failed = "upstream_timeout" if fault == "alive_stall" else "upstream_broken_reply"
    assert outcomes == [failed, "answered"]


async def test_a_concrete_name_is_never_another_model(house):
    house.ecosystems.fail("mistral-frankfurt", "503_now", "always")
    answer = await house.chat("hello", "abroad")
    assert answer.status == 502
    assert house.sent("vllm-singapore") == house.sent("qwen-beijing") == []


async def test_public_prose_is_labelled_and_formatted_answers_are_not(house):
    public = {"audience": "public"}
    loud = await house.chat("你好", "home", isthmus=public)
    assert loud.status == 451, "no filing is known for this model"
    filed = house.config.read_text(encoding="utf-8").replace("model: m-home,", "model: m-home, model_filed: true,")
    house.config.write_text(filed, encoding="utf-8")
    await house.gateway.close()
    from isthmus.gateway import build

    house.gateway = await build(str(house.config))
    for stream in (False, True):
        answer = await house.chat("你好", "home", isthmus=public, stream=stream)
        if answer.status == 451:
            pytest.fail(answer.json["error"]["message"])
        assert answer.text.startswith("【AI生成】")
        assert answer.headers["x-isthmus-label"] == "ai-generated"
    formatted = await house.chat(
        "你好", "home", isthmus={**public, "decision": True}, response_format={"type": "json_object"}
    )
    assert not formatted.text.startswith("【AI生成】")
    assert msgspec.json.decode(formatted.text)
    assert formatted.json["isthmus"]["duties"] == ["display_label"]


async def test_the_decision_on_request_rests_on_facts_that_decide_the_same_again(house):
    answer = await house.chat(LETTER, "abroad", isthmus={"decision": True})
    field = answer.json["isthmus"]
    assert field["ledger_id"] == answer.headers["x-isthmus-ledger-id"]
    entries = await house.entries()
    made = [entry["content"] for entry in entries if entry["kind"] == "decision.made"]
    for each in made:
        facts, decision = read_facts(each["facts"]), each["decision"]
        again = decide(house.gateway._catalogues.rulebook, facts)
        assert msgspec.json.encode(again, order="deterministic").decode() == decision
    assert field["decision"]["facts"] in {msgspec.json.decode(each["decision"])["facts"] for each in made}


async def test_persons_are_counted_once_and_before_they_leave(house):
    first = await house.chat(LETTER, "abroad", isthmus={"decision": True})
    again = await house.chat(LETTER, "abroad", isthmus={"decision": True})
    counts = [
        {row["category"]: (row["before"], row["after"]) for row in each.json["isthmus"]["counts"]}
        for each in (first, again)
    ]
    assert counts[0]["sensitive"] == (0, 1)
    assert counts[1]["sensitive"] == (1, 1)


async def test_what_a_caller_attests_counts_and_is_recorded_with_who_said_it(house):
    denied = await house.chat("hello", "abroad", isthmus={"persons": 3})
    assert denied.status == 403
    answer = await house.chat(LETTER, "abroad", key="attesting", isthmus={"persons": 3, "decision": True})
    assert answer.status == 200, answer.json
    assert sum(row["after"] for row in answer.json["isthmus"]["counts"]) >= 3
    entries = await house.entries()
    opened = next(entry["content"] for entry in entries if entry["kind"] == "send.opened")
    assert opened["attested"] == {"persons": 3}
    assert opened["attested_by"] == "attesting"


async def test_a_client_that_leaves_before_the_first_event_closes_the_far_socket(house):
    house.ecosystems.fail("mistral-frankfurt", "slow")
    task = asyncio.ensure_future(house.chat("hello", "abroad", stream=True))
    await house.until_sent("mistral-frankfurt")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(house.ecosystems.until_left("mistral-frankfurt"), 5)
    entries = await house.entries()
    assert [entry["content"]["outcome"] for entry in entries if entry["kind"] == "send.closed"] == ["client_left"]


async def test_a_client_that_leaves_in_mid_stream_ends_the_send(house):
    body = {"model": "abroad", "stream": True, "messages": [{"role": "user", "content": "hello " * 50}]}
    request = HttpRequest(
        method="POST",
        path="/v1/chat/completions",
        query="",
        headers={"authorization": f"Bearer {house.keys['app']}"},
        body=msgspec.json.encode(body),
    )
    answer = await house.gateway.handle(request, at=now())
    await anext(aiter(answer.body))
    await answer.body.aclose()
    await asyncio.wait_for(house.ecosystems.until_left("mistral-frankfurt"), 5)
    entries = await house.entries()
    assert [entry["content"]["outcome"] for entry in entries if entry["kind"] == "send.closed"] == ["client_left"]


async def test_an_act_on_record_is_taken_without_a_restart(house):
    from isthmus.config import read_config
    from isthmus.store import NewRow, append_registry, open_store

    assert (await house.chat(LETTER, "elsewhere")).status == 451
    acts = [
        {
            "id": f"n-{kind}",
            "kind": kind,
            "entity": "sh",
            "recipient": "nobody",
            "valid_from": "2026-01-01",
            "filed_on": "2026-01-05",
        }
        for kind in ("standard_contract", "impact_assessment", "notice")
    ]
    store = open_store(read_config(house.config).store_url())
    append_registry(store, [NewRow(what="act", id=act["id"], content=act) for act in acts], at=now(), by="tester")
    store.close()
    snapshot = house.gateway.ready()["snapshot"]
    await house.until(lambda: house.gateway.ready()["snapshot"] != snapshot)
    assert (await house.chat(LETTER, "elsewhere")).status == 200
    assert house.sent("vllm-singapore")


async def test_readiness_tells_where_checkpoints_cannot_be_kept(house):
    """Calls go on, and so does the evidence."""
    from isthmus.gateway import build

    await house.gateway.close()
    often = house.config.read_text(encoding="utf-8").replace("store: {", "store: {checkpoint_every_s: 0.05, ")
    house.config.write_text(often, encoding="utf-8")
    house.gateway = await build(str(house.config))
    assert house.gateway.ready()["checkpoints"] == "kept"
    folder, away = house.folder / "checkpoints", house.folder / "away"
    folder.rename(away)
    folder.write_text("in the way", encoding="utf-8")
    assert (await house.chat("hello", "home")).status == 200
    await house.until(lambda: house.gateway.ready()["checkpoints"] != "kept")
    assert house.gateway.ready()["ready"]
    folder.unlink()
    away.rename(folder)


async def test_models_are_those_of_the_key(house):
    every = await house.ask(b"", path="/v1/models", method="GET")
    narrow = await house.ask(b"", path="/v1/models", method="GET", key="narrow")
    assert {row["id"] for row in every.json["data"]} == {
        "auto",
        "house",
        "both",
        "home",
        "home-dear",
        "abroad",
        "elsewhere",
    }
    assert [row["id"] for row in narrow.json["data"]] == ["home"]


async def test_the_ledger_says_when_new_acts_began_to_hold(house):
    from isthmus.config import read_config
    from isthmus.store import NewRow, append_registry, open_store

    snapshot = house.gateway.ready()["snapshot"]
    act = {"id": "late", "kind": "notice", "entity": "sh", "recipient": "nobody", "valid_from": "2026-01-01"}
    store = open_store(read_config(house.config).store_url())
    append_registry(store, [NewRow(what="act", id="late", content=act)], at=now(), by="Li Wen")
    store.close()
    await house.until(lambda: house.gateway.ready()["snapshot"] != snapshot)
    entries = await house.entries()
    [applied] = [entry["content"] for entry in entries if entry["kind"] == "registry.applied"]
    assert applied["by"] == "Li Wen"
    assert [(row["what"], row["id"]) for row in applied["rows"]] == [("act", "late")]
