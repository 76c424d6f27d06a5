"""What is said of someone that is sensitive, in each slot and in what its encoded runs hold."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from isthmus.steps.scan.confirm import Origin, make_finding
from isthmus.steps.scan.overlaps import Spot
from isthmus.steps.scan.people import NAMES
from isthmus.steps.scan.prose.sensitive import SensitiveFinder
from isthmus.steps.scan.readings import Reading

PERSONAL = frozenset({"cn.personal", "cn.sensitive"})


class Statements(msgspec.Struct, frozen=True, kw_only=True):
    """The finder of sensitive classes, and what each of them is, by its kind."""

    finder: SensitiveFinder
    origins: dict[str, Origin]

    def find(self, read: Iterable[Reading], found: Iterable[Spot]) -> list[Spot]:
        """The findings in the last reading of each area, where persons may be those that were `found` before."""
        areas: dict[tuple[int, tuple[tuple[int, int], ...]], Reading] = {}
        for reading in read:
            areas[id(reading.source), reading.area] = reading
        persons: dict[tuple[object, ...], list[tuple[int, int]]] = {}
        for spot in found:
            if spot.finding.kind in NAMES or not PERSONAL.isdisjoint(spot.finding.classes):
                persons.setdefault(spot.area, []).append((spot.start, spot.end))
        spots: list[Spot] = []
        for reading in areas.values():
            slot = reading.source.slot
            area = (slot.pointer, slot.key, reading.area)
            same = len(reading.text) == len(slot.text) and not reading.area
            for said in self.finder.find(reading.text, persons.get(area, ()) if same else ()):
                where = (said.start, said.end)
                finding = make_finding(
                    reading, *where, origin=self.origins[said.kind], strength="likely", why=said.why, value=said.value
                )
                part = finding.parts[0]
                place = reading.in_area(*where) if reading.area else (part.start, part.end)
                spots.append(Spot((*area, said.kind), *place, finding))  # a class stays beside any other finding
        return spots
