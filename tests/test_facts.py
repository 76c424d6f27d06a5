"""The facts: closed, null is unknown, absent is what the schema says, and JSON gives back what it was."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from isthmus.facts import Counts, Evidence, Facts, Recipient, read_facts

REQUIRED: dict[str, Any] = {
    "on": "2026-11-25",
    "exporter": {"jurisdiction": "cn"},
    "recipient": {"hosted_in": ["de"]},
    "data": [{"classes": ["cn.personal"], "persons": 3}],
}


def facts(**changes: Any) -> Facts:
    """Facts with only what is required, and changes."""
    return read_facts(msgspec.json.encode({**REQUIRED, **changes}))


@pytest.mark.parametrize("name", list(REQUIRED))
def test_a_required_fact_may_not_be_absent(name: str) -> None:
    without = {key: value for key, value in REQUIRED.items() if key != name}
    with pytest.raises(msgspec.ValidationError, match=f"missing required field `{name}`"):
        read_facts(msgspec.json.encode(without))


def test_absent_is_the_default_and_null_is_unknown() -> None:
    assert facts().exporter.ciio is False
    assert facts(exporter={"jurisdiction": "cn", "ciio": None}).exporter.ciio is None
    assert facts().recipient.trains_on_inputs is None
    assert facts(evidence={"notice": None}).evidence == Evidence(notice=None)
    assert facts(recipient={"hosted_in": None}).recipient.hosted_in is None
    assert facts(counts={"general_before": None}).counts.general_before is None


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"exporter": {"jurisdiction": "CN"}}, r"\$\.exporter\.jurisdiction"),
        ({"on": "25.11.2026"}, r"\$\.on"),
        ({"data": [{"persons": -1}]}, r"\$\.data\[0\]\.persons"),
        ({"evidence": {"notices": True}}, r"\$\.evidence"),
        ({"purpose": {"basis": "interest"}}, r"\$\.purpose\.basis"),
        ({"weather": "fine"}, "weather"),
        ({"instruments": [{"kind": "handshake"}]}, r"\$\.instruments\[0\]\.kind"),
        ({"recipient": {"hosted_in": ["de"], "owner_rule_percent": 120}}, r"\$\.recipient\.owner_rule_percent"),
    ],
)
def test_what_is_outside_the_schema_is_named_by_its_path(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=where):
        facts(**changes)


def test_nothing_favourable_holds_by_default() -> None:
    """Whatever a rule could take as a ground is false or unknown until someone states it."""
    bare = facts()
    assert not any(getattr(bare.evidence, name) for name in Evidence.__struct_fields__)
    assert bare.instruments == ()
    assert bare.purpose.basis is None
    limbs = ("contract_with_individual", "hr_necessary", "labour_rules", "collective_contract", "emergency")
    assert not any(getattr(bare.purpose, limb) for limb in limbs)
    assert bare.service.model_filed is None
    assert bare.service.application_registered is False


def test_encoding_gives_the_same_facts_back() -> None:
    value = facts(
        counts={"general_before": 99_999, "us_new": {"us.health": 2}},
        recipient={"hosted_in": ["us"], "owner_country": "us", "blocked_regions": ["cn", "hk"]},
        evidence={"notice": True, "separate_consent": None},
    )
    assert read_facts(msgspec.json.encode(value)) == value
    assert value.counts == Counts(general_before=99_999, us_new={"us.health": 2})
    assert value.recipient == Recipient(hosted_in=("us",), owner_country="us", blocked_regions=("cn", "hk"))
