"""Reranking through the same ten steps: pseudonymised, counted, refused; at deployments that say they do it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.gateway.callers import LETTER, MOBILE, NAME, RESIDENT_ID, sent

PLANTED = (NAME, RESIDENT_ID, MOBILE)
BODY: dict[str, Any] = {"model": "ranks", "query": f"{NAME}的手机", "documents": ["nobody here", LETTER], "top_n": 2}


@pytest.fixture
async def ranking(with_deployments):
    """The house with a deployment abroad that reranks, one in Cohere's own form, and one that does neither."""
    return await with_deployments(
        ("ranks", "openai_chat", "[tools, rerank]"),
        ("ranks-only", "cohere", "[rerank]"),
        ("talks", "openai_chat", "[tools]"),
    )


@pytest.mark.parametrize("path", ["/v1/rerank", "/v2/rerank"])
@pytest.mark.parametrize("model", ["ranks", "ranks-only"])
async def test_what_is_ranked_abroad_is_pseudonymised_and_comes_back_as_places(ranking, model, path):
    answer = await ranking.ask({**BODY, "model": model}, path=path)
    assert answer.status == 200, answer.body
    assert [row["index"] for row in answer.json["results"]] == [1, 0], "the letter has the name of the query"
    assert all(set(row) == {"index", "relevance_score"} for row in answer.json["results"])
    left = sent(ranking)[-1]
    assert not any(original in json.dumps(left, ensure_ascii=False) for original in PLANTED)
    assert left["query"].partition("的")[0] in left["documents"][1], "one name has one pseudonym in query and documents"
    assert left["top_n"] == 2
    entries = await ranking.entries()
    opened = next(entry["content"] for entry in entries if entry["kind"] == "send.opened")
    assert {"cn.resident_id", "cn.mobile", "term.person"} <= set(opened["found"])
    closed = next(entry["content"] for entry in entries if entry["kind"] == "send.closed")
    assert closed["usage"]["input"]["provenance"] == "provider"


async def test_documents_may_be_objects_of_texts(ranking):
    answer = await ranking.ask({**BODY, "documents": [{"title": NAME, "text": LETTER}]}, path="/v1/rerank")
    assert answer.status == 200, answer.body
    assert not any(original in json.dumps(sent(ranking)[-1], ensure_ascii=False) for original in PLANTED)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no query": ({"query": None}, "/query"),
    "no documents": ({"documents": []}, "/documents"),
    "a number": ({"documents": ["x", 7]}, "/documents/1"),
    "documents back": ({"return_documents": True}, "/return_documents"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_bad_input_names_its_place(ranking, case):
    more, where = WRONG[case]
    answer = await ranking.ask({**BODY, **more}, path="/v1/rerank")
    assert (answer.status, answer.json["error"]["param"]) == (400, where)
    assert not sent(ranking)


async def test_who_does_not_rerank_is_not_asked_to(ranking):
    answer = await ranking.ask({**BODY, "model": "talks"}, path="/v1/rerank")
    assert (answer.status, answer.json["isthmus"]["remedy"]) == (400, "name one that states `capabilities: [rerank]`")
    answer = await ranking.ask({"model": "ranks-only", "messages": [{"role": "user", "content": "hello"}]})
    assert answer.status == 400
    assert not sent(ranking)
