r"""Finds pseudonyms in text that a model wrote, in the forms tolerated on the way back, whole or in a stream.

A sighting is a type word, a gap, and a run of letters and digits: `person k7f3q`, `人员－K7F3Q`, `**Person**-K7F3Q`,
`\u4eba\u5458-K7F3Q`, `Person%2DK7F3Q`. Only a run that equals an issued code counts: one symbol off is another. Every
decision rests on `CONTEXT` code points before the type word and at most `LONGEST` from its start, so a stream never
holds back more, and cutting the text elsewhere never changes the outcome. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cached_property, lru_cache
from typing import Final, Literal, NamedTuple

from isthmus.pseudonyms.escapes import Decoded, Layer, decode
from isthmus.pseudonyms.form import ALPHABET, LENGTHS, LONGEST, is_mixed
from isthmus.pseudonyms.gap import closing_of, gap_begun, gap_end, is_label, is_sign, unpaired
from isthmus.pseudonyms.starts import FOLD, Starts

WAIT: Final = "wait"  # more text may still change the answer
CONTEXT = 8  # code points before a type word that decide whether it begins there

_WIDE = {0xFF01 + n: 0x21 + n for n in range(94)}
_HALF = _WIDE | {n: n - 32 for n in range(97, 123)}
_HALF |= {wide: half - 32 for wide, half in _WIDE.items() if 97 <= half <= 122}
_ALNUM = "0-9A-Za-z０-９Ａ-Ｚａ-ｚ"
_IS_ALNUM = re.compile(f"[{_ALNUM}]").match
_RUN = re.compile(f"[{_ALNUM}]*")
# an escape whose last letter is no letter of a word: a line break in JSON, an encoded character in a URL
_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\(?:[nrtbf]|u[0-9a-fA-F]{4})\Z|%[0-9a-fA-F]{2}\Z")
_INNER = frozenset("-‐‑–—－ \u00a0\u200b\u200c\u200d\u2060\ufeff\u00ad\n")  # what may part the symbols of a code
_INFLECTIONS = ("s", "es", "en", "er", "ns", "ed", "ing", "ish")
_LONGEST_RUN = LENGTHS[-1] + 4  # a code with an inflection


class Sighting(NamedTuple):
    """A pseudonym in a text: `[start, end)` becomes `before`, the original, `after`.

    `code` is in upper case and half width; `issued` says whether it is a code looked for, with a type word it may have;
    `strict` whether it stands exactly as it was issued; `layer` how the text around writes what is not ASCII, `depth`
    how many times over it is escaped as JSON strings are.
    """

    start: int
    end: int
    word: str
    code: str
    issued: bool
    strict: bool
    before: str = ""
    after: str = ""
    layer: Layer = ""
    depth: int = 0


class Codes(dict[str, Collection[str]]):
    """The codes that are looked for, each with the type words it may stand behind."""

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """What a code begins with, of every length."""
        return frozenset(code[:length] for code in self for length in range(1, len(code)))


class Reader:
    """Reads the pseudonyms of a fixed set of type words; `reader` gives a cached one."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words: dict[str, list[tuple[str, str]]] = {}  # by first letter: as folded, as given; longest first
        for word in sorted(words, key=lambda each: (-len(each), each)):
            folded = word.translate(FOLD)
            self._words.setdefault(folded[0], []).append((folded, word))
        self._starts = Starts(folded for group in self._words.values() for folded, _ in group)
        self.find = self._starts.find

    def read(self, text: str, at: int, codes: Codes, *, final: bool) -> Sighting | Literal["wait"] | None:
        """The pseudonym whose type word begins at `at`, none, or `WAIT` where more text may change the answer.

        `final`: nothing follows `text`.
        """
        raw = text[at : at + LONGEST]
        final = final or len(raw) == LONGEST
        view = decode(raw, final=final)
        if not view.text and not final:
            return WAIT
        folded = view.text.translate(FOLD)
        begins = _begins(text, at)
        unknown: Sighting | None = None
        for form, word in self._words.get(folded[:1], ()):
            if not begins and not _may_be_strict(view.text, word):
                continue  # in the middle of another word only the strict form is one
            if folded.startswith(form):
                found = self._after_word(view, word, codes, final=final)
                if found == WAIT:
                    return WAIT
                if found is not None and (begins or found.strict):
                    found = found._replace(start=at, end=at + found.end)
                    if found.issued:
                        return found
                    unknown = unknown or found
            elif not final and form.startswith(folded):
                return WAIT
        return unknown

    def _after_word(
        self, decoded: Decoded, word: str, codes: Codes, *, final: bool
    ) -> Sighting | Literal["wait"] | None:
        view, at = decoded.text, len(word)
        begin = gap_end(view, at)
        if not final and gap_begun(view, at, begin):
            return WAIT
        run = _run_at(view, begin)
        strict = decoded.raw[:begin] == f"{word}-"
        if strict and (glued := self._glued(view, begin, run, word, codes, final=final)):
            return glued
        if len(run) > _LONGEST_RUN:
            return None
        read = _code_at(view, begin, run, codes, final=final)
        if read == WAIT:
            return WAIT
        code, end = read
        allowed = codes.get(code, ())
        issued = word in allowed
        if not issued and any(word.lower().endswith(other.lower()) for other in allowed):
            return None  # the right word begins further on
        if not issued and not _looks_issued(run, strict=strict):
            return None
        strict = strict and decoded.raw[begin:end] == code
        return _sighting(decoded, (at, begin, end), Sighting(0, 0, word, code, issued, strict))

    def _glued(
        self, view: str, at: int, run: str, word: str, codes: Codes, *, final: bool
    ) -> Sighting | Literal["wait"] | None:
        """A code that the type word of the next pseudonym follows without a gap, both exactly as issued."""
        for length in LENGTHS:
            code = run[: length + 1]
            if len(run) > len(code) and code in codes and word in codes[code]:
                rest = view[at + len(code) :]
                for _, other in (each for group in self._words.values() for each in group):
                    if rest.startswith(f"{other}-"):
                        return Sighting(0, at + len(code), word, code, issued=True, strict=True)
                    if not final and f"{other}-".startswith(rest):
                        return WAIT
        return None


