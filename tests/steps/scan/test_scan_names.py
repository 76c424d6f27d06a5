"""Names and addresses in running text: the examples of their files, exact spans, any text at all."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import isthmus
from isthmus.exchange import Slot
from isthmus.steps.scan import load_scanner, people, scan, scan_text
from isthmus.steps.scan.identifiers import Example, read_catalogue

ROOT = Path(isthmus.__file__).parent / "jurisdictions"
SCANNER = load_scanner(ROOT, terms={}, prose=True)
CASES = [(row.id, e) for row in read_catalogue(ROOT).identifiers if row.finders for e in row.examples]


@pytest.mark.parametrize(("kind", "example"), CASES, ids=[f"{kind}-{n}" for n, (kind, _) in enumerate(CASES)])
def test_an_example_gives_exactly_its_findings(kind: str, example: Example):
    found = [f for f in scan_text(SCANNER, example.text).findings if f.kind == kind]
    assert tuple(f.surface for f in found) == example.finds


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("😀记者王建国报道", ["王建国"]),
        ("負責人是陳志明。", ["陳志明"]),
        ('{"contact":"\\u738b\\u5efa\\u56fd\\u8bf4"}', ["王建国"]),
        ("欧阳雪梅女士出任董事", ["欧阳雪梅"]),
        ("今天天气很好，我们去公园。", []),
        ("no Chinese here", []),
        ("\ud800王建国说", ["王建国"]),
    ],
)
def test_names_have_exact_spans(text: str, names: list[str]):
    found = [f for f in scan_text(SCANNER, text).findings if f.kind == "person"]
    assert [f.surface for f in found] == names


@settings(max_examples=80, deadline=None)
@given(text=st.text(alphabet="王建国张总经理说在的，。路号村市省12a 😀\ud800\u200b", max_size=40))
def test_no_text_breaks_the_finders(text: str):
    for finding in scan_text(SCANNER, text).findings:
        part = finding.parts[0]
        assert 0 <= part.start < part.end <= len(text)


def test_a_name_beside_an_identifier_is_no_further_person():
    slots = (Slot(pointer="/a/0", text="王建国 13800138000"), Slot(pointer="/b/0", text="请联系李志强先生"))
    counted = people(scan(SCANNER, slots).findings, {"cn.personal": "general"})
    assert (len(counted.persons), counted.unresolved) == (1, 1)


def test_another_process_may_have_it():
    copy = pickle.loads(pickle.dumps(SCANNER))
    assert scan_text(copy, "请联系王建国先生") == scan_text(SCANNER, "请联系王建国先生")
