"""Numbers with gaps, read without them: `138 0013 8000`, `9135 0100 M000 100Y 43`, `A 1 2 3 4 5 6 7`.

Two forms close up. A *row* is ten digits or more with up to two separators between any two; amounts, dotted quads and
what begins with a date stay as they are. A *run* is groups of digits and capitals, up to four in each and as many in
all but the last; of digits alone it means something only where words speak of some number. Letters before the digits of
a run may be a word (`NRIC S123 4567 D`) or part of the number (`ABCD E123 4F`), so a run can have two readings. Only
what stands around such numbers is read again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from isthmus.steps.scan.trail import Trail

_SEPARATOR = r"[ \t._·•∙・*|,，、/\\~-]"
_ROW = re.compile(rf"[0-9](?:{_SEPARATOR}{{0,2}}[0-9]){{9,}}+(?:{_SEPARATOR}{{0,2}}[xX](?![0-9A-Za-z]))?")
_SEPARATORS = re.compile(f"{_SEPARATOR}+")
_QUANTITY = re.compile(r"[0-9]{1,3}(?:[,，][0-9]{3})+(?:\.[0-9]+)?|[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_LOOSE = r"[ \t._·•∙・*|/\\~-]{1,2}+"
_END = "(?![0-9A-Za-z])"
# the beginning of a run: first a class, which the search for it then skips to
_BEGINNING = re.compile(rf"[0-9A-Z](?<![0-9A-Za-z][0-9A-Z])[0-9A-Z]{{0,3}}+(?={_LOOSE}[0-9A-Z])")
_GROUPS = "|".join(
    rf"[0-9A-Z]{{{size}}}(?:{_LOOSE}[0-9A-Z]{{{size}}}{_END})++(?:{_LOOSE}[0-9A-Z]{{1,{size}}}{_END})?"
    rf"|[0-9A-Z]{{{size}}}{_LOOSE}[0-9A-Z]{{1,{size}}}{_END}"
    for size in (4, 3, 2, 1)
)
_RUN = re.compile(rf"(?:[A-Z]{{1,2}}{_LOOSE})?(?:{_GROUPS})")
_WORD = re.compile(rf"[A-Z]{{2,}}{_LOOSE}")
_DATE = re.compile(r"(?:19|20)[0-9]{2}([-./])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12][0-9]|3[01])(?![0-9])")
_DOTTED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})+")
_NO_DIGITS = str.maketrans("", "", "0123456789")
_SPACE = re.compile(r"[^!-~]")
LEAST, MOST, DIGITS, LENGTH = 7, 40, 4, 120
BEFORE, AFTER = 64, 24
# in the syntax of the engine: a row, a run, and without which there is nothing to close up
ROW_TRIGGER = r"[0-9](?:[ \t._·•∙・*|,，、/\\~_-]{0,2}[0-9]){9}"
_GAP_OF = r"[ \t._·•∙・*|/\\~-]{1,2}"
_MIXED = "(?:[A-Z][0-9]|[0-9][A-Z])"
# a run with letters: next to its gap a group that mixes them with digits, or one or two of them that stand alone
LETTERS_TRIGGER = (
    f"{_MIXED}[0-9A-Z]{{0,2}}{_GAP_OF}[0-9A-Z]|[0-9A-Z]{_GAP_OF}[0-9A-Z]{{0,2}}{_MIXED}"
    f"|[^0-9A-Za-z][A-Z]{{1,2}}(?:{_GAP_OF}[0-9]{{1,4}}){{2}}|(?:[0-9]{{1,4}}{_GAP_OF}){{2}}[A-Z]{{1,2}}[^0-9A-Za-z]"
)
DIGITS_TRIGGER = f"[0-9]{{4}}{_GAP_OF}[0-9]{{3,4}}|[0-9](?:{_GAP_OF}[0-9]{{1,3}}){{2}}"
GAP_TRIGGER = r"[0-9][ \t._·•∙・*|,，、/\\~_-]{1,2}[0-9]"
_Range = tuple[int, int]


class Number(NamedTuple):
    """A number at `[start, end)` with gaps in it."""

    start: int
    end: int
    gaps: tuple[_Range, ...]


def closed(text: str, *, rows: bool, letters: bool, digits: bool) -> tuple[Trail, ...]:
    """What stands around numbers with gaps, without the gaps; a second time where runs can be read in two ways.

    `letters` and `digits`: runs with letters, and runs of digits alone.
    """
    first = list(_rows(text)) if rows else []
    second: list[Number] = []
    for one, other in _runs(text, bare=digits) if letters or digits else ():
        first += [one] if one else []
        second += [other] if other else []
    return tuple([_around(text, sorted(found)) for found in (first, second) if found])


def _rows(text: str) -> Iterator[Number]:
    for match in _ROW.finditer(text):
        row = match.group()
        if row.isalnum() or _DATE.match(row) or _QUANTITY.fullmatch(row):
            continue
        yield Number(*match.span(), tuple([gap.span() for gap in _SEPARATORS.finditer(text, *match.span())]))


def _runs(text: str, *, bare: bool) -> Iterator[tuple[Number | None, Number | None]]:
    """Each run: without the letters before its digits, for they may be a word, and with them."""
    reach = 0
    for beginning in _BEGINNING.finditer(text):
        start = beginning.start()
        match = _RUN.match(text, start) if start >= reach else None
        if match is None:
            continue
        if not LEAST < match.end() - start <= LENGTH:
            reach = match.end() if match.end() - start > LENGTH else reach
            continue
        run, end = match.group(), match.end()
        word = _WORD.match(run)
        rest = run[word.end() :] if word else ""
        if not _is_number(run, bare=bare):
            continue
        reach = end
        gaps = tuple([gap.span() for gap in _SEPARATORS.finditer(text, start, end)])
        whole = Number(start, end, gaps)
        if len(gaps) < 2 or sum(map(str.isdigit, rest)) < DIGITS or len(rest) < LEAST:
            yield whole, None
        else:
            yield Number(start, end, gaps[1:]) if _is_number(rest, bare=bare) else None, whole


def _is_number(run: str, *, bare: bool) -> bool:
    """Whether a run is long enough, and neither a row nor a date; `bare`: also of digits alone."""
    joined = _SEPARATORS.sub("", run)
    size, digits = len(joined), len(joined) - len(joined.translate(_NO_DIGITS))
    if not LEAST <= size <= MOST or digits < DIGITS:
        return False
    if digits < size:
        return True
    return bare and digits < 10 and not _DATE.match(run) and not _DOTTED.fullmatch(run)


def _around(text: str, numbers: list[Number]) -> Trail:
    """The text around numbers, which are in their order, without their gaps; a NUL between what lies apart."""
    if len(numbers) * (BEFORE + AFTER) > len(text):
        return _without(text, [(0, len(text))], [gap for number in numbers for gap in number.gaps])
    windows: list[_Range] = []
    for number in numbers:
        low, high = _window(text, number)
        if windows and low <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(windows[-1][1], high))
        else:
            windows.append((low, high))
    return _without(text, windows, [gap for number in numbers for gap in number.gaps])


def _without(text: str, windows: list[_Range], gaps: list[_Range]) -> Trail:
    """The windows of a text without gaps, which are in their order but may stand twice."""
    pieces: list[str] = []
    there: list[int] = []
    ends: list[int] = []
    cuts = iter(gaps)
    gap = next(cuts, None)
    for number, (low, high) in enumerate(windows):
        if number:
            pieces.append("\0")
            there.append(low)
            ends.append(low)
        at = low
        while gap is not None and gap[1] <= high:
            if at < gap[0]:
                pieces.append(text[at : gap[0]])
                there.append(at)
                ends.append(gap[0])
            at, gap = max(at, gap[1]), next(cuts, None)
        if at < high:
            pieces.append(text[at:high])
            there.append(at)
            ends.append(high)
    here = tuple(accumulate(map(len, pieces), initial=0))[:-1]
    kept = tuple([piece != "\0" for piece in pieces])
    return Trail("".join(pieces), here, tuple(there), tuple(ends), kept)


def _window(text: str, number: Number) -> _Range:
    """A number with what stands around it, as far as a context word is looked for, cut between words."""
    start, end = number.start, number.end
    low, high = max(start - BEFORE, 0), min(end + AFTER, len(text))
    if low and (space := _SPACE.search(text, low, start)):
        low = space.end()
    elif low:
        low = start
    while high < len(text) and high > end and "!" <= text[high] <= "~":
        high -= 1
    return low, high
