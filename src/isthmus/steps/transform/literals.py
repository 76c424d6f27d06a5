"""Text that already looks like a pseudonym goes out under a pseudonym of its own and comes back as it was.

Looked for: the strict form with a right check symbol, of any type word, and any tolerated form of a code issued here.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from isthmus.exchange import Edit
from isthmus.pseudonyms.form import ALPHABET, is_code, type_word
from isthmus.pseudonyms.reader import WAIT, Codes, Reader, reader
from isthmus.pseudonyms.starts import lowered
from isthmus.pseudonyms.traces import joined, may_hold
from isthmus.steps.transform.language import FALLBACK
from isthmus.steps.transform.pseudonyms import Issuer

_STRICT = re.compile(r"-([2-9A-HJKMNP-Z]{5,7})(?![0-9A-Za-z])")
_SYMBOLS = ALPHABET.encode()
_FEW = 32  # codes that are looked for one by one
_FAR = "\0" * 8  # keeps texts that are looked at together apart


class Place(msgspec.Struct, frozen=True, gc=False):
    """One text of a body: the string at `pointer`, or the key that names it."""

    pointer: str
    key: bool
    text: str


def literal_edits(
    places: Sequence[Place], edits: Iterable[Edit], words: Mapping[str, Mapping[str, str]], issuer: Issuer
) -> list[Edit]:
    """The edits that escape such text, none of them inside what `edits` replace."""
    issued = issuer.codes
    if not _suspicious(_FAR.join([place.text for place in places]), issued):
        return []
    busy: dict[tuple[str, bool], list[tuple[int, int]]] = {}
    for edit in edits:
        busy.setdefault((edit.pointer, edit.key), []).append((edit.start, edit.end))
    known = frozenset(type_word(word) for each in (*words.values(), FALLBACK) for word in each.values()) - {""}
    reads = reader(known)
    codes = Codes((code, known) for code in issued)
    found: list[Edit] = []
    for place in places:
        if not _suspicious(place.text, issued):
            continue
        taken = busy.get((place.pointer, place.key), [])
        for start, end, word in _sightings(place.text, reads, codes):
            at = bisect_left(taken, (end, 0))
            if at and taken[at - 1][1] > start:
                continue
            new = issuer.literal(place.text[start:end], word)
            found.append(
                Edit(
                    pointer=place.pointer, start=start, end=end, text=new, kind="literal", duty="escape", key=place.key
                )
            )
    return found


def _suspicious(text: str, issued: frozenset[str]) -> bool:
    """Whether a closer look is worth its time: a strict form, or an issued code, though it were taken apart."""
    if any(is_code(match[1]) for match in _STRICT.finditer(text)):
        return True
    if len(issued) <= _FEW:
        return bool(issued) and may_hold(text, issued)
    run = joined(text)
    shortest = min(map(len, issued))
    beginnings = {code[:shortest].encode() for code in issued}
    return any(match[1] in beginnings for match in re.finditer(b"(?=([%b]{%d}))" % (_SYMBOLS, shortest), run))


def _sightings(text: str, reads: Reader, codes: Codes) -> Iterable[tuple[int, int, str]]:
    at = 0
    low = lowered(text)
    while (start := reads.find(low, at)) >= 0:
        found = reads.read(text, start, codes, final=True)
        assert found != WAIT
        at = start + 1
        if found is not None:
            if found.issued or (found.strict and is_code(found.code)):
                yield found.start, found.end, found.word
            at = found.end
