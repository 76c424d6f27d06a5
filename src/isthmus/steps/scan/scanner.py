"""Find what is in the text of a call: one pass over all slots, then a confirmer for each candidate.

The slots are laid into one buffer behind a NUL each, encoded once and matched once. Only where something is found are
byte offsets turned into code points. A lone surrogate has no bytes; it is read as one unknown character.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from isthmus.exchange import Scan, Slot, Unscanned
from isthmus.steps.scan.confirm import Candidate
from isthmus.steps.scan.database import Database, Hit
from isthmus.steps.scan.loading import Scanner
from isthmus.steps.scan.overlaps import Spot, resolve
from isthmus.steps.scan.prose.han_names import HAN
from isthmus.steps.scan.readings import TRIGGERS, Reading, Source, readings

NUL = "\0"


def scan(scanner: Scanner, slots: tuple[Slot, ...], unscanned: tuple[Unscanned, ...] = ()) -> Scan:
    """What is in the text of a call. Pure and thread-safe; never raises for any text."""
    text = NUL + NUL.join([slot.text for slot in slots]) + NUL
    hits = scanner.database.hits(text.encode("utf-8", "replace"))
    if not hits and not (scanner.mentions and HAN.search(text)):
        return Scan(findings=(), unscanned=unscanned, sees=scanner.sees)
    sources = [Source(slot) for slot in slots]
    plain = [Reading(source, source.slot.text) for source in sources]
    seen: set[tuple[int, int, int, int]] = set()
    found = _confirm(scanner, hits, text, plain, seen)
    first = len(scanner.confirmers)
    triggers = frozenset(TRIGGERS[hit[0] - first] for hit in hits if 0 <= hit[0] - first < len(TRIGGERS))
    unread: list[Unscanned] = []
    further: list[Reading] = []
    if triggers:
        for source in sources:
            more, missed = readings(source, triggers)
            further += more
            unread += missed
        text = NUL + NUL.join([reading.text for reading in further]) + NUL
        found += _confirm(scanner, scanner.database.hits(text.encode("utf-8", "replace")), text, further, seen)
    if scanner.mentions:
        found += scanner.mentions.find((*plain, *further))
    return Scan(findings=resolve(found), unscanned=(*unscanned, *dict.fromkeys(unread)), sees=scanner.sees)


def _confirm(
    scanner: Scanner, hits: list[Hit], text: str, read: list[Reading], seen: set[tuple[int, int, int, int]]
) -> list[Spot]:
    """The findings that the candidates in a buffer of readings become; what an earlier reading decided is `seen`."""
    starts = list(accumulate((len(reading.text) + 1 for reading in read), initial=1))[:-1]
    found: list[Spot] = []
    first = len(scanner.confirmers)
    spoken = {scanner.contexts[hit[0] - first - len(TRIGGERS)] for hit in hits if hit[0] >= first + len(TRIGGERS)}
    hits = [hit for hit in hits if hit[0] < first]
    reach: dict[int, int] = {}
    for number, start, stop in _code_points(scanner.database, hits, text) if hits else ():
        end = stop
        place = bisect_right(starts, start) - 1
        reading, low = read[place], starts[place]
        high = low + len(reading.text)
        if reading.parent is None and reading.source.escaped:
            continue
        confirmer = scanner.confirmers[number]
        origin = confirmer.origin
        if (
            confirmer.needs_context
            and origin.kind not in spoken
            and not reading.source.named(origin.kind, origin.nearby)
        ):
            continue
        if confirmer.span is not None:
            whole = confirmer.span.match(text, start, high) if start >= reach.get(number, 0) else None
            if whole is None:
                continue
            end = reach[number] = whole.end()
        if start < end <= high:
            where = reading.in_area(start - low, end - low)
            mark = (id(reading.source), number, *where)
            if reading.area or mark not in seen:
                seen.add(mark)
                finding = confirmer.confirm(Candidate(text, start, end, low, high, reading))
                if finding is not None:
                    part = finding.parts[0]
                    found.append(Spot((part.pointer, part.key, reading.area), *where, finding))
    return found


def scan_text(scanner: Scanner, text: str) -> Scan:
    """Scan one text that is no part of a body."""
    return scan(scanner, (Slot(pointer="", text=text),))


def _code_points(database: Database, hits: list[Hit], text: str) -> list[Hit]:
    """The hits as code points of `text`, without their edges, each range once."""
    before, after, wide = database.before, database.after, database.wide
    narrow = [hit if wide[hit[0]] else (hit[0], hit[1] + before[hit[0]], hit[2] - after[hit[0]]) for hit in hits]
    offsets = sorted({offset for _, start, end in narrow for offset in (start, end)})
    data = text.encode("utf-8", "replace")
    if len(data) != len(text):
        points: dict[int, int] = {}
        byte = point = 0
        for offset in offsets:
            point += len(data[byte:offset].decode("utf-8", "replace"))
            byte = offset
            points[offset] = point
        narrow = [(number, points[start], points[end]) for number, start, end in narrow]
    return [
        (number, start + before[number], end - after[number]) if wide[number] else (number, start, end)
        for number, start, end in dict.fromkeys(narrow)
    ]
