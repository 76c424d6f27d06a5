"""Signed thinking comes back to its deployment as it was issued, whatever the client saw of it."""

from __future__ import annotations

import json

import pytest
from tests.gateway.callers import CLIENTS, LETTER, NAME, call, sent

from isthmus.dialects.conversation.opaque import WORD, Opaque, Seal, unwrap, wrap

EXAMPLE = "127.0.0.1 和 someone@example.com"


def thoughts(body) -> list[str]:
    return [
        b["thinking"] for m in body["messages"] if m["role"] == "assistant" for b in m["content"] if "thinking" in b
    ]


@pytest.mark.parametrize("stream", [False, True])
async def test_what_the_client_changes_in_the_text_does_not_matter(pairs, stream):
    client = CLIENTS["anthropic"]
    items = [client.user(f"{LETTER}{EXAMPLE}")]
    said = client.read(await call(pairs, "anthropic", "anthropic", items, stream=stream))
    thinking = next(block for block in said["content"] if block["type"] == "thinking")
    assert NAME in thinking["thinking"]
    assert thinking["signature"].startswith(WORD)
    thinking["thinking"] += " and a client that trims or adds, and mentions 13912345678"
    items += [*client.go_on(said, []), client.user("go on")]
    answer = await call(pairs, "anthropic", "anthropic", items, stream=stream)
    assert answer.status == 200, answer.body
    first, second = sent(pairs)
    [back] = thoughts(second)
    assert "13912345678" not in json.dumps(second)
    assert back in json.dumps(first, ensure_ascii=False) or back.startswith("The user speaks of")
    assert NAME not in back


async def test_at_another_deployment_it_is_left_out_by_name(pairs):
    client = CLIENTS["anthropic"]
    items = [client.user(LETTER)]
    said = client.read(await call(pairs, "anthropic", "anthropic", items))
    items += [*client.go_on(said, []), client.user("go on")]
    for out in ("openai_responses", "gemini", "openai_chat"):
        answer = await call(pairs, "anthropic", out, items)
        assert answer.status == 200, answer.body
        assert "reasoning" in answer.headers["x-isthmus-not-carried"]
    said = client.read(await call(pairs, "anthropic", "gemini", [client.user(LETTER)]))
    back = [client.user(LETTER), *client.go_on(said, []), client.user("go on")]
    answer = await call(pairs, "anthropic", "anthropic", back)
    assert answer.status == 200, answer.body
    assert answer.headers["x-isthmus-not-carried"] == "reasoning"


@pytest.mark.parametrize("way", ["openai_chat", "openai_responses", "gemini"])
async def test_state_of_another_dialect_is_left_out_within_ones_own(pairs, way):
    client = CLIENTS[way]
    said = client.read(await call(pairs, way, "anthropic", [client.user(LETTER)]))
    items = [client.user(LETTER), *client.go_on(said, []), client.user("go on")]
    answer = await call(pairs, way, way, items)
    assert answer.status == 200, answer.body
    assert answer.headers["x-isthmus-not-carried"] == "reasoning"


def test_a_seal_opens_only_what_it_closed():
    seal = Seal(key=b"k" * 32, origin="a")
    closed = seal.close(Opaque(source="anthropic", data="sig"), "text \ud83d")
    token = wrap(closed)
    assert closed.text == "text \ufffd"
    assert unwrap(token, source="gemini") == closed
    assert unwrap(token.replace("-", "+").replace("_", "/"), source="gemini") == closed
    assert seal.open(closed) == Opaque(source="anthropic", data="sig")
    assert Seal(key=b"k" * 32, origin="b").open(closed) is None
    assert Seal(key=b"l" * 32, origin="a").open(closed) is None
    forged = Opaque(source="anthropic", data="sig", text="other", origin="a", proof=closed.proof)
    assert seal.open(forged) is None
    assert unwrap(token[:-8], source="x").data == token[:-8], "what is broken stays what it is"