@lru_cache(maxsize=512)
def reader(words: frozenset[str]) -> Reader:
    """The reader of `words`; making one costs a millisecond or more, so it is kept."""
    return Reader(sorted(words, key=lambda word: (-len(word), word)))


def _begins(text: str, at: int) -> bool:
    """Whether a word may begin at `at`: a Latin one not in the middle of another."""
    if not at or not _IS_ALNUM(text, at) or not _IS_ALNUM(text, at - 1):
        return True
    return _ESCAPED.search(text[max(0, at - CONTEXT) : at]) is not None


def _may_be_strict(view: str, word: str) -> bool:
    """Whether `view` begins with `word` and a hyphen, in this case and width, as far as it goes."""
    strict = f"{word}-"
    return view.startswith(strict) or strict.startswith(view)


def _run_at(view: str, at: int) -> str:
    match = _RUN.match(view, at)
    return match.group() if match else ""


def _code_at(view: str, at: int, run: str, codes: Codes, *, final: bool) -> tuple[str, int] | Literal["wait"]:
    """The code that begins with `run` at `at`, and its end; one that was taken apart (`K7-F3Q`) is put together."""
    end = at + len(run)
    if end == len(view) and not final:
        return WAIT
    code = run.translate(_HALF)
    if code in codes:
        return code, end
    for suffix in _INFLECTIONS:  # told from symbols by their lower case (`Person-K7F3Qs`)
        stem = run.removesuffix(suffix)
        if stem != run and stem.isupper() and stem.translate(_HALF) in codes:
            return stem.translate(_HALF), end - len(suffix)
    joined, further = code, end
    while joined in codes.beginnings and view[further : further + 1] in _INNER:
        more = _run_at(view, further + 1)
        further += 1 + len(more)
        if further >= len(view) and not final:
            return WAIT
        if not more:
            break
        joined += more.translate(_HALF)
        if joined in codes:
            return joined, further
    return code, end


def _looks_issued(run: str, *, strict: bool) -> bool:
    """Whether a run that was never issued still looks like a code, to be counted."""
    if len(run) - 1 not in LENGTHS:
        return False
    return is_mixed(run) or (strict and run.isupper() and all(symbol in ALPHABET for symbol in run))


def _sighting(decoded: Decoded, places: tuple[int, int, int], found: Sighting) -> Sighting:
    """The sighting whose gap and code are at `places`, with the markup to keep around the original."""
    view, (at, begin, end) = decoded.text, places
    before, after = "", ""
    if is_label(view, at, begin):
        before = decoded.slice(0, begin)
    else:
        opened, closed = unpaired(view, at, begin)
        closing = closing_of(opened)
        if closing and view.startswith(closing, end):
            opened.pop()
            end += 1
        before = "".join(decoded.slice(mark.start, mark.end) for mark in opened if not is_sign(mark))
        after = "".join(decoded.slice(mark.start, mark.end) for mark in closed)
    layer, depth = decoded.layer(end)
    return found._replace(end=decoded.place(end), before=before, after=after, layer=layer, depth=depth)
