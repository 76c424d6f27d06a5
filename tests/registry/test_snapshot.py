"""The snapshot: keys and acts as the rows left them, in order, and a version that changes with every part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from isthmus.config import read_config
from isthmus.errors import LedgerError
from isthmus.registry.declared import Declared, declare
from isthmus.registry.snapshot import Snapshot, snapshot
from isthmus.store import NewRow, RegistryRow, append_registry, open_store, registry_rows

CONFIG = """\
entities: [{id: sh, name: Shanghai, jurisdiction: cn, secret: env:X}]
deployments: [{id: home, provider: deepseek, model: deepseek-flash}]
"""
ONE, TWO = "1" * 64, "2" * 64


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Declared:
    file: Path = tmp_path_factory.mktemp("snapshot") / "isthmus.yaml"
    file.write_text(CONFIG, encoding="utf-8")
    return declare(read_config(file), secrets=False)


def row(seq: int, word: Any, name: str, /, **content: Any) -> RegistryRow:
    at = f"2026-01-01T00:00:{seq:02}.000Z"
    return RegistryRow(seq=seq, at=at, by="tester", what=word, id=name, content={"id": name, **content})


def key(seq: int, name: str, **content: Any) -> RegistryRow:
    return row(seq, "key", name, **{"entity": "sh", "hash": ONE, **content})


def act(seq: int, name: str, **content: Any) -> RegistryRow:
    return row(seq, "act", name, **{"entity": "sh", "kind": "notice", **content})


def ids(made: Snapshot) -> tuple[list[str], list[str]]:
    """The names of keys and acts that hold."""
    return sorted(each.id for each in made.keys.values()), [each.id for rows in made.acts.values() for each in rows]


def test_keys_are_found_by_their_hash_and_acts_by_their_entity(declared: Declared) -> None:
    made = snapshot(declared, [key(1, "app"), act(2, "one"), act(5, "two"), key(6, "other", hash=TWO)])
    assert {digest: each.id for digest, each in made.keys.items()} == {ONE: "app", TWO: "other"}
    assert ids(made) == (["app", "other"], ["one", "two"])
    assert made.seq == 6
    assert ids(snapshot(declared, [])) == ([], [])


def test_the_last_version_of_a_row_holds(declared: Declared) -> None:
    """A key whose secret was replaced is known by the new one alone."""
    made = snapshot(
        declared, [key(1, "app"), act(2, "n", number="1"), key(3, "app", hash=TWO), act(4, "n", number="2")]
    )
    assert {digest: each.id for digest, each in made.keys.items()} == {TWO: "app"}
    assert [each.number for each in made.acts["sh"]] == ["2"]


def test_what_is_revoked_is_gone_until_it_is_recorded_again(declared: Declared) -> None:
    """A revocation of a key leaves an act of the same name alone, and one of nothing changes nothing."""
    rows = [key(1, "app"), act(2, "app"), row(3, "revoke", "app", what="key"), row(4, "revoke", "no", what="act")]
    assert ids(snapshot(declared, rows)) == ([], ["app"])
    assert ids(snapshot(declared, [*rows, key(5, "app")])) == (["app"], ["app"])
    assert ids(snapshot(declared, [*rows, row(5, "revoke", "app", what="act")])) == ([], [])


def test_a_key_of_an_entity_that_is_not_declared_is_nobodys(declared: Declared) -> None:
    made = snapshot(declared, [key(1, "app"), key(2, "gone", entity="closed", hash=TWO)])
    assert ids(made)[0] == ["app"]
    assert [each.id for each in made.homeless] == ["gone"]


def test_the_version_changes_with_every_part_and_with_nothing_else(declared: Declared, tmp_path: Path) -> None:
    """Who recorded a row and when is no part of a decision; that a row was revoked and recorded again is."""
    rows = [key(1, "app"), act(2, "n")]
    version = snapshot(declared, rows, versions=("rules", "scanner")).version
    assert snapshot(declared, list(rows), versions=("rules", "scanner")).version == version
    (tmp_path / "isthmus.yaml").write_text(f"{CONFIG}policy: {{cost_currency: EUR}}\n", encoding="utf-8")
    other = declare(read_config(tmp_path / "isthmus.yaml"), secrets=False)
    different = {
        "rows": snapshot(declared, rows[:1], versions=("rules", "scanner")),
        "a row": snapshot(declared, [rows[0], act(2, "n", number="7")], versions=("rules", "scanner")),
        "order": snapshot(declared, [act(1, "n"), key(2, "app")], versions=("rules", "scanner")),
        "rules": snapshot(declared, rows, versions=("rules 2", "scanner")),
        "scanner": snapshot(declared, rows, versions=("rules", "scanner 2")),
        "configuration": snapshot(other, rows, versions=("rules", "scanner")),
        "revoked and back": snapshot(declared, [*rows, row(3, "revoke", "n", what="act"), act(4, "n")]),
    }
    assert len({version, *(made.version for made in different.values())}) == len(different) + 1


@pytest.mark.parametrize(
    "odd",
    [
        key(7, "app", from_the_future=1),
        key(7, "app", hash="short"),
        act(7, "n", entity=None),
        row(7, "act", "n"),
        row(7, "revoke", "n"),
        row(7, "revoke", "n", what="wish"),
    ],
)
def test_a_row_that_is_not_understood_is_named_by_its_number(declared: Declared, odd: RegistryRow) -> None:
    """Nothing that it holds is repeated."""
    with pytest.raises(LedgerError) as caught:
        snapshot(declared, [key(1, "app"), odd])
    assert str(caught.value) == "row 7 of the registry is not understood; use the version of isthmus that wrote it"


def test_rows_come_back_from_a_store_as_they_went_in(declared: Declared, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'registry.db'}")
    try:
        content = {"id": "scc", "entity": "sh", "kind": "standard_contract", "valid_from": "2026-01-01", "note": "合同"}
        append_registry(store, [NewRow(what="act", id="scc", content=content)], at="2026-01-01T00:00:00.000Z", by="t")
        made = snapshot(declared, registry_rows(store))
    finally:
        store.close()
    assert made.acts["sh"][0].note == "合同"
    assert "合同" not in repr(made)
