"""What the finders of running text see, in each slot and in what its encoded runs hold."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from isthmus.exchange import Strength
from isthmus.steps.scan.confirm import Origin, make_finding
from isthmus.steps.scan.overlaps import Spot
from isthmus.steps.scan.prose.finders import Prose
from isthmus.steps.scan.prose.han_names import SURE
from isthmus.steps.scan.readings import Reading


class Mentions(msgspec.Struct, frozen=True, kw_only=True):
    """The finders of running text, and what each of them finds, by its name."""

    prose: Prose
    origins: dict[str, Origin]

    def find(self, read: Iterable[Reading]) -> list[Spot]:
        """The findings in the last reading of each area, which is the one that hides least."""
        areas: dict[tuple[int, tuple[tuple[int, int], ...]], Reading] = {}
        for reading in read:
            areas[id(reading.source), reading.area] = reading
        found: list[Spot] = []
        for reading in areas.values():
            for name, mention in self.prose.find(reading.text):
                strength: Strength = "certain" if mention.weight >= SURE else "likely"
                where = (mention.start, mention.end)
                origin = self.origins[name]
                finding = make_finding(reading, *where, origin=origin, strength=strength, why=mention.why)
                part = finding.parts[0]
                place = reading.in_area(*where) if reading.area else (part.start, part.end)
                found.append(Spot((part.pointer, part.key, reading.area), *place, finding))
        return found
