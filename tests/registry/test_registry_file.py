"""Registry files: what people did, checked against the configuration, every problem at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from isthmus.config import read_config
from isthmus.errors import ConfigError
from isthmus.registry.acts import covers, instruments, kinds
from isthmus.registry.file import RegistryFile, read_registry
from isthmus.registry.keys import digest, new_key

CONFIG = """\
purposes: [{id: drafting}]
entities: [{id: one, name: One, jurisdiction: cn, secret: env:X}]
deployments: [{id: home, provider: deepseek, model: deepseek-flash}]
"""
HASH = digest(new_key(bytes(32)))
TEXT = f"""\
by: Li Wen
keys:
  - {{id: app, entity: one, hash: {HASH}, choices: [{{fact: purpose, values: [drafting], default: drafting}}]}}
acts:
  - id: scc
    kind: standard_contract
    entity: one
    recipient: group-de
    number: 2026-017
    valid_from: 2026-03-01
    valid_until: 2029-02-28
  - {{id: notice, kind: notice, entity: one}}
revoke: [{{what: key, id: old, reason: left the team}}]
"""


def read(folder: Path, text: str) -> RegistryFile:
    """The content of a registry file of that text."""
    (folder / "isthmus.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "registry.yaml").write_text(text, encoding="utf-8")
    return read_registry(folder / "registry.yaml", read_config(folder / "isthmus.yaml").config)


def test_a_file_gives_keys_acts_and_revocations(tmp_path: Path) -> None:
    content = read(tmp_path, TEXT)
    assert content.keys[0].choices[0].default == "drafting"
    assert content.acts[0].number == "2026-017"
    assert content.revoke[0].what == "key"
    assert read(tmp_path, TEXT) == content


def test_every_problem_is_said_at_once(tmp_path: Path) -> None:
    wrong = (
        TEXT.replace("entity: one, hash", "entity: oen, hash")
        .replace("values: [drafting], default: drafting", "values: [drafitng], default: other")
        .replace("kind: notice", "kind: notise")
        .replace("entity: one\n", "entity: two\n")
    )
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, wrong)
    said = [str(problem).split("registry.yaml:")[1] for problem in caught.value.problems]
    assert said == [
        "3: entity `oen` is not known; did you mean `one`?",
        "3: the default is not among `values`; add it",
        "3: purpose `drafitng` is not known; did you mean `drafting`?",
        "7: entity `two` is not known; known: one",
        "12: kind of act `notise` is not known; did you mean `notice`?",
    ]


def test_a_key_in_plain_text_is_not_a_hash(tmp_path: Path) -> None:
    key = new_key(bytes(range(32)))
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, TEXT.replace(HASH, key))
    assert key not in " ".join(str(problem) for problem in caught.value.problems)


def test_instruments_evidence_and_facts_of_a_service_may_be_recorded() -> None:
    assert {"standard_contract", "security_assessment", "impact_assessment", "separate_consent", "notice"} <= set(
        kinds()
    )
    assert "application_registered" in kinds()
    assert not {"audience", "model", "content", "launched_days_ago"} & set(kinds()), "an act cannot say these"


def test_an_act_that_states_an_amount_needs_it(tmp_path: Path) -> None:
    act = "  - {id: users, kind: monthly_users, entity: one, valid_from: 2026-01-01, number: NUMBER}\nrevoke:"
    assert read(tmp_path, TEXT.replace("revoke:", act.replace("NUMBER", '"1200000"'))).acts[-1].number == "1200000"
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, TEXT.replace("revoke:", act.replace("NUMBER", "many")))
    assert "`monthly_users` needs a whole number" in str(caught.value.problems[0])


def test_an_act_speaks_only_for_its_flow_and_days(tmp_path: Path) -> None:
    contract, notice = read(tmp_path, TEXT).acts
    flow = {"entity": "one", "recipient": "group-de", "purpose": "drafting", "model": "m"}
    assert [covers(contract, **flow, on=day) for day in ("2026-02-28", "2026-03-01", "2029-02-28", "2029-03-01")] == [
        False,
        True,
        True,
        False,
    ]
    assert not covers(contract, **{**flow, "recipient": "openai-us"}, on="2026-06-01")
    assert not covers(contract, **{**flow, "entity": "two"}, on="2026-06-01")
    assert not covers(notice, **flow, on="2026-06-01"), "an act without a first day is not yet in effect"


def test_only_instruments_become_instruments(tmp_path: Path) -> None:
    found = instruments(read(tmp_path, TEXT).acts)
    assert [(row.kind, row.number, row.recipient) for row in found] == [("standard_contract", "2026-017", "group-de")]
