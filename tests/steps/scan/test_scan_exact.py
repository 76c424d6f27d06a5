"""Exact lists: found in every spelling, nobody else, and nothing to be read from the file."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import isthmus
from isthmus.errors import CatalogError
from isthmus.exact_build import Built, build
from isthmus.exchange import Slot
from isthmus.steps.scan import ExactList, Scanner, load_scanner, people, read_exact, scan, scan_text
from isthmus.steps.scan.exact_form import Field, canonical
from isthmus.steps.scan.exact_list import hasher_of
from isthmus.steps.scan.prose.tables import read_tables

ROOT = Path(isthmus.__file__).parent / "jurisdictions"
SIMPLIFY = read_tables(ROOT / "cn" / "names").simplify
SECRET = "a secret that nobody else has, really"
VALUES: list[tuple[Field, str]] = [
    ("name", ""),
    ("name", "张伟"),
    ("name", "王明"),
    ("name", "和平"),
    ("name", "欧阳小红"),
    ("name", "阿卜杜·热合曼"),
    ("name", "José García-Márquez"),
    ("name", "Will Price"),
    ("phone", "13800138000"),
    ("phone", "+44 20 7946 0958"),
    ("id", "11010519491231002x"),
    ("id", "C-10293-X"),
    ("email", "Zhang.Wei@Example.com"),
    ("name", "李"),
    ("phone", "12"),
]


@pytest.fixture(scope="module")
def built() -> Built:
    return build(VALUES, SECRET, SIMPLIFY)


@pytest.fixture(scope="module")
def scanner(built: Built) -> Scanner:
    return load_scanner(ROOT, terms={}, exact=(read_exact(built.data, SECRET, "list"),))


def found(scanner: Scanner, text: str) -> list[tuple[str, str, str]]:
    seen = scan_text(scanner, text, every=True)
    mine = [each for each in (*seen.findings, *seen.lost) if "exact list" in each.why]
    return [(each.kind.removeprefix("term."), each.surface, each.strength) for each in mine]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("😀客户张伟来电。", [("person", "张伟", "certain")]),
        ("張偉、张 伟", [("person", "張偉", "certain"), ("person", "张 伟", "certain")]),
        ("张伟的手机", [("person", "张伟", "certain")]),
        ("张伟忠来了", [("person", "张伟", "possible")]),
        ("国王明天来", [("person", "王明", "possible")]),
        ("和平谈判", [("person", "和平", "possible")]),
        ("促进和平发展", [("person", "和平", "possible")]),
        ("和平，电话13800138000", [("person", "和平", "certain"), ("phone", "13800138000", "certain")]),
        ("歐陽小紅女士", [("person", "歐陽小紅", "certain")]),
        ("阿卜杜·热合曼到了", [("person", "阿卜杜·热合曼", "certain")]),
        ("Mr JOSE GARCIA MARQUEZ", [("person", "JOSE GARCIA MARQUEZ", "certain")]),
        ("García-Márquez, José", [("person", "García-Márquez, José", "certain")]),
        ("Will Price called", [("person", "Will Price", "certain")]),
        ("the price will fall", [("person", "price will", "possible")]),
        ("电话+86 138-0013-8000。", [("phone", "+86 138-0013-8000", "certain"), ("phone", "138-0013-8000", "certain")]),
        ("１３８００１３８０００", [("phone", "１３８００１３８０００", "certain")]),
        ("(0044) 20 7946 0958", [("phone", "(0044) 20 7946 0958", "certain")]),
        ("身份证110105 19491231 002X", [("id", "110105 19491231 002X", "certain")]),
        ("客户号c10293x", [("id", "c10293x", "certain")]),
        ("mail zhang.wei@EXAMPLE.com.", [("email", "zhang.wei@EXAMPLE.com", "certain")]),
        ("13800138001, 张三, other@example.com, C-10293-Y, 1380013800", []),
        ("", []),
    ],
)
def test_values_in_every_spelling(scanner: Scanner, text: str, expected: list[tuple[str, str, str]]):
    assert sorted(set(found(scanner, text))) == sorted(expected)


def test_what_is_too_short_is_left_out_and_counted(built: Built):
    assert built.rows == 1
    assert built.left_out == {"name": 1, "phone": 1}
    assert built.taken == {"name": 7, "phone": 2, "id": 2, "email": 1}


def test_the_file_holds_nothing_readable_and_opens_with_its_own_secret_only(built: Built):
    for value in (value for _, value in VALUES if len(value) > 2):
        assert value.encode() not in built.data
    assert "张".encode() not in built.data
    for data, secret, said in (
        (built.data, "another secret, just as long as it is", "another secret"),
        (built.data, "short", "another secret"),
        (built.data[:-1] + bytes([built.data[-1] ^ 1]), SECRET, "damaged"),
        (built.data[: len(built.data) // 2], SECRET, "damaged"),
        (b"name,phone\n", SECRET, "no exact list"),
        (b"\xff\n", SECRET, "no exact list"),
        (built.data.replace(b'"isthmus_exact":1', b'"isthmus_exact":9'), SECRET, "form 9"),
    ):
        with pytest.raises(CatalogError, match=said) as caught:
            read_exact(data, secret, "list")
        assert "张" not in str(caught.value)


def test_the_same_value_has_another_hash_in_another_list():
    one, other = (hasher_of(SECRET, salt)("name", "张伟") for salt in (b"a", b"b"))
    assert one != other


def test_a_list_reaches_another_process(built: Built):
    listed = pickle.loads(pickle.dumps(read_exact(built.data, SECRET, "list")))
    assert isinstance(listed, ExactList)
    assert listed.holds("name", "张伟")
    assert not listed.holds("phone", "张伟")
    assert "张" not in repr(listed)


def test_values_count_as_persons(scanner: Scanner):
    slots = (Slot(pointer="/a/0", text="客户号C-10293-X，张伟"), Slot(pointer="/b/0", text="欧阳小红"))
    counted = people(scan(scanner, slots).findings, {"cn.personal": "general"})
    assert [person.identifiers for person in counted.persons] == [(("term.id", "C10293X"),)]
    assert counted.unresolved == 1


def test_one_spelling():
    """Two spellings that people take for one value have one canonical form."""
    cases: list[tuple[Field, str, str]] = [
        ("name", "張 偉", "张伟"),
        ("name", "O’Neil, Seán", "sean oneil"),
        ("phone", "0086-138 0013 8000", "13800138000"),
        ("phone", "＋８６13800138000", "13800138000"),
        ("id", "a123456(3)", "A1234563"),
        ("email", "A@B.Com ", "a@b.com"),
    ]
    for field, one, other in cases:
        assert canonical(field, one, SIMPLIFY) == canonical(field, other, SIMPLIFY) != ""
