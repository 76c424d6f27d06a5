"""What is said of someone that is sensitive: which class, where, and what only uses the words."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import isthmus
from isthmus.errors import CatalogError
from isthmus.exchange import Slot
from isthmus.steps.scan import load_scanner, people, scan, scan_text
from isthmus.steps.scan.prose.sensitive_words import read_sensitive

ROOT = Path(isthmus.__file__).parent / "jurisdictions"
SCANNER = load_scanner(ROOT, terms={}, sensitive=True)
SENTENCES = Path(__file__).parent.parent.parent.parent / "bench" / "sensitive"


def said(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in scan_text(SCANNER, text).findings:
        if finding.kind.startswith("text."):
            assert text[finding.parts[0].start : finding.parts[0].end] == finding.surface
            assert finding.strength == "likely"
            found.setdefault(finding.kind, []).append(finding.surface)
    return found


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("😀患者确诊糖尿病。", {"text.health": ["糖尿病"]}),
        ("专家称糖尿病患者人数持续上升。", {}),
        ("My employee is a devout Christian.", {"text.religion": ["Christian"]}),
        ("Christian Bale won an Oscar.", {}),
        ("请保守这个秘密。The secret of a good sauce is patience.", {}),
        ("她的虹膜模板已录入。", {"text.biometric": ["虹膜"]}),
        ("Innovation is in our company's DNA.", {}),
        ("他曾因盗窃罪被判三年。", {"text.identity": ["盗窃罪"]}),
        ("借款人已逾期三期，信用卡欠款。", {"text.financial_account": ["信用卡"]}),
        ("手机定位显示她现在在朝阳公园。", {"text.whereabouts": ["定位"]}),
        ("The patient is a 4-year-old girl.", {"text.minor": ["girl"]}),
        ("My son is 31 and a pilot.", {}),
        ("diabetesx mydiabetes patient he", {}),
        ("", {}),
    ],
)
def test_what_is_said_of_someone(text: str, kinds: dict[str, list[str]]):
    found = said(text)
    assert set(kinds) <= set(found)
    assert all(set(surfaces) <= set(found[kind]) for kind, surfaces in kinds.items())
    assert kinds or not found


def test_every_class_is_measured_on_enough_sentences():
    words = read_sensitive(ROOT / "common" / "sensitive")
    kinds = {vocabulary.id.removeprefix("text.") for vocabulary in words.vocabularies}
    assert {file.stem for file in SENTENCES.glob("*.txt")} == kinds
    for kind in kinds:
        lines = (SENTENCES / f"{kind}.txt").read_text(encoding="utf-8").splitlines()
        assert {line[:2] for line in lines} == {"+ ", "- "}
        assert len(set(lines)) == len(lines)
        for mark in "+-":
            own = [line for line in lines if line[0] == mark]
            assert len(own) >= 60
            assert (
                sum(any("一" <= c <= "鿿" for c in line) for line in own) >= 30 <= sum(line.isascii() for line in own)
            )


def test_a_class_marks_and_makes_nobody():
    """A word of a class is no person, and makes those of its record more protected."""
    categories = {"cn.sensitive": "sensitive", "cn.personal": "general"}
    slots = (
        Slot(pointer="/a/0", text="患者确诊糖尿病，手机13800138000"),
        Slot(pointer="/b/0", text="手机13900139000"),
        Slot(pointer="/c/0", text="他确诊糖尿病"),
    )
    found = people(scan(SCANNER, slots).findings, categories)
    assert sorted((person.identifiers[0][1], person.category) for person in found.persons) == [
        ("13800138000", "sensitive"),
        ("13900139000", "general"),
    ]


def test_hidden_words_are_read_and_a_class_stays_beside_other_findings():
    assert "text.health" in said("患者确诊糖\u200b尿\u200b病。")
    both = scan_text(load_scanner(ROOT, terms={"project": ("糖尿病",)}, sensitive=True), "患者确诊糖尿病。")
    assert {finding.kind for finding in both.findings} == {"term.project", "text.health"}


def test_nothing_of_it_without_asking():
    plain = load_scanner(ROOT, terms={})
    assert plain.statements is None
    assert scan_text(plain, "患者确诊糖尿病。").findings == ()


def test_it_reaches_another_process():
    statements = SCANNER.statements
    assert statements is not None
    assert pickle.loads(pickle.dumps(statements)).finder.words.senses == statements.finder.words.senses


def test_a_word_that_the_engine_cannot_take_is_named(tmp_path: Path):
    for file in (ROOT / "common" / "sensitive").glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        (tmp_path / file.name).write_text(text.replace("topics:\n", "topics:\n  - ['(?<=a)b']\n"), encoding="utf-8")
    with pytest.raises(CatalogError, match=r"\(\?<=a\)b"):
        read_sensitive(tmp_path)
