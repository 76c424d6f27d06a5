"""Canonical bytes: sorted, whole numbers only, the sequence number last."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import LedgerError
from isthmus.steps.record.canonical import numbered
from isthmus.steps.record.entries import Entry, send_opened, unnumbered_bytes

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def bytes_of(content: dict[str, Any], seq: int = 7) -> bytes:
    return numbered(unnumbered_bytes(Entry(kind="k", at="2026-01-01T00:00:00.000Z", content=content)), seq)


@given(st.dictionaries(TEXT, VALUES, max_size=4), st.integers(0, 2**62))
def test_an_entry_has_one_form(content: dict[str, Any], seq: int):
    """What is written equals a sorted re-encoding of what is read, whatever the order it was built in."""
    data = bytes_of(content, seq)
    decoded = json.loads(data)
    assert decoded["seq"] == seq
    assert decoded["content"] == content
    assert data == bytes_of(dict(reversed(content.items())), seq)
    assert list(decoded) == sorted(decoded)


@pytest.mark.parametrize("bad", [1.5, [{"a": 0.1}], "\ud800", {1, object()}, {("a",): 1}])
def test_what_has_no_canonical_form_is_refused(bad: Any):
    """Floats, lone surrogates and foreign objects never reach the log."""
    with pytest.raises(LedgerError):
        bytes_of({"value": bad})


def test_money_is_a_decimal_string():
    """A decimal keeps its digits."""
    assert b'"cost":"0.10"' in bytes_of({"cost": Decimal("0.10")})


def test_a_later_change_of_the_content_changes_nothing():
    """An entry is what it was when it was appended."""
    content: dict[str, Any] = {"a": [1]}
    data = unnumbered_bytes(send_opened(at="x", call="c", send="s", content=content))
    content["a"].append(2)
    assert b'"a":[1]' in data
