"""The template is a pack: copied under a country's name it loads, and its cases hold."""

from __future__ import annotations

import shutil
from pathlib import Path

import isthmus
from isthmus.steps.decide import load_rulebook
from isthmus.steps.decide.casebook import failures, read_cases
from isthmus.steps.decide.loading import compiled, read_sources
from isthmus.steps.decide.proof import planted, prove, read_invariants

ROOT = Path(isthmus.__file__).parent / "jurisdictions"


def test_a_copy_of_the_template_is_a_country(tmp_path: Path):
    """Copy, rename, load, run its cases: nothing is registered by hand."""
    shutil.copytree(ROOT / "_template", tmp_path / "xx")
    book = load_rulebook(ROOT, today="2026-11-23", extra=(tmp_path,))
    assert {rule.id for rule in book.rules} >= {"xx.act.home", "xx.act.26"}
    cases = read_cases(tmp_path)
    assert len(cases) >= 4
    assert [failures(book, case) for case in cases] == [[] for _ in cases]


def test_its_invariant_is_proved(tmp_path: Path):
    """The invariant of the copy holds, and the defect it names is noticed."""
    shutil.copytree(ROOT / "_template", tmp_path / "xx")
    sources = read_sources(ROOT, (tmp_path,))
    (one,) = read_invariants(tmp_path)
    assert prove(compiled(sources, "2026-11-23"), one).holds
    assert prove(planted(sources, one.defect, "2026-11-23"), one).confirmed


def test_the_template_itself_is_not_loaded():
    """A folder that begins with an underscore is no pack."""
    assert not any(rule.id.startswith("xx.") for rule in load_rulebook(ROOT, today="2026-11-23").rules)
