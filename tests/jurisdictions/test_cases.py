"""Every case of every pack is decided as its source says, and every rule has cases."""

from __future__ import annotations

from pathlib import Path

import pytest

import isthmus
from isthmus.steps.decide import load_rulebook
from isthmus.steps.decide.casebook import Case, failures, read_cases

ROOT = Path(isthmus.__file__).parent / "jurisdictions"
BOOK = load_rulebook(ROOT, today="2026-11-23")
CASES = read_cases(ROOT)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row.rule}:{case.row.name}")
def test_a_case_is_decided_as_its_source_says(case: Case):
    """The expectation was written from the provision it rests on, never from the rule."""
    assert failures(BOOK, case) == [], f"{case.where} (rests on {case.row.rests_on})"


def test_every_rule_has_cases():
    """A rule without a case is a rule nobody has looked at."""
    covered = {case.row.rule for case in CASES} | {name for case in CASES for name in case.row.expect.cites}
    assert [rule.id for rule in BOOK.rules if rule.id not in covered] == []


def test_every_case_names_a_rule_that_exists():
    """A case outlives no rule."""
    known = {rule.id for rule in BOOK.rules} | {regime.id for regime in BOOK.regimes}
    known |= {definition.id for instrument in BOOK.instruments for definition in instrument.definitions}
    assert [f"{case.where}: {case.row.rule}" for case in CASES if case.row.rule not in known] == []


def test_names_of_cases_are_distinct():
    """A failing case can be found by its name."""
    names = [(case.row.rule, case.row.name) for case in CASES]
    assert len(names) == len(set(names))
