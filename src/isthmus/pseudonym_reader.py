r"""Finds pseudonyms in text that a model wrote, in the forms tolerated on the way back, whole or in a stream.

A sighting is a type word, at most eight pieces of gap, and a run of letters and digits: `person k7f3q`, `人员－K7F3Q`,
`**Person**-K7F3Q`, `\u4eba\u5458-K7F3Q`, `Person%2DK7F3Q`. Only a run that equals an issued code counts: one symbol
off is another word. Every decision rests on at most `LONGEST` code points from the start of the type word, so a stream
never holds back more, and cutting the text elsewhere never changes the outcome. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from isthmus.pseudonym_form import ALPHABET, LENGTHS, LONGEST, is_mixed

WAIT: Final = "wait"  # more text may still change the answer

_WIDE = {0xFF01 + n: 0x21 + n for n in range(94)}
_FOLD = {code: ord(chr(half).lower()) for code, half in _WIDE.items()} | {n: n + 32 for n in range(65, 91)}
_HALF = _WIDE | {n: n - 32 for n in range(97, 123)}
_HALF |= {wide: half - 32 for wide, half in _WIDE.items() if 97 <= half <= 122}
_ALNUM = "0-9A-Za-z０-９Ａ-Ｚａ-ｚ"

# what may stand between the word and the code, longest piece first
_DASH = r"[-‐‑‒–—―−－﹣_＿·・~]|\\{1,4}[-_]|%2D|%5F|&#45;|&#x2d;|&[mn]dash;|&minus;|\\{1,4}u(?:002d|201[0-5])|\{-\}"
_SPACE = r"[ \t\r\n\u00a0\u2000-\u200d\u202f\u2060\u3000\ufeff]|%20|%0A|\\{1,4}[nrt ]|&nbsp;|&#160;|<br ?/?>"
_OPENING = r"\*{1,3}|`{1,3}|~~|__|</?(?:b|i|u|em|strong|code|span|mark)>|\\text(?:bf|it|tt)?\{|[(\[{<（【「『《〈#＃]"
_CLOSING = r"[)\]}>）】」』》〉]"
_GAP = re.compile(rf"(?:{_DASH}|{_SPACE}|{_OPENING}|{_CLOSING}|[:：]){{0,8}}", re.IGNORECASE)
_PIECES = re.compile(
    rf"(?P<dash>{_DASH})|(?P<space>{_SPACE})|(?P<mark>{_OPENING}|{_CLOSING})|(?P<colon>[:：])", re.IGNORECASE
)
# the beginning of a piece of gap at the end of what has arrived
_BEGUN = re.compile(r"(?:\\{1,4}[a-z0-9]{0,6}|%[0-9a-f]?|&[#a-z0-9]{0,6}|</?[a-z]{0,6} ?/?|\{-)\Z", re.IGNORECASE)
_RUN = re.compile(rf"[{_ALNUM}]*")
_CLOSES = dict(zip("([{<（【「『《〈", ")]}>）】」』》〉", strict=True))
_LONGEST_RUN = LENGTHS[-1] + 1


class Sighting(NamedTuple):
    """A pseudonym in a text: `[start, end)` becomes `before`, the original, `after`.

    `code` is in upper case and half width; `issued` says whether it is one of the codes looked for; `strict` whether it
    stands exactly as it was issued.
    """

    start: int
    end: int
    word: str
    code: str
    issued: bool
    strict: bool
    before: str
    after: str


class Spelling(NamedTuple):
    """One way to write a type word, in lower case and half width."""

    folded: str
    word: str


class Reader:
    """Reads the pseudonyms of a fixed set of type words; `reader` gives a cached one."""

    def __init__(self, words: Iterable[str]) -> None:
        spellings = [Spelling(form, word) for word in words for form in _spell(word)]
        self._spellings = sorted(spellings, key=lambda each: -len(each.folded))
        self.start = re.compile(_trie([each.folded for each in spellings])).search

    def read(self, text: str, at: int, codes: Container[str], *, final: bool) -> Sighting | Literal["wait"] | None:
        """The pseudonym that starts at `at`, none, or `WAIT` where more text may change the answer."""
        view = text[at : at + LONGEST]
        final = final or len(view) == LONGEST
        folded = view.translate(_FOLD)
        for form, word in self._spellings:
            if folded.startswith(form):
                found = _rest(view, len(form), word, codes, final=final)
                if found is not None:
                    return found if found == WAIT else _moved(found, at)
            elif not final and form.startswith(folded):
                return WAIT
        return None


@lru_cache(maxsize=512)
def reader(words: frozenset[str]) -> Reader:
    """The reader of `words`; making one costs about a millisecond, so it is kept."""
    return Reader(sorted(words))


def _moved(found: Sighting, at: int) -> Sighting:
    return found._replace(start=at, end=at + found.end)


def _rest(view: str, at: int, word: str, codes: Container[str], *, final: bool) -> Sighting | Literal["wait"] | None:
    gap_end = _gap_end(view, at)
    if not final and (gap_end == len(view) or _BEGUN.match(view, gap_end)):
        return WAIT
    run_match = _RUN.match(view, gap_end)
    run = run_match.group() if run_match else ""
    end = gap_end + len(run)
    if len(run) > _LONGEST_RUN + 2:
        return None
    if end == len(view) and not final:
        return WAIT
    code, suffix = _code_of(run, codes)
    issued = code in codes
    if not issued and not _looks_issued(run, view[at:gap_end]):
        return None
    end -= len(suffix)
    before, after, taken = _around(view, at, gap_end, end, word)
    strict = view[:end] == f"{word}-{code}"
    return Sighting(0, end + taken, word, code, issued, strict, before, after)


def _gap_end(view: str, at: int) -> int:
    match = _GAP.match(view, at)
    return match.end() if match else at


def _code_of(run: str, codes: Container[str]) -> tuple[str, str]:
    """The code in `run` and an inflection behind it (`Person-K7F3Qs`), told from a symbol by its lower case."""
    code = run.translate(_HALF)
    if code in codes:
        return code, ""
    for suffix in ("s", "es"):
        stem = run.removesuffix(suffix)
        if stem != run and stem.isupper() and stem.translate(_HALF) in codes:
            return stem.translate(_HALF), suffix
    return code, ""


def _looks_issued(run: str, gap: str) -> bool:
    """Whether a run that was never issued still looks like a code, to be counted."""
    if len(run) - 1 not in LENGTHS:
        return False
    return is_mixed(run) or (gap == "-" and run.isupper() and all(symbol in ALPHABET for symbol in run))


def _around(view: str, at: int, gap_end: int, end: int, word: str) -> tuple[str, str, int]:
    """Markup that the gap opens or closes: text to keep before and after the original, and code points taken behind.

    Before the separator markup closes what opened ahead of the word, behind it markup opens what ends after the code;
    a bracket that opens here and closes right behind the code belongs to the pseudonym and goes with it.
    """
    del word
    closing: list[str] = []
    opening: list[str] = []
    parted = False
    for piece in _PIECES.finditer(view, at, gap_end):
        if piece.lastgroup == "colon":
            return view[:gap_end], "", 0
        if piece.lastgroup == "mark":
            (opening if parted or piece.group() in _CLOSES else closing).append(piece.group())
        else:
            parted = True
    while opening and closing and opening[0] == closing[-1]:
        opening.pop(0)
        closing.pop()
    taken = 0
    while opening and _CLOSES.get(opening[-1]) == view[end + taken : end + taken + 1]:
        opening.pop()
        taken += 1
    return "".join(mark for mark in opening if mark not in "#＃"), "".join(closing), taken


def _spell(word: str) -> list[str]:
    """The ways to write `word`: as it is, and where it is not ASCII as JSON, URL and HTML write it."""
    folded = word.translate(_FOLD)
    if word.isascii():
        return [folded]
    units = [f"u{ord(char):04x}" for char in word]
    percent = "".join(f"%{byte:02x}" for byte in word.encode())
    return [
        folded,
        *("".join("\\" * depth + unit for unit in units) for depth in (1, 2)),
        percent,
        "".join(f"&#{ord(char)};" for char in word),
        "".join(f"&#x{ord(char):x};" for char in word),
    ]


def _trie(forms: list[str]) -> str:
    """A pattern that finds the start of any form, whole or cut off by the end of the text.

    A Latin word has no letter or digit before it.
    """
    latin = [form for form in forms if form[:1].isalpha() and form.isascii()]
    other = [form for form in forms if form not in latin]
    branches = []
    if latin:
        branches.append(rf"(?<![{_ALNUM}]){_branch(latin)}")
    if other:
        branches.append(_branch(other))
    return "|".join(branches) or r"(?!)"


def _branch(forms: list[str]) -> str:
    if "" in forms:
        return ""
    children: dict[str, list[str]] = {}
    for form in forms:
        children.setdefault(form[0], []).append(form[1:])
    parts = []
    for char, rests in children.items():
        below = _branch(rests)
        parts.append(_char(char) + (rf"(?:\Z|{below})" if below else ""))
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def _char(char: str) -> str:
    """A class of `char` in both cases and widths."""
    if "a" <= char <= "z":
        wide = ord(char) + 0xFEE0
        return f"[{char}{char.upper()}{chr(wide)}{chr(wide - 32)}]"
    return re.escape(char)
