"""Two versions of the packs decide alike only where the prover shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import isthmus
from isthmus.steps.decide.loading import compiled, read_sources
from isthmus.steps.decide.proof import planted
from isthmus.steps.decide.proof.equivalence import equivalent
from isthmus.steps.decide.proof.invariants import Defect

TODAY = "2026-11-23"
ROOT = Path(isthmus.__file__).parent / "jurisdictions"
SOURCES = tuple(one for one in read_sources(ROOT) if one.name.split("/")[0] in ("us", "jp", "common"))
BOOK = compiled(SOURCES, TODAY)
PASSIVE = {"fact": "us.passive_investment", "is": "true"}
SAME: list[dict[str, Any]] = [
    {},
    {
        "row": "us.bulk.202-228",
        "at": "when",
        "value": {"all": [PASSIVE, {"fact": "us.kind", "is": "investment"}, {"fact": "us.kind", "in": ["investment"]}]},
    },
    {"row": "jp.personal_transfer", "at": "when.all.2", "value": {"none": [{"fact": "item.form", "is": "anonymised"}]}},
]
OTHER: list[dict[str, Any]] = [
    {"drop": ["us.bulk.202-304"]},
    {"row": "us.bulk.202-228", "at": "when.all.0"},
    {"row": "us.bulk.202-401", "at": "then.needs"},
    {"row": "us.bulk.202-401", "at": "from", "value": "2025-04-09"},
    {"row": "us.bulk.202-5", "at": "exception_to", "value": ["us.bulk.202-301", "us.bulk.202-303"]},
    {"row": "us.bulk.202-302", "at": "then.mechanism", "value": "restricted"},
    {"row": "us.bulk", "at": "when.any.5.all.1.more_than", "value": "10001"},
    {"row": "jp.appi.18-training", "at": "then.duty.met.any.1"},
]


@pytest.mark.parametrize("change", SAME)
def test_what_changes_nothing_is_equivalent(change: dict[str, Any]):
    """Nothing changed, a condition that says the same, one that is implied."""
    assert equivalent(BOOK, planted(SOURCES, Defect(**change), TODAY))


@pytest.mark.parametrize("change", OTHER)
def test_what_changes_something_is_not(change: dict[str, Any]):
    """A rule, condition, need, day, exception, mechanism, threshold or duty."""
    assert not equivalent(BOOK, planted(SOURCES, Defect(**change), TODAY))
