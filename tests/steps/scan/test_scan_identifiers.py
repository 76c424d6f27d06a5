"""Every identifier file finds its own examples, exactly, and nothing in its counter-examples."""

from __future__ import annotations

from pathlib import Path

import pytest

import isthmus
from isthmus.errors import CatalogError
from isthmus.steps.scan import load_scanner, scan_text
from isthmus.steps.scan.identifiers import Example, Identifier, read_catalogue

ROOT = Path(isthmus.__file__).parent / "jurisdictions"
CATALOGUE = read_catalogue(ROOT)
SCANNER = load_scanner(ROOT, terms={})
CASES = [(row, example) for row in CATALOGUE.identifiers if row.patterns for example in row.examples]


@pytest.mark.parametrize(("row", "example"), CASES, ids=[f"{r.id}-{r.examples.index(e)}" for r, e in CASES])
def test_an_example_gives_exactly_its_findings(row: Identifier, example: Example):
    found = [f for f in scan_text(SCANNER, example.text).findings if f.kind == row.id]
    assert tuple(f.surface for f in found) == example.finds
    for finding in found:
        part = finding.parts[0]
        assert example.text[part.start : part.end] == finding.surface
        assert example.strength in (None, finding.strength)


@pytest.mark.parametrize("row", CATALOGUE.identifiers, ids=lambda row: row.id)
def test_a_file_has_examples_of_both_sorts_and_a_source(row: Identifier):
    assert any(example.finds for example in row.examples)
    assert any(not example.finds for example in row.examples)
    assert row.source
    assert row.word.en.isascii()
    assert SCANNER.words[row.id] == {"en": row.word.en, "zh": row.word.zh}


def test_a_pattern_that_is_no_pattern_is_named(tmp_path: Path):
    folder = tmp_path / "xx" / "identifiers"
    folder.mkdir(parents=True)
    row = "id: xx.bad\nname: {en: a, zh: b}\nword: {en: A, zh: B}\npatterns: [{match: '(?<!a)b'}]\nsource: none\n"
    (folder / "bad.yaml").write_text(row, encoding="utf-8")
    with pytest.raises(CatalogError, match=r"xx\.bad"):
        load_scanner(tmp_path, terms={})
    (folder / "bad.yaml").write_text(row.replace("(?<!a)b", "b") + "check: nothing\n", encoding="utf-8")
    with pytest.raises(CatalogError, match="nothing"):
        load_scanner(tmp_path, terms={})


def test_a_class_of_an_unknown_kind_is_refused(tmp_path: Path):
    (tmp_path / "xx" / "identifiers").mkdir(parents=True)
    (tmp_path / "xx" / "classes").mkdir()
    (tmp_path / "xx" / "identifiers" / "a.yaml").write_text(
        "id: xx.a\nname: {en: a, zh: b}\nword: {en: A, zh: B}\npatterns: [{match: b}]\nsource: none\n", encoding="utf-8"
    )
    (tmp_path / "xx" / "classes" / "c.yaml").write_text(
        "id: xx.c\nsource: s\nverified_at: '2026-01-01'\nrows: [{kind: xx.b, class: xx.personal, article: '1'}]\n",
        encoding="utf-8",
    )
    with pytest.raises(CatalogError, match=r"c\.yaml:4"):
        load_scanner(tmp_path, terms={})
