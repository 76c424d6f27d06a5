"""Spans are exact code points in any text: mixed scripts, emoji, lone surrogates, layers, slots side by side."""

from __future__ import annotations

import base64
import json
import pickle
import threading
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import isthmus
from isthmus.exchange import Finding, Slot
from isthmus.steps.scan import load_scanner, scan, scan_text
from isthmus.steps.scan.checks import cn_resident_id, cn_uscc, luhn

SCANNER = load_scanner(
    Path(isthmus.__file__).parent / "jurisdictions",
    terms={"person": ("张伟", "Wei Zhang"), "project": ("Falcon", "Falcon Nine", "猎鹰")},
)
ANY = st.text(alphabet=st.characters(codec=None), max_size=60)
# neighbours that cannot become part of a number or an address
CALM = st.text(alphabet="的了在是，。！？“”（）😀🧑‍💻\n 𠮷龘" + "\ud83d", max_size=40)


@st.composite
def resident_ids(draw: st.DrawFn) -> str:
    place = draw(st.sampled_from(sorted(cn_resident_id.PROVINCES)))
    year, month, day = draw(st.integers(1930, 2020)), draw(st.integers(1, 12)), draw(st.integers(1, 28))
    first = f"{place}{draw(st.integers(0, 9999)):04}{year}{month:02}{day:02}{draw(st.integers(0, 999)):03}"
    return first + cn_resident_id.check_character(first)


@st.composite
def cards(draw: st.DrawFn) -> str:
    first = f"6222{draw(st.integers(0, 10**14 - 1)):014}"
    return next(first + str(d) for d in range(10) if luhn.remainder(first + str(d)) == 0)


@st.composite
def codes(draw: st.DrawFn) -> str:
    first = f"91{draw(st.sampled_from(['110000', '310115', '440300']))}" + draw(
        st.text(alphabet=cn_uscc.ALPHABET, min_size=9, max_size=9)
    )
    return first + cn_uscc.check_character(first)


MOBILES = st.builds(lambda a, b: f"1{a}{b:09}", st.sampled_from("3589"), st.integers(1, 10**9 - 2)).filter(
    lambda value: not value.startswith("154") and len(set(value[1:])) > 1
)
EMAILS = st.from_regex(r"[a-z][a-z0-9]{0,8}(\.[a-z0-9]{1,5})?@[a-z][a-z0-9]{1,8}\.(com|cn|com\.cn|org)", fullmatch=True)
PLANTED = st.one_of(
    st.tuples(st.just("cn.resident_id"), resident_ids()),
    st.tuples(st.just("cn.bank_card"), cards()),
    st.tuples(st.just("cn.uscc"), codes()),
    st.tuples(st.just("cn.mobile"), MOBILES),
    st.tuples(st.just("common.email"), EMAILS),
    st.tuples(st.just("term.person"), st.sampled_from(["张伟", "Wei Zhang", "wei  ZHANG"])),
)


def cut(text: str, finding: Finding) -> str:
    return text[finding.parts[0].start : finding.parts[0].end]


@settings(max_examples=100, deadline=None)
@given(before=CALM, planted=PLANTED, after=CALM)
def test_what_is_planted_anywhere_is_found_with_its_exact_span(before: str, planted: tuple[str, str], after: str):
    kind, value = planted
    text = before + value + after
    found = [f for f in scan_text(SCANNER, text).findings if f.kind == kind]
    assert [(f.parts[0].start, f.parts[0].end) for f in found] == [(len(before), len(before) + len(value))]
    assert found[0].surface == value
    assert found[0].strength in {"likely", "certain"}


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(ANY, max_size=4))
def test_no_text_at_all_breaks_it_and_every_span_lies_in_its_slot(texts: list[str]):
    slots = tuple(Slot(pointer=f"/{number}", text=text) for number, text in enumerate(texts))
    for finding in scan(SCANNER, slots).findings:
        part = finding.parts[0]
        assert 0 <= part.start < part.end <= len(texts[int(part.pointer[1:])])


@settings(max_examples=60, deadline=None)
@given(parts=st.lists(st.tuples(CALM, PLANTED), min_size=2, max_size=5))
def test_slots_do_not_touch_each_other(parts: list[tuple[str, tuple[str, str]]]):
    slots = tuple(Slot(pointer=f"/{n}", text=calm + planted[1]) for n, (calm, planted) in enumerate(parts))
    found = {(f.parts[0].pointer, f.kind): f for f in scan(SCANNER, slots).findings}
    for number, (calm, (kind, value)) in enumerate(parts):
        part = found[f"/{number}", kind].parts[0]
        assert (part.start, part.end) == (len(calm), len(calm) + len(value))


