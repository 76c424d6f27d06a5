"""Embeddings through the same ten steps: pseudonymised, counted, refused; each form at a deployment that speaks it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.gateway.callers import LETTER, MOBILE, NAME, RESIDENT_ID, sent

from isthmus.config import read_config
from isthmus.store import open_store, person_counts

PLANTED = (NAME, RESIDENT_ID, MOBILE)
OPENAI: dict[str, Any] = {"input": [LETTER, "nobody here"], "model": "vectors"}
CONTENT = {"parts": [{"text": LETTER}]}
# path, body, and how many vectors come back
FORMS: dict[str, tuple[str, dict[str, Any], int]] = {
    "openai": ("/v1/embeddings", OPENAI, 2),
    "gemini one": ("/v1beta/models/vectors-g:embedContent", {"content": CONTENT, "taskType": "RETRIEVAL_QUERY"}, 1),
    "gemini many": (
        "/v1/models/vectors-g:batchEmbedContents",
        {"requests": [{"model": "models/vectors-g", "content": CONTENT}] * 2},
        2,
    ),
}


@pytest.fixture
async def embedding(with_deployments):
    """The house with deployments abroad that make embeddings, and one that does nothing else."""
    return await with_deployments(
        ("vectors", "openai_chat", "[tools, embeddings]"),
        ("vectors-g", "gemini", "[embeddings]"),
        ("talks", "openai_chat", "[tools]"),
    )


def vectors(answer: Any) -> list[Any]:
    """The vectors of an answer in either form."""
    rows = answer.get("data") or answer.get("embeddings") or [answer["embedding"]]
    return [row.get("embedding") or row["values"] for row in rows]


@pytest.mark.parametrize("form", FORMS)
async def test_what_is_embedded_abroad_is_pseudonymised_and_counted(embedding, form):
    path, body, number = FORMS[form]
    answer = await embedding.ask(body, path=path)
    assert answer.status == 200, answer.body
    assert len(vectors(answer.json)) == number
    left = sent(embedding)[-1]
    assert not any(original in json.dumps(left, ensure_ascii=False) for original in PLANTED)
    assert "vectors" not in json.dumps(left), "the deployment is asked for its own model"
    assert "cn.mobile" in answer.headers["x-isthmus-edits"]
    opened = [entry["content"] for entry in await embedding.entries() if entry["kind"] == "send.opened"]
    assert {"cn.resident_id", "cn.mobile", "term.person"} <= set(opened[-1]["found"])
    store = open_store(read_config(embedding.config).store_url())
    counted = {row.scheme: row.persons for row in person_counts(store)}
    store.close()
    assert counted["cn.export"]["sensitive"] >= 1


async def test_a_name_has_one_pseudonym_in_all_texts_of_a_key(embedding):
    """So that a query finds the document: the same text gives the same vector, whatever was embedded before."""
    first = await embedding.ask({"model": "vectors", "input": NAME}, path="/v1/embeddings")
    await embedding.ask({"model": "vectors", "input": f"{MOBILE} and {NAME}"}, path="/v1/embeddings")
    again = await embedding.ask({"model": "vectors", "input": NAME}, path="/v1/embeddings")
    assert vectors(first.json) == vectors(again.json)
    bodies = [body["input"] for body in sent(embedding)]
    assert bodies[0] == bodies[2] != NAME
    assert bodies[1][-5:] == bodies[0][-5:], "the word before it is of the text's language"


@pytest.mark.parametrize("tokens", [[1, 2, 3], [[1, 2], [3]]])
async def test_tokens_are_no_text_that_could_be_read(embedding, tokens):
    """At home they pass; abroad nobody knows what they hold."""
    answer = await embedding.ask({"model": "vectors", "input": tokens}, path="/v1/embeddings")
    assert answer.status == 451
    assert not sent(embedding)


async def test_who_makes_no_embeddings_is_not_asked_for_any(embedding):
    answer = await embedding.ask({"model": "talks", "input": "hello"}, path="/v1/embeddings")
    assert (answer.status, answer.json["isthmus"]["remedy"]) == (
        400,
        "name one that states `capabilities: [embeddings]`",
    )
    answer = await embedding.ask({"model": "vectors-g", "messages": [{"role": "user", "content": "hello"}]})
    assert answer.status == 400
    assert not sent(embedding)


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/v1/embeddings", {"input": "x"}, "/model"),
        ("/v1/embeddings", {"model": "vectors"}, "/input"),
        ("/v1/embeddings", {"model": "vectors", "input": []}, "/input"),
        ("/v1/embeddings", {"model": "vectors", "input": ["x", 1]}, "/input/1"),
        ("/v1/embeddings", {"model": "vectors", "input": [[1], ["x"]]}, "/input"),
    ],
)
async def test_what_is_wrong_is_told_by_its_place(embedding, path, body, where):
    answer = await embedding.ask(body, path=path)
    assert (answer.status, answer.json["error"]["param"]) == (400, where)


@pytest.mark.parametrize("method", ["embedContent", "batchEmbedContents"])
async def test_nothing_to_embed(embedding, method):
    answer = await embedding.ask({}, path=f"/v1beta/models/vectors-g:{method}")
    assert (answer.status, answer.json["error"]["status"]) == (400, "INVALID_ARGUMENT")
