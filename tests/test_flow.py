"""A live call as facts: every country's law sees the persons in it, and what nobody said stays unknown."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from isthmus.catalogues import JURISDICTIONS
from isthmus.config import Entity, read_config
from isthmus.decision import Decision, Regime
from isthmus.exchange import Caller, Scan, Slot
from isthmus.facts import Facts
from isthmus.flow import facts_of
from isthmus.registry.declared import declare
from isthmus.registry.deployments import Deployed
from isthmus.steps.decide import decide, load_rulebook
from isthmus.steps.scan import load_scanner, scan

BOOK = load_rulebook(JURISDICTIONS, today="2026-11-23")
ON = "2026-11-23"
MAIL = "Please answer hannelore.weber@example.com on +4915112345678."
# Every pack with a body of law on transfers, by the place that its own exporters are in.
PLACES = sorted(
    regime.row.jurisdiction for regime in BOOK.regimes if regime.id.endswith(".transfer") and regime.home
)  # fmt: skip
CONFIG = """
entities: [{id: e, name: E, jurisdiction: cn, secret: file:secret}]
deployments:
  - {id: d, provider: self_hosted, endpoint: vllm, model: m, base_url: "http://127.0.0.1:9/v1", recipient: r,
     hosted_in: [PLACE], accessible_from: [], operator_country: PLACE, owner_country: PLACE, trains_on_inputs: false}
"""


@cache
def scanned(text: str) -> Scan:
    scanner = load_scanner(JURISDICTIONS, terms={})
    return scan(scanner, (Slot(pointer="/messages/0/content", text=text, role="user"),))


def deployment(folder: Path, place: str) -> Deployed:
    (folder / "isthmus.yaml").write_text(CONFIG.replace("PLACE", place), encoding="utf-8")
    (folder / "secret").write_text("5" * 64, encoding="utf-8")
    return declare(read_config(folder / "isthmus.yaml")).deployments["d"]


def facts(folder: Path, home: str, place: str, text: str = MAIL, *, us_person: bool | None = None, **who: Any) -> Facts:
    return facts_of(
        on=ON,
        entity=Entity(id="e", name="E", jurisdiction=home, secret="env:X", us_person=us_person),
        target=deployment(folder, place),
        caller=Caller(key_id="k", entity="e", team="", **who),
        purpose=None,
        acts=(),
        scan=scanned(text),
    )


def regime(decision: Decision, name: str) -> Regime:
    return next(one for one in decision.regimes if one.id == name)


def test_there_are_as_many_places_as_packs_with_such_a_law():
    """None is left out by accident: the Union's countries share one."""
    assert len(PLACES) >= 25
    assert {"sg", "hk", "jp", "br", "gb"} <= set(PLACES)


@pytest.mark.parametrize("home", [*PLACES, "de"])
def test_persons_found_in_a_call_are_seen_by_the_law_of_the_place(tmp_path: Path, home: str):
    """A person's mail address on its way abroad is a transfer; at home, or without a person, it is none."""
    law = "eu.transfer" if home == "de" else f"{home}.transfer"
    abroad = "br" if home == "us" else "us"
    sent = regime(decide(BOOK, facts(tmp_path, home, abroad)), law)
    assert sent.mechanism not in {"not_a_transfer", "not_applicable"}, "a law not yet in force says so"
    assert regime(decide(BOOK, facts(tmp_path, home, home)), law).mechanism == "not_a_transfer"
    assert regime(decide(BOOK, facts(tmp_path, home, abroad, "Which colour is the sky?")), law).mechanism in {
        "not_a_transfer", "not_applicable"
    }  # fmt: skip


def test_contact_data_alone_are_no_covered_identifiers(tmp_path: Path):
    """28 CFR 202.212(b): names, mail and telephone, whoever receives them; with another listed identifier they are."""
    classes = {name for item in facts(tmp_path, "us", "cn").data for name in item.classes or ()}
    assert "us.contact" in classes
    assert "us.covered_identifier" not in classes
    assert regime(decide(BOOK, facts(tmp_path, "us", "cn")), "us.bulk").mechanism == "not_covered"


def test_sensitive_persons_without_a_category_are_open_under_the_bulk_data_rule(tmp_path: Path):
    """Neither the strictest category nor none: the decision says what each would lead to."""
    stated = {"persons_sensitive": 200}
    found = decide(BOOK, facts(tmp_path, "us", "cn", "Hello.", attested=stated))
    bulk = regime(found, "us.bulk")
    assert not found.release
    assert bulk.mechanism == "human_review"
    outcomes = next(fact.outcomes for fact in bulk.open_facts if fact.fact.endswith(".classes"))
    assert outcomes['["us.genomic"]'] == "deny prohibited"
    assert outcomes['["us.health"]'] == "allow not_covered"


def test_sensitive_persons_with_a_category_are_decided_by_it(tmp_path: Path):
    """200 persons' health data are under the threshold, 200 genomes over it."""
    health = {"persons_sensitive": 200, "persons_by_category": {"health": 200}}
    genomes = {"persons_sensitive": 200, "persons_by_category": {"genomic": 200}}
    assert decide(BOOK, facts(tmp_path, "us", "cn", "Hello.", attested=health)).release
    found = decide(BOOK, facts(tmp_path, "us", "cn", "Hello.", attested=genomes))
    assert regime(found, "us.bulk").mechanism == "prohibited"


@pytest.mark.parametrize(
    ("stated", "mechanism"), [("persons", "exempt"), ("persons_sensitive", "standard_contract_or_certification")]
)
def test_persons_that_a_mainland_caller_states_are_decided_on(tmp_path: Path, stated: str, mechanism: str):
    """Though nothing was found in the text."""
    found = regime(decide(BOOK, facts(tmp_path, "cn", "us", "你好", attested={stated: 1})), "cn.export")
    assert (found.mechanism, found.release) == (mechanism, False)


@pytest.mark.parametrize("fact", ["origin", "audience", "subjects", "transaction"])
def test_a_fact_that_a_key_registers_without_a_default_is_unknown(tmp_path: Path, fact: str):
    """It is not the schema's own default: that is for keys that do not register it."""
    known, unknown = facts(tmp_path, "cn", "us"), facts(tmp_path, "cn", "us", chosen={fact: "unknown"})
    read = {
        "origin": lambda each: each.data[0].origin,
        "audience": lambda each: each.service.audience,
        "subjects": lambda each: each.data[0].subjects,
        "transaction": lambda each: each.us.kind,
    }[fact]
    assert read(known) is not None
    assert read(unknown) is None
