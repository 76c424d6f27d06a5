"""Find what is in the text of a call: one pass over all slots, then a confirmer for each candidate.

The slots are laid into one buffer behind a NUL each, encoded once and matched once. Only where something is found are
byte offsets turned into code points. A lone surrogate has no bytes; it is read as one unknown character.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

from isthmus.exchange import Scan, Slot, Unscanned
from isthmus.steps.scan.confirm import Candidate, Confirmer
from isthmus.steps.scan.database import Hit
from isthmus.steps.scan.loading import Matcher, Scanner
from isthmus.steps.scan.overlaps import Spot, resolve
from isthmus.steps.scan.prose.finders import PROSE
from isthmus.steps.scan.readings import TRIGGERS, Reading, Source, readings

NUL = "\0"


def scan(scanner: Scanner, slots: tuple[Slot, ...], unscanned: tuple[Unscanned, ...] = ()) -> Scan:
    """What is in the text of a call. Pure and thread-safe; never raises for any text."""
    names = {slot.pointer.rpartition("/")[2] for slot in slots}
    text = NUL + NUL.join([slot.text for slot in slots]) + NUL
    seen = _look(scanner, text, NUL.join(names))
    if not seen.any and not (scanner.mentions and PROSE.search(text)):
        return Scan(findings=(), unscanned=unscanned, sees=scanner.sees)
    plain = [Reading(source, source.slot.text) for source in map(Source, slots)]
    decided: set[tuple[int, int, int, int]] = set()
    found = _confirm(seen, text, plain, decided)
    unread: list[Unscanned] = []
    further: list[Reading] = []
    if seen.triggers:
        for reading in plain:
            more, missed = readings(reading.source, seen.triggers)
            further += more
            unread += missed
        text = NUL + NUL.join([reading.text for reading in further]) + NUL
        found += _confirm(_look(scanner, text, NUL.join(names)), text, further, decided)
    if scanner.mentions:
        found += scanner.mentions.find((*plain, *further))
    return Scan(findings=resolve(found), unscanned=(*unscanned, *dict.fromkeys(unread)), sees=scanner.sees)


class Seen(NamedTuple):
    """What the engine saw in a buffer: candidates in code points, triggers of further readings, and anything at all."""

    candidates: list[tuple[Confirmer, int, int]]
    triggers: frozenset[str]
    any: bool


def _look(scanner: Scanner, text: str, names: str) -> Seen:
    """One pass over a buffer, and a second one with the patterns of those kinds whose context words it holds.

    `names` are those of the slots (the ends of their pointers), which are context too.
    """
    data = (text + names + NUL).encode("utf-8", "replace")
    hits = scanner.forms.database.hits(data)
    if not hits:
        return Seen([], frozenset(), any=False)
    first, count = len(scanner.forms.confirmers), len(TRIGGERS)
    triggers = frozenset(TRIGGERS[hit[0] - first] for hit in hits if 0 <= hit[0] - first < count)
    spoken = {scanner.contexts[hit[0] - first - count] for hit in hits if hit[0] >= first + count}
    candidates = _candidates(scanner.forms, [hit for hit in hits if hit[0] < first], text, data)
    if spoken:
        near = scanner.beside.confirmers
        hits = [hit for hit in scanner.beside.database.hits(data) if near[hit[0]].origin.kind in spoken]
        candidates += _candidates(scanner.beside, hits, text, data)
    return Seen(candidates, triggers, any=bool(candidates or triggers))


def _candidates(matcher: Matcher, hits: list[Hit], text: str, data: bytes) -> list[tuple[Confirmer, int, int]]:
    """The hits as code points of `text`, without their edges, each range once."""
    if not hits:
        return []
    database, confirmers = matcher.database, matcher.confirmers
    before, after, wide = database.before, database.after, database.wide
    narrow = [hit if wide[hit[0]] else (hit[0], hit[1] + before[hit[0]], hit[2] - after[hit[0]]) for hit in hits]
    if not data.isascii():
        points: dict[int, int] = {}
        byte = point = 0
        for offset in sorted({offset for _, start, end in narrow for offset in (start, end)}):
            point += len(data[byte:offset].decode("utf-8", "replace"))
            byte = offset
            points[offset] = point
        narrow = [(number, points[start], points[end]) for number, start, end in narrow]
    size = len(text)
    exact = (
        (number, start + before[number], end - after[number]) if wide[number] else (number, start, end)
        for number, start, end in dict.fromkeys(narrow)
    )
    return [(confirmers[number], start, end) for number, start, end in exact if end < size]


def _confirm(seen: Seen, text: str, read: list[Reading], decided: set[tuple[int, int, int, int]]) -> list[Spot]:
    """The findings that the candidates in a buffer of readings become; earlier readings have `decided` some."""
    starts = list(accumulate((len(reading.text) + 1 for reading in read), initial=1))[:-1]
    found: list[Spot] = []
    reach: dict[int, int] = {}
    for confirmer, begin, stop in seen.candidates:
        start, end = begin, stop
        place = bisect_right(starts, start) - 1
        reading, low = read[place], starts[place]
        high = low + len(reading.text)
        if reading.parent is None and reading.source.escaped:
            continue
        if confirmer.span is not None:
            whole = confirmer.span.match(text, start, high) if start >= reach.get(id(confirmer), 0) else None
            if whole is None:
                continue
            end = reach[id(confirmer)] = whole.end()
        if confirmer.lead is not None and (led := confirmer.lead.match(text, start, end)):
            start = led.end()
        if start < end <= high:
            where = reading.in_area(start - low, end - low)
            mark = (id(reading.source), id(confirmer), *where)
            if reading.area or mark not in decided:
                decided.add(mark)
                finding = confirmer.confirm(Candidate(text, start, end, low, high, reading))
                if finding is not None:
                    part = finding.parts[0]
                    found.append(Spot((part.pointer, part.key, reading.area), *where, finding))
    return found


def scan_text(scanner: Scanner, text: str) -> Scan:
    """Scan one text that is no part of a body."""
    return scan(scanner, (Slot(pointer="", text=text),))
