"""Rows of the registry only grow, and saying the same again adds nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from isthmus.store import NewRow, Store, append_registry, open_store, registry_rows

AT = "2026-03-01T00:00:00.000Z"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    found = open_store(url)
    yield found
    found.close()


def key(**content: object) -> NewRow:
    return NewRow(what="key", id="k", content={"id": "k", **content})


REVOKED = NewRow(what="revoke", id="k", content={"what": "key", "id": "k", "reason": "lost"})


def test_what_is_recorded_is_read_back_in_order(store: Store):
    """Each row has its number, who recorded it and when."""
    act = NewRow(what="act", id="a", content={"id": "a", "note": "备案"})
    added = append_registry(store, [key(team="x"), act], at=AT, by="someone")
    assert registry_rows(store) == added
    assert [(row.seq, row.at, row.by, row.what, row.id) for row in added] == [
        (1, AT, "someone", "key", "k"),
        (2, AT, "someone", "act", "a"),
    ]
    assert added[1].content == {"id": "a", "note": "备案"}


def test_applying_twice_changes_nothing(store: Store):
    """The order of members is no difference; another value is a new version beside the old one."""
    append_registry(store, [key(a=1, b=2)], at=AT, by="x")
    assert append_registry(store, [key(b=2, a=1)], at=AT, by="x") == []
    assert [row.seq for row in append_registry(store, [key(a=1, b=3)], at=AT, by="x")] == [2]
    assert [row.seq for row in append_registry(store, [key(a=1, b=2)], at=AT, by="x")] == [3]
    assert len(registry_rows(store)) == 3


def test_a_revoked_key_may_be_recorded_again(store: Store):
    """A revocation is the last word on its key until another row is; said twice it stands once."""
    append_registry(store, [key()], at=AT, by="x")
    assert len(append_registry(store, [REVOKED], at=AT, by="x")) == 1
    assert append_registry(store, [REVOKED], at=AT, by="x") == []
    assert len(append_registry(store, [key()], at=AT, by="x")) == 1
    assert [row.what for row in registry_rows(store)] == ["key", "revoke", "key"]


def test_rows_of_one_file_go_in_together_or_not_at_all(store: Store):
    """A row that cannot be written takes the others back."""
    with pytest.raises(TypeError):
        append_registry(store, [key(), key(bad=object())], at=AT, by="x")
    assert registry_rows(store) == []