@settings(max_examples=60, deadline=None)
@given(before=CALM, planted=PLANTED, after=CALM, wide=st.booleans())
def test_layers_map_back_to_the_text_of_the_slot(before: str, planted: tuple[str, str], after: str, *, wide: bool):
    kind, value = planted
    inner = {"a/b": [{"x": f"{before}{value}{after}"}]}
    text = json.dumps(inner, ensure_ascii=not wide)
    found = [f for f in scan_text(SCANNER, text).findings if f.kind == kind]
    assert len(found) == 1
    assert found[0].parts[0].via == ("json:/a~1b/0/x",)
    assert json.loads(f'"{cut(text, found[0])}"') == found[0].surface == value


@pytest.mark.parametrize(
    ("text", "cover", "value", "via"),
    [
        ("电话１３８０\u200b０１３８０００。", "１３８０\u200b０１３８０００", "13800138000", ()),
        ("幺三八零零幺三八零零零", "幺三八零零幺三八零零零", "13800138000", ()),
        ("1 3 8 0 0 1 3 8 0 0 0", "1 3 8 0 0 1 3 8 0 0 0", "13800138000", ()),
        ("𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎", "𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎", "13800138000", ()),
        ("q=a%40b.com&x", "a%40b.com", "a@b.com", ("url",)),
        ("q=a%2540b.com&x", "a%2540b.com", "a@b.com", ("url", "url")),
        (r"tel \u0031\u0033800138000 ok", r"\u0031\u0033800138000", "13800138000", ()),
        ("x cGhvbmUgMTM4MDAxMzgwMDA= y", "cGhvbmUgMTM4MDAxMzgwMDA=", "13800138000", ("base64",)),
        ("x " + b"phone 13800138000".hex() + " y", b"phone 13800138000".hex(), "13800138000", ("hex",)),
    ],
)
def test_disguises_are_seen_through(text: str, cover: str, value: str, via: tuple[str, ...]):
    (finding,) = scan_text(SCANNER, text).findings
    assert (cut(text, finding), finding.value, finding.parts[0].via) == (cover, value, via)


def test_several_findings_of_one_encoded_run_stay_and_nested_layers_open():
    plain = "张伟 13800138000 a@b.com"
    once = base64.b64encode(plain.encode()).decode()
    nested = base64.b64encode(quote(once).encode().hex().encode()).decode()
    for text, depth in ((once, 1), (nested, 4)):
        found = scan_text(SCANNER, text).findings
        assert {f.value for f in found} == {"张伟", "13800138000", "a@b.com"}
        assert [(cut(text, f), len(f.parts[0].via)) for f in found] == [(text, depth)] * 3


def test_what_cannot_be_read_is_said():
    blob = base64.b64encode(bytes(range(256)) * 2).decode()
    seen = scan(SCANNER, (Slot(pointer="/a", text=f"see {blob} 13800138000"),))
    assert not seen.complete
    assert [(u.pointer, u.medium) for u in seen.unscanned] == [("/a", "encoded")]
    assert [f.kind for f in seen.findings] == ["cn.mobile"]


def test_the_longest_term_wins_on_word_boundaries_only():
    found = scan_text(SCANNER, "falcon nine, Falcons, 猎鹰计划, FALCON").findings
    assert [f.surface for f in found] == ["falcon nine", "猎鹰", "FALCON"]


@pytest.mark.parametrize(
    "unit", ["1", "1 ", "张", "a@", "a", "%41", "\\u0041", "一", '{"a":', "::", "1.", "1-", "\ud800"]
)
def test_a_million_characters_on_one_line(unit: str):
    text = unit * (1_000_000 // len(unit)) + " 13800138000"
    assert scan_text(SCANNER, text).findings[-1:] or unit in {"1 ", "1-", "一", "1.", '{"a":'}


def test_threads_and_other_processes_may_use_it():
    text = "😀电话13800138000"
    wrong: list[int] = []

    def work() -> None:
        wrong.extend(1 for _ in range(200) if len(scan_text(SCANNER, text).findings) != 1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    copy = pickle.loads(pickle.dumps(SCANNER))
    assert scan_text(copy, text) == scan_text(SCANNER, text)
    assert copy.version == SCANNER.version
