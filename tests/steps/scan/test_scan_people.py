"""Who is counted: records, repeated kinds, merged identifiers, names without any."""

from __future__ import annotations

from pathlib import Path

import pytest

import isthmus
from isthmus.exchange import Slot
from isthmus.steps.scan import load_scanner, people, scan

SCANNER = load_scanner(Path(isthmus.__file__).parent / "jurisdictions", terms={"person": ("张伟", "李娜")})
EXPORT = {"cn.sensitive": "sensitive", "cn.personal": "general"}
ID = "11010519491231002X"


@pytest.mark.parametrize(
    ("texts", "categories", "unresolved"),
    [
        (["张伟 13800138000 a@b.com"], ["general"], 0),
        ([f"张伟 {ID} 13800138000"], ["sensitive"], 0),
        (["13800138000, 13900139000"], ["general", "general"], 0),
        (["13800138000, 13900139000, a@b.com"], ["general"] * 3, 0),
        (["13800138000", "+86 138 0013 8000"], ["general"], 0),
        ([f"13800138000 {ID}", "13800138000 a@b.com"], ["sensitive"], 0),
        (["张伟和李娜", "李娜"], [], 2),
        (["91350100M000100Y43"], [], 0),
        (["订单110105194912310021"], [], 0),
        ([], [], 0),
    ],
)
def test_persons_of_text_slots(texts: list[str], categories: list[str], unresolved: int):
    slots = tuple(Slot(pointer=f"/messages/{n}/content", text=text) for n, text in enumerate(texts))
    found = people(scan(SCANNER, slots).findings, EXPORT)
    assert sorted(person.category for person in found.persons) == categories
    assert found.unresolved == unresolved


def test_rows_of_json_arguments_are_records():
    rows = '[{"name":"张伟","phone":"13800138000"},{"name":"李娜","phone":"13900139000","mail":"li@x.com"}]'
    found = people(scan(SCANNER, (Slot(pointer="/a", text=rows),)).findings, EXPORT)
    assert sorted(len(person.identifiers) for person in found.persons) == [1, 2]
    assert found.unresolved == 0


def test_a_class_that_no_category_names_does_not_count():
    findings = scan(SCANNER, (Slot(pointer="/a", text="13800138000"),)).findings
    assert people(findings, {"us.covered_identifier": "covered"}).persons == ()


def test_members_of_one_object_are_one_record():
    slots = (Slot(pointer="/x/0/phone", text="13800138000"), Slot(pointer="/x/0/mail", text="a@b.com"))
    found = people(scan(SCANNER, slots).findings, EXPORT)
    assert [len(person.identifiers) for person in found.persons] == [2]
