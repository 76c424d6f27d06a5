"""Every invariant holds over its whole space, and its planted defect gives facts that the engine confirms."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import isthmus
from isthmus.errors import CatalogError
from isthmus.steps.decide import decide
from isthmus.steps.decide.loading import compiled, read_sources
from isthmus.steps.decide.paths import members
from isthmus.steps.decide.proof import Invariant, planted, prove, read_invariants
from isthmus.steps.decide.proof.invariants import Defect
from isthmus.steps.decide.proof.proving import breaks

ROOT = Path(isthmus.__file__).parent / "jurisdictions"
SOURCES = read_sources(ROOT)
TODAY = "2026-11-23"
BOOK = compiled(SOURCES, TODAY)
INVARIANTS = read_invariants(ROOT)


def test_there_are_enough_of_them():
    """At least 25, over the mainland, the United States, the Union, the United Kingdom, Hong Kong and Asia."""
    assert len(INVARIANTS) >= 25
    assert {"cn", "us", "eu", "gb", "hk", "sg", "jp", "kr", "vn", "in"} <= {one.id.split(".")[0] for one in INVARIANTS}


@pytest.mark.parametrize("one", INVARIANTS, ids=lambda one: one.id)
def test_an_invariant_holds(one: Invariant):
    """Over every combination; what is left out is read by no rule of the regime."""
    proof = prove(BOOK, one)
    assert proof.holds, msgspec.json.encode(proof.example)
    regime = next(regime for regime in BOOK.regimes if regime.id == one.regime)
    assert regime.reads.union(*(rule.reads for rule in regime.rules)).isdisjoint(proof.left_out)
    assert set(proof.left_out) < set(members())
    assert proof.combinations > 1


@pytest.mark.parametrize("one", INVARIANTS, ids=lambda one: one.id)
def test_a_planted_defect_is_noticed(one: Invariant):
    """The counter-example breaks the invariant in the engine with the defect, and not in the engine without it."""
    defective = planted(SOURCES, one.defect, TODAY)
    proof = prove(defective, one)
    assert not proof.holds
    assert proof.confirmed
    assert proof.example is not None
    assert breaks(decide(defective, proof.example), one)
    assert not breaks(decide(BOOK, proof.example), one)


def test_a_counter_example_says_no_more_than_it_must():
    """One item of the class to a place abroad, and nothing of the many other facts."""
    one = next(one for one in INVARIANTS if one.id == "cn.proof.state-secrets-stay")
    proof = prove(planted(SOURCES, one.defect, TODAY), one)
    stated = msgspec.json.decode(msgspec.json.encode(proof.example))
    assert stated["data"] == [{"classes": ["cn.state_secret"]}]
    assert {name for name, group in stated.items() if group} == {"on", "exporter", "recipient", "data"}


def changed(one: Invariant, **members: object) -> Invariant:
    """An invariant with members changed."""
    return msgspec.structs.replace(one, **members)


def test_what_cannot_be_proved_is_an_error():
    """No such regime, a fact that has words of its own, a defect of nothing."""
    one = INVARIANTS[0]
    with pytest.raises(CatalogError, match="no regime"):
        prove(BOOK, changed(one, regime="cn.nowhere"))
    with pytest.raises(CatalogError, match="knows no variables"):
        prove(BOOK, changed(one, never={"fact": "item.persons", "at_least": "3"}))
    with pytest.raises(CatalogError, match="no definition"):
        prove(BOOK, changed(one, never={"defined": "cn.nothing"}))
    with pytest.raises(CatalogError, match="no defect can be planted"):
        planted(SOURCES, Defect(drop=("cn.no.rule",)), TODAY)


def test_files_of_invariants_are_checked(tmp_path: Path):
    """A name twice and more than one outcome are errors with their line."""
    text = (ROOT / "tw" / "invariants.yaml").read_text(encoding="utf-8")
    (tmp_path / "tw").mkdir()
    file = tmp_path / "tw" / "invariants.yaml"
    file.write_text(text + text.removeprefix("invariants:\n"), encoding="utf-8")
    with pytest.raises(CatalogError, match="stands twice"):
        read_invariants(tmp_path)
    file.write_text(text.replace("leaves: true", "leaves: true\n    lacks: a_duty"), encoding="utf-8")
    with pytest.raises(CatalogError, match="needs one outcome"):
        read_invariants(tmp_path)
