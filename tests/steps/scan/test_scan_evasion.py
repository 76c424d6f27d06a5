"""What hides a number from a pattern and not from a reader is read through, at the code points where it stands."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import isthmus
from isthmus.exchange import Slot
from isthmus.steps.scan import load_scanner, scan, scan_text
from isthmus.steps.scan.gaps import closed

SCANNER = load_scanner(Path(isthmus.__file__).parent / "jurisdictions", terms={})
ZERO = "\u200b".join("13800138000")


@pytest.mark.parametrize(
    ("text", "kind", "surface"),
    [
        ("信用代码 9135 0100 M000 100Y 43，", "cn.uscc", "9135 0100 M000 100Y 43"),
        ("NRIC S123 4567 D", "sg.nric", "S123 4567 D"),
        ("PAN ABCP E123 4F", "in.pan", "ABCP E123 4F"),
        ("passport E 1 2 3 4 5 6 7 8", "cn.passport", "E 1 2 3 4 5 6 7 8"),
        ("BSN 1112-2233-3", "eu.nl_bsn", "1112-2233-3"),
        ("税号九一三五零一零零M零零零一零零Y四三", "cn.uscc", "九一三五零一零零M零零零一零零Y四三"),
        ("hkid A一二三四五六（三）", "hk.id", "A一二三四五六（三）"),
        ("电话％３１％３３％３８％３０％３０％３１％３３％３８％３０％３０％３０", "cn.mobile", "13800138000"),
        (r"phone %5Cu0031%5Cu0033%5Cu0038%5Cu0030%5Cu0030138000", "cn.mobile", "13800138000"),
        (base64.b64encode(f"电话 {ZERO}".encode()).decode(), "cn.mobile", ZERO),
    ],
)
def test_hidden_numbers_are_found_where_they_stand(text: str, kind: str, surface: str):
    """Gaps, numerals, and what was folded, decoded and folded again."""
    found = [row for row in scan_text(SCANNER, text).findings if row.kind == kind]
    assert [row.surface for row in found] == [surface]
    assert found[0].strength != "possible"
    if not found[0].parts[0].via:
        assert text[found[0].parts[0].start : found[0].parts[0].end] == surface


@pytest.mark.parametrize(
    "text",
    [
        "on 2024-06-05 10:11:12 at 2024-06-07, v1.22.333, 10.20.30.40",
        "sizes 10 20 30 40 50 60 70, ABCD EFGH IJKL",
        "1, 2, 3, 4, 5, 6, 7, 8, 9",
        "revenue 1,234,567,890.12 and 12.5 % of 2024",
    ],
)
def test_ordinary_numbers_stay_apart(text: str):
    """Dates, versions, lists and amounts make no number."""
    assert scan_text(SCANNER, text).findings == () or all(
        row.kind == "common.ip" for row in scan_text(SCANNER, text).findings
    )


@given(st.text("A1 -._中", max_size=60))
@settings(max_examples=300)
def test_what_is_read_without_gaps_knows_where_it_stands(text: str):
    """Each character of a kept piece is the one at its place."""
    for trail in closed(text, rows=True, letters=True, digits=True):
        for number, character in enumerate(trail.text):
            if character != "\0":
                start, end = trail.outward(number, number + 1)
                assert text[start:end] == character


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ("我的手机是1380013", "8000，谢谢", "cn.mobile"),
        ("ID 110105 1949", "1231 002X please", "cn.resident_id"),
        ("mail zhang.san@exam", "ple.com today", "common.email"),
        (
            base64.b64encode("手机13800138000好".encode()).decode()[:20],
            base64.b64encode("手机13800138000好".encode()).decode()[20:],
            "cn.mobile",
        ),
        (base64.b64encode("手机138001".encode()).decode(), base64.b64encode(b"38000").decode(), "cn.mobile"),
    ],
)
def test_a_number_split_over_two_messages_is_one_finding(first: str, second: str, kind: str):
    """It has a part in each, and an answer of the assistant between them changes nothing."""
    between = Slot(pointer="/1", text="ok", role="assistant")
    slots = (Slot(pointer="/0", text=first, role="user"), between, Slot(pointer="/2", text=second, role="user"))
    [found] = [row for row in scan(SCANNER, slots).findings if len(row.parts) == 2]
    assert found.kind == kind
    one, other = found.parts
    assert (one.pointer, one.end) == ("/0", len(first))
    assert (other.pointer, other.start) == ("/2", 0)


@pytest.mark.parametrize(
    "texts",
    [
        ("call 138 times", "0013 8000 units"),
        ("I have 11010519491231", "that is all 002"),
        ("订单1380013", "8000年的历史。"),
        ("hello", "how are you"),
    ],
)
def test_numbers_of_two_messages_are_not_joined_at_will(texts: tuple[str, ...]):
    """Something else between them, or another speaker, keeps them apart."""
    slots = tuple(Slot(pointer=f"/{n}", text=text, role=f"{'user' if n else 'tool'}") for n, text in enumerate(texts))
    assert not [row for row in scan(SCANNER, slots).findings if len(row.parts) == 2]


@pytest.mark.parametrize(
    "piece", ["1 2 3 4 5 6 A ", "AB12 CD34 EF56 ", "A 1 ", "1234 5678 ", "12-34-56 ", "2024-06-05 10 "]
)
def test_gaps_cost_no_more_than_their_length(piece: str):
    """Twice the text asks for at most about twice the steps, whatever stands in it: calls are counted, no clock."""
    once, twice = (calls("tax id " + (piece * size)[:size]) for size in (20_000, 40_000))
    assert twice < 2.5 * once


def calls(text: str) -> int:
    """How many calls of functions and generators a scan of this text makes."""
    made = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        scan_text(SCANNER, text)
    finally:
        sys.setprofile(None)
    return made
