"""Find what is in the text of a call: one pass over all slots, then a confirmer for each candidate.

The slots are laid into one buffer behind a NUL each, encoded once and matched once. Only where something is found are
byte offsets turned into code points. A lone surrogate has no bytes; it is read as one unknown character.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from operator import itemgetter
from typing import TypeAlias

import msgspec

from isthmus.exchange import Finding, Scan, Slot, Unscanned
from isthmus.steps.scan.confirm import Candidate, Confirmer
from isthmus.steps.scan.context import Buffer
from isthmus.steps.scan.database import Hit, code_points
from isthmus.steps.scan.joints import across, joints
from isthmus.steps.scan.loading import Row, Scanner
from isthmus.steps.scan.overlaps import Spot, losers, resolve
from isthmus.steps.scan.prose.finders import PROSE
from isthmus.steps.scan.readings import TRIGGERS, Reading, Source, called, readings

NUL = "\0"


# matches per bytes from which on counting all code points is quicker than finding some
_DENSE = 32
_LEADING = bytes(0 if 0x80 <= byte < 0xC0 else 1 for byte in range(256))
# a pattern and the range of a buffer, in code points, that it matched without its edges
Match: TypeAlias = tuple[Row, int, int]


def scan(
    scanner: Scanner, slots: tuple[Slot, ...], unscanned: tuple[Unscanned, ...] = (), *, every: bool = False
) -> Scan:
    """What is in the text of a call, with `every` also what lost in overlaps.

    Pure and thread-safe; never raises for any text.
    """
    split = _split(scanner, slots) if len(slots) > 1 else ()
    names = NUL.join({slot.pointer.rpartition("/")[2] for slot in slots})
    text = NUL + NUL.join([slot.text for slot in slots]) + NUL
    matches, triggers = _look(scanner, text, names)
    if not (matches or triggers or scanner.statements or scanner.lists or (scanner.mentions and PROSE.search(text))):
        return Scan(findings=split, unscanned=unscanned, sees=scanner.sees)
    plain = [Reading(source, source.slot.text) for source in map(Source, slots)]
    if every:
        for reading in plain:
            reading.source.every = True
    found = _confirm(matches, text, plain, alone=not triggers)
    unread: list[Unscanned] = []
    further: list[Reading] = []
    if triggers:
        for reading in plain:
            more, missed = readings(reading, triggers)
            further += more
            unread += missed
    if further:
        text = NUL + NUL.join([reading.text for reading in further]) + NUL
        found += _confirm(_look(scanner, text, names, first=False)[0], text, further, alone=False)
    whole = (*plain, *(reading for reading in further if not reading.part))
    if scanner.mentions:
        found += scanner.mentions.find(whole)
    if scanner.lists:
        found += scanner.lists.find((*plain, *further))
    if scanner.statements:
        found += scanner.statements.find(whole, found)
    findings = (*resolve(found), *split)
    seen = Scan(findings=findings, unscanned=(*unscanned, *dict.fromkeys(unread)), sees=scanner.sees)
    return msgspec.structs.replace(seen, lost=losers(found, findings)) if every else seen


def _split(scanner: Scanner, slots: tuple[Slot, ...]) -> tuple[Finding, ...]:
    """What is split over two messages; running text is not looked for there."""
    found = joints(slots)
    if not found:
        return ()
    numbers = msgspec.structs.replace(scanner, mentions=None, statements=None, lists=None)
    return tuple(across(found, lambda texts: scan(numbers, texts).findings))


def _look(scanner: Scanner, text: str, names: str, *, first: bool = True) -> tuple[list[Match], frozenset[str]]:
    """What the engine sees in a buffer: matches in code points, and triggers of further readings.

    One pass, and another one for each kind of which the buffer or `names` hold a context word: the names of its slots
    (the ends of their pointers) are context too.
    """
    data = (text + names + NUL).encode("utf-8", "replace")
    rows, size = scanner.rows, len(scanner.forms.confirmers)
    found: list[Hit] = []
    triggers: set[str] = set()
    spoken: list[int] = []
    reach: dict[int, int] = {}
    for hit in scanner.forms.database.hits(data):
        number = hit[0] - size
        if number < 0:
            row = rows[hit[0]]
            if row.whole is None or _begins(row, hit, data, reach):
                found.append(hit)
        elif number < len(TRIGGERS):
            triggers.add(TRIGGERS[number])
        else:
            spoken.append(number - len(TRIGGERS))
    if spoken:
        found += _beside(scanner, sorted(spoken), data)
    calls = called(triggers, spoken=bool(spoken))
    if first and not calls:  # of patterns that make the same of the same range one is enough
        found = [(rows[number].alike, start, end) for number, start, end in found]
    return _matches(rows, found, text, data) if found else [], calls


def _beside(scanner: Scanner, spoken: list[int], data: bytes) -> list[Hit]:
    """What the patterns hit of those kinds that are spoken of, in order of its end."""
    found: list[Hit] = []
    for near in [scanner.beside[place] for place in spoken]:
        found += [(number + near.first, start, end) for number, start, end in near.database.hits(data)]
    found.sort(key=itemgetter(2))
    return found


def _begins(row: Row, hit: Hit, data: bytes, reach: dict[int, int]) -> bool:
    """Whether something of which only the beginning was looked for may stand where a pattern hit.

    Not inside what it already took in the same text; the rest is decided later.
    """
    whole, (number, start, _) = row.whole, hit
    start += row.head
    if whole is None or start < reach.get(number, 0):
        return whole is None
    match = whole.match(data, start)
    if match is None:
        return not row.strict
    inside = data.find(b"\0", start, match.end())
    reach[number] = inside if inside >= 0 else match.end()
    return True


def _matches(rows: tuple[Row, ...], hits: list[Hit], text: str, data: bytes) -> list[Match]:
    """The hits as code points of `text`, without their edges, each range once."""
    places = dict.fromkeys([(n, start + rows[n].head, end - rows[n].tail) for n, start, end in hits])
    points: Mapping[int, int] | Sequence[int]
    if data.isascii():
        points = range(len(data) + 1)
    elif len(places) * _DENSE > len(data):
        points = array("I", accumulate(data.translate(_LEADING), initial=0))
    else:
        points = code_points(data, {offset for _, start, end in places for offset in (start, end)})
    exact = [(rows[n], points[start], points[end]) for n, start, end in places]
    size = len(text)
    return [(row, start + row.before, end - row.after) for row, start, end in exact if end - row.after < size]


def _confirm(matches: list[Match], text: str, read: list[Reading], *, alone: bool) -> list[Spot]:
    """The findings that the matches in a buffer of readings become; `alone`: there is no other buffer."""
    starts = list(accumulate((len(reading.text) + 1 for reading in read), initial=1))[:-1]
    found: list[Spot] = []
    buffer = Buffer(text)
    reach: dict[int, int] = {}
    low = high = -1
    for row, begin, stop in matches:
        start, end, confirmer = begin, stop, row.confirmer
        if not low <= start <= high:  # in another reading than the one before
            place = bisect_right(starts, start) - 1
            reading, low = read[place], starts[place]
            high = low + len(reading.text)
            source, area = reading.source, reading.area
            closed = reading.parent is None and source.structured and source.escaped
        if closed:
            continue
        if confirmer.span is not None or confirmer.lead is not None:
            start, end = _narrowed(confirmer, text, (start, end, high), reach)
        if not start < end <= high:
            continue
        at, to = start - low, end - low
        if not reading.plain:
            at, to = reading.in_area(at, to)
        if not area and source.settled(row, at, to, alone=alone):
            continue
        finding = confirmer.confirm(Candidate(buffer, start, end, low, high, reading))
        if finding is not None:
            found.append(Spot((source.slot.pointer, source.slot.key, area), at, to, finding))
            if finding.check == "valid" and finding.strength == "certain" and not area:
                source.settle(row, at, to)
    return found


def _narrowed(confirmer: Confirmer, text: str, seen: tuple[int, int, int], reach: dict[int, int]) -> tuple[int, int]:
    """The whole of what was seen by its beginning, without what leads to it; empty where it is no such thing.

    `seen` is the match and the end of its reading; `reach` is how far each pattern got: it begins nowhere inside what
    it already took.
    """
    start, end, high = seen
    if confirmer.span is not None:
        whole = confirmer.span.match(text, start, high) if start >= reach.get(id(confirmer), 0) else None
        if whole is None:
            return start, start
        end = reach[id(confirmer)] = whole.end()
    if confirmer.lead is not None and (led := confirmer.lead.match(text, start, end)):
        start = led.end()
    return start, end


def scan_text(scanner: Scanner, text: str, *, every: bool = False) -> Scan:
    """Scan one text that is no part of a body."""
    return scan(scanner, (Slot(pointer="", text=text),), every=every)
