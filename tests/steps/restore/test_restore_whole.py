"""A whole text takes a quicker way; it must come out as if it had been fed and flushed, counted and re-based alike."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.pseudonyms.form import check_symbol
from isthmus.pseudonyms.traces import may_hold
from isthmus.steps.restore import Restorer

ONE, TWO = "K7F3" + check_symbol("K7F3"), "M3KP" + check_symbol("M3KP")
NEVER = "Q4TY" + check_symbol("Q4TY")
ORIGINALS = {f"Person-{ONE}": '李"雷', f"电话-{TWO}": "13912345678"}
PIECES = (
    [f"{word}-{code}" for word in ("Person", "人员", "Phone", "电话", "person") for code in (ONE, TWO, NEVER)]
    + [
        ONE,
        TWO,
        ONE.lower(),
        f"{ONE[:2]}-{ONE[2:]}",
        f"{TWO[:2]} {TWO[2:]}",
        "Ｋ" + ONE[1:],
        f"{ONE[:3]}\u2014{ONE[3:]}",
    ]
    + [
        "Person",
        "电话",
        "Person\\u002d",
        "Person%2D",
        "Person\\-",
        "Person&ndash;",
        "**",
        "(",
        ")",
        ": ",
        "-",
        "－",
        " ",
    ]
    + [
        "Q4",
        "13912345678",
        "2024-01-01",
        "Person-ABCDE",
        "Person-A1B2C",
        "s",
        "\n",
        "会议",
        "a",
        "9",
        "，",
        "100%",
        "\0",
    ]
)


def _taken(given: Restorer, out: str, text: str) -> tuple[object, ...]:
    places = [given.rebase("0:content", at, at + 1) for at in range(0, len(text), 3)]
    return out, given.restored, given.unknown, given.missing, places


@given(texts=st.lists(st.lists(st.sampled_from(PIECES), max_size=10).map("".join), min_size=1, max_size=3))
@settings(max_examples=100)
@pytest.mark.parametrize("escape", [False, True])
def test_the_quick_way_and_the_long_one_agree(texts: list[str], escape: bool):  # noqa: FBT001 - a table
    quick, long = Restorer(ORIGINALS), Restorer(ORIGINALS)
    for text in texts:
        one = quick.whole("0:content", text, escape=escape)
        other = long.feed("0:content", text, escape=escape) + long.flush("0:content")
        assert _taken(quick, one, text) == _taken(long, other, text)


@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join))
@settings(max_examples=100)
def test_what_comes_back_is_never_denied(text: str):
    restorer = Restorer(ORIGINALS)
    restorer.feed("", text, escape=False)
    restorer.flush("")
    if restorer.restored and not any(mark in text for mark in "\\%&"):
        assert may_hold(text, (ONE, TWO))


def test_what_was_held_back_is_part_of_a_whole_text():
    restorer = Restorer(ORIGINALS)
    held = restorer.feed("0:content", "to Per", escape=False)
    assert held + restorer.whole("0:content", f"son-{ONE}", escape=False) == 'to 李"雷'
