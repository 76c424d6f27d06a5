"""Restoring: every way to cut a text gives what the uncut text gives, and never holds back more than it may."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.pseudonyms.form import LONGEST, check_symbol
from isthmus.steps.restore import Restorer


def code(symbols: str) -> str:
    return symbols + check_symbol(symbols)


ONE, TWO, LONG = code("K7F3"), code("M3KP"), code("K7F3Q2")
ORIGINALS = {f"Person-{ONE}": 'Zhang "San"\\', f"人员-{TWO}": "李四", f"Phone-{LONG}": "138 0013 8000"}
# what texts are made of: pseudonyms, near misses, pieces of gaps, beginnings of all of them
PIECES = [
    *ORIGINALS,
    *(
        "Person",
        "person",
        "Pers",
        "PHONE",
        "人员",
        "人",
        "电话",
        "Ｐｅｒｓｏｎ",
        "\\u4eba\\u5458",
        "%E4%BA%BA%E5%91%98",
    ),
    *(ONE, TWO, LONG, ONE.lower(), ONE[:-1], ONE[:-1] + "2", "K7F3Q2M", "Ｋ７Ｆ３", "s", "'s", "es", "x", "Z9"),
    *(
        "-",
        "－",
        " ",
        "　",
        "\n",
        "\n>",
        "**",
        "*",
        "`",
        "_",
        "\\_",
        "(",
        ")",
        "（",
        "）",
        "[",
        "]",
        "{",
        "}",
        ":",
        "：",
        '"',
    ),
    *(
        "<",
        "<b>",
        "</b>",
        "<span class",
        ">",
        "<br",
        "&#45;",
        "&",
        "&nb",
        "%2D",
        "%",
        "%2",
        "\\",
        "\\n",
        "\\u002d",
        "\\t",
    ),
    *("\\text{", "\\te", "\u200b", ".", "/", "+", "#", "，", "你", "the "),
]
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def stream(pieces: list[str], *, escape: bool = False) -> tuple[str, int]:
    """What a channel gives for `pieces`, and the most that it held back."""
    restorer = Restorer(ORIGINALS)
    out = ""
    fed = given_out = held = 0
    for piece in pieces:
        got = restorer.feed("0:content", piece, escape=escape)
        out += got
        fed += len(piece)
        given_out += len(got)
        pending = restorer._pending["0:content"]
        held = max(held, len(pending[0]) - pending[1])
        assert pending[2] + len(pending[0]) - pending[1] == fed
    return out + restorer.flush("0:content"), held


@settings(max_examples=100, deadline=None)
@given(text=texts, escape=st.booleans())
def test_every_cut_gives_the_uncut_text(text: str, escape: bool):  # noqa: FBT001 - hypothesis passes it by name
    """Cut in two anywhere, or one code point at a time; at most 64 code points are held back."""
    whole = Restorer(ORIGINALS).restore_text(text, escape=escape)
    for at in range(len(text) + 1):
        assert stream([text[:at], text[at:]], escape=escape)[0] == whole, (text, at)
    single, held = stream(list(text), escape=escape)
    assert single == whole
    assert held <= LONGEST


@settings(max_examples=100, deadline=None)
@given(text=texts, cuts=st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_cuts_of_any_sizes_give_the_uncut_text(text: str, cuts: list[int]):
    """Pieces of mixed sizes."""
    pieces, at, turn = [], 0, 0
    while at < len(text):
        size = cuts[turn % len(cuts)]
        pieces.append(text[at : at + size])
        at, turn = at + size, turn + 1
    assert stream(pieces)[0] == Restorer(ORIGINALS).restore_text(text)


def test_with_nothing_issued_text_passes():
    """No pseudonym was issued: every text comes back as it is, at once."""
    restorer = Restorer({})
    assert restorer.feed("c", "Person-K7F3Q", escape=False) == "Person-K7F3Q"
    assert restorer.restore_text("人员") == "人员"
    assert (restorer.restored, restorer.unknown, restorer.missing) == (0, 0, 0)


def test_offsets_into_an_answer_are_rebased():
    """A citation of the model's text points at the same words of the restored one, however the stream was cut."""
    text = f"As Person-{ONE} told 人员-{TWO} on Monday, Person-{ONE} left."
    whole = Restorer(ORIGINALS)
    out = whole.feed("c", text, escape=False) + whole.flush("c")
    single = Restorer(ORIGINALS)
    assert "".join(single.feed("c", char, escape=False) for char in text) + single.flush("c") == out
    for restorer in (whole, single):
        for word in ("As", "told", "on Monday", "left."):
            at = text.index(word)
            start, end = restorer.rebase("c", at, at + len(word))
            assert out[start:end] == word
        at = text.index("told") - 3
        start, end = restorer.rebase("c", at, at + 10)
        assert out[start:end] == ORIGINALS[f"Person-{ONE}"] + " told 李四"
        assert restorer.rebase("other", 3, 4) == (3, 4)
