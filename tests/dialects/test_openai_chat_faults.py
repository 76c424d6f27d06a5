"""Errors in the form of Chat Completions, as OpenAI's own SDK understands them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai._streaming import SSEDecoder
from openai.types import Model

from isthmus.decision import Citation, Decision, OpenFact, Reason, Regime, Remedy
from isthmus.dialects.openai_chat import error_body, error_event, models_body, rejection_message
from isthmus.errors import (
    IsthmusError,
    LedgerError,
    MalformedError,
    NotFoundError,
    OverBudgetError,
    RefusedError,
    RejectedError,
    UnauthorisedError,
    UpstreamTimeoutError,
)

REGIME = Regime(
    id="cn.export",
    mechanism="standard_contract_or_certification",
    verdict="deny",
    release=False,
    reasons=(
        Reason(
            rule="cn.cbdf.8-1",
            citation=Citation(instrument="CBDF", article="Article 8"),
            pack="cn@1",
            gist_en="a standard contract is needed",
            gist_zh="应当订立标准合同",
        ),
    ),
    remedies=(
        Remedy(id="b", text_en="mask them", text_zh="脱敏", cost=4),
        Remedy(id="a", text_en="record a contract", text_zh="登记合同", cost=1),
    ),
    open_facts=(OpenFact(fact="exporter.ciio"),),
)
ALLOWED = Regime(id="us.bulk", mechanism="not_covered", verdict="allow", release=True)
DECISION = Decision(verdict="deny", release=False, on="2026-11-25", regimes=(ALLOWED, REGIME), facts="ab12")
REFUSED = RefusedError("the law does not let this call go", decisions=(("far-1", DECISION),), lawful=("home-1",))


def body(error: IsthmusError, **more: Any) -> Any:
    return json.loads(error_body(error, call_id="0199", **more))


def test_a_refusal_lists_reasons_remedies_lawful_deployments_and_the_way_to_the_evidence():
    found = body(REFUSED, ledger_id="17")
    assert found["error"]["type"] == found["error"]["code"] == "refused_by_law"
    assert found["error"]["message"] == (
        "the law does not let this call go: CBDF Article 8: a standard contract is needed"
    )
    own = found["isthmus"]
    assert own["call"] == "0199"
    assert own["ledger_id"] == "17"
    assert own["lawful"] == ["home-1"]
    decision = own["decisions"][0]
    assert decision["deployment"] == "far-1"
    assert decision["verdict"] == "deny"
    assert decision["on"] == "2026-11-25"
    assert [(r["rule"], r["article"], r["gist"]["zh"]) for r in decision["reasons"]] == [
        ("cn.cbdf.8-1", "Article 8", "应当订立标准合同")
    ]
    assert [r["text"]["zh"] for r in decision["remedies"]] == ["登记合同", "脱敏"]
    assert decision["open_facts"] == ["exporter.ciio"]


def test_a_refusal_speaks_chinese_where_asked():
    assert body(REFUSED, lang="zh")["error"]["message"].endswith("CBDF Article 8：应当订立标准合同")


def test_a_refusal_without_a_reason_still_says_no():
    assert body(RefusedError("no"))["error"]["message"] == "no"
    assert body(RefusedError("no", decisions=(DECISION,)))["isthmus"]["decisions"][0]["facts"] == "ab12"


KINDS: list[tuple[IsthmusError, str, str | None]] = [
    (MalformedError("wrong", where="/messages"), "invalid_request_error", "/messages"),
    (UnauthorisedError("no key"), "authentication_error", None),
    (NotFoundError("no such model", where="/model"), "invalid_request_error", "/model"),
    (OverBudgetError("used up"), "rate_limit_error", None),
    (UpstreamTimeoutError("slow", where="x"), "timeout_error", None),
    (LedgerError("no evidence"), "api_error", None),
    (RejectedError("rejected", upstream_status=400), "invalid_request_error", None),
    (RejectedError("rejected", upstream_status=429), "rate_limit_error", None),
    (RejectedError("rejected", upstream_status=500), "api_error", None),
]


@pytest.mark.parametrize(("error", "kind", "param"), KINDS)
def test_each_error_has_the_type_that_clients_know(error: IsthmusError, kind: str, param: str | None):
    found = body(error)["error"]
    assert (found["type"], found["param"], found["code"]) == (kind, param, error.code)
    assert error.message in found["message"]


def test_a_remedy_is_part_of_the_error():
    found = body(MalformedError("wrong", remedy="do this"))
    assert found["error"]["message"] == "wrong; do this"
    assert found["isthmus"]["remedy"] == "do this"


SAID = [
    (b'{"error":{"message":"of 13900001111","code":"context_length_exceeded","type":"x y","param":"messages"}}',
     {"code": "context_length_exceeded", "param": "messages"}, "of 13900001111"),
    (b'{"code":40001,"message":"bad"}', {"code": "40001"}, "bad"),
    (b'{"error":"plain"}', {}, "plain"),
    (b"<html>", {}, ""),
    (b"[1]", {}, ""),
    (b"", {}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("data", "words", "message"), SAID)
def test_of_a_rejection_only_words_for_programs_are_shown_unasked(data: bytes, words: dict[str, str], message: str):
    error = RejectedError("the deployment rejected it", upstream_status=400, body=data)
    shown = body(error)["isthmus"]["upstream"]
    assert shown.pop("kind") == ("context" if b"context" in data else "invalid")
    assert shown == {"status": 400, **words}
    assert b"1390000" not in error_body(error, call_id="")
    assert rejection_message(data) == message


def test_an_error_in_mid_stream_is_one_event():
    events = list(SSEDecoder().iter_bytes(iter([error_event(REFUSED, call_id="0199")])))
    assert [json.loads(event.data)["error"]["code"] for event in events] == ["refused_by_law"]


def test_the_list_of_models_is_in_the_form_of_the_sdk():
    found = json.loads(models_body([{"id": "auto"}, {"id": "m", "owned_by": "p", "created": 5, "isthmus": {"x": 1}}]))
    assert found["object"] == "list"
    models = [Model.model_validate(row) for row in found["data"]]
    assert [(model.id, model.owned_by, model.created) for model in models] == [("auto", "isthmus", 0), ("m", "p", 5)]
