"""What the finders of running text see, in each slot and in what its encoded runs hold."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from isthmus.exchange import Strength
from isthmus.steps.scan.confirm import Origin, make_finding
from isthmus.steps.scan.overlaps import Spot
from isthmus.steps.scan.prose.finders import Find
from isthmus.steps.scan.readings import Reading


class Finder(msgspec.Struct, frozen=True, kw_only=True):
    """A finder of one kind, and the weight of evidence from which it is called certain."""

    origin: Origin
    name: str
    find: Find
    sure: float


def mentions(finders: tuple[Finder, ...], read: Iterable[Reading]) -> list[Spot]:
    """The findings of all finders in the last reading of each area, which is the one that hides least."""
    areas: dict[tuple[int, tuple[tuple[int, int], ...]], Reading] = {}
    for reading in read:
        areas[id(reading.source), reading.area] = reading
    found: list[Spot] = []
    for reading in areas.values():
        for finder in finders:
            for mention in finder.find(reading.text):
                strength: Strength = "certain" if mention.weight >= finder.sure else "likely"
                where = (mention.start, mention.end)
                finding = make_finding(reading, *where, origin=finder.origin, strength=strength, why=mention.why)
                part = finding.parts[0]
                place = reading.in_area(*where) if reading.area else (part.start, part.end)
                found.append(Spot((part.pointer, part.key, reading.area), *place, finding))
    return found
