"""The prover's model and the engine say the same: of facts at random, and not of a model that is wrong."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

import isthmus
from isthmus.facts import Facts
from isthmus.steps.decide.loading import compiled, read_sources
from isthmus.steps.decide.proof import planted, read_invariants
from isthmus.steps.decide.proof.agreement import Agreement
from isthmus.steps.decide.proof.sampling import Sampler

ROOT = Path(isthmus.__file__).parent / "jurisdictions"
SOURCES = read_sources(ROOT)
TODAY = "2026-11-23"
DRAWN = 400


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    """The packaged rules with their models, each made when it is first asked for."""
    return Agreement(compiled(SOURCES, TODAY))


def test_model_and_engine_decide_alike(agreement: Agreement):
    """Facts at random, each item under each regime that can speak, and the release; `make prove` draws 100,000."""
    sampler = Sampler(agreement.book, random.Random(20261123).choice)
    drawn = [sampler.facts() for _ in range(DRAWN)]
    assert [line for facts in drawn for line in agreement.differences(facts)] == []
    print(f"{DRAWN} random facts decided alike")


CN = {"on": TODAY, "exporter": {"jurisdiction": "cn"}, "recipient": {"hosted_in": ["us"]}, "data": []}
PERSONAL = {"classes": ["cn.personal"], "persons": 1}
EDGES: list[dict[str, Any]] = [
    CN,
    CN | {"data": [{"classes": None}]},
    CN | {"data": [PERSONAL], "counts": {"general_before": None}},
    CN | {"data": [PERSONAL | {"persons": None}]},
    CN | {"data": [PERSONAL | {"origin": "abroad"}, PERSONAL | {"origin": None}]},
    CN | {"recipient": {"hosted_in": None, "accessible_from": None}, "data": [PERSONAL]},
    CN | {"service": {"audience": "public", "algorithm_filed": False, "launched_days_ago": None, "model_filed": True}},
    CN | {"service": {"audience": "public", "algorithm_filed": None, "launched_days_ago": 15, "model_filed": True}},
    CN | {"data": [PERSONAL], "instruments": [{"kind": "standard_contract", "filed_on": "2026-11-02"}]},
    CN | {"exporter": {"jurisdiction": "cn", "us_person": True}, "data": [{"classes": ["us.health"], "persons": None}]},
]


@pytest.mark.parametrize("facts", EDGES)
def test_they_agree_where_facts_are_unknown(agreement: Agreement, facts: dict[str, Any]):
    """Unread items, unknown counts, places, deadlines, days of instruments; a flow without items."""
    assert list(agreement.differences(msgspec.convert(facts, Facts))) == []


def test_a_wrong_model_is_noticed(agreement: Agreement):
    """Against an engine with one rule less, random facts differ."""
    one = next(one for one in read_invariants(ROOT) if one.id == "cn.proof.no-export-without-notice")
    sampler = Sampler(agreement.book, random.Random(7).choice)
    engine = planted(SOURCES, one.defect, TODAY)
    assert any(list(agreement.differences(sampler.facts(), engine)) for _ in range(DRAWN))
