"""The prover's model and the engine say the same: of facts at random, and not of a model that is wrong."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import isthmus
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


def test_a_wrong_model_is_noticed(agreement: Agreement):
    """Against an engine with one rule less, random facts differ."""
    one = next(one for one in read_invariants(ROOT) if one.id == "cn.proof.no-export-without-notice")
    sampler = Sampler(agreement.book, random.Random(7).choice)
    engine = planted(SOURCES, one.defect, TODAY)
    assert any(list(agreement.differences(sampler.facts(), engine)) for _ in range(DRAWN))
