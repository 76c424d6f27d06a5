"""What the enterprise's exact lists hold, found in each slot and in what its encoded runs hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from isthmus.steps.scan.confirm import Origin, make_finding
from isthmus.steps.scan.exact_find import ExactFinder
from isthmus.steps.scan.exact_form import FIELDS, Field
from isthmus.steps.scan.overlaps import Spot
from isthmus.steps.scan.readings import Reading

KINDS: dict[Field, str] = {field: f"term.{'person' if field == 'name' else field}" for field in FIELDS}


class Exact(msgspec.Struct, frozen=True, kw_only=True):
    """A finder for each list, and what a value of each field is."""

    finders: tuple[ExactFinder, ...]
    origins: Mapping[Field, Origin]

    def find(self, read: Iterable[Reading]) -> list[Spot]:
        """The findings in every reading: what closes up a number joins others."""
        spots: list[Spot] = []
        for reading in read:
            slot = reading.source.slot
            for finder in self.finders:
                for match in finder.find(reading.text):
                    finding = make_finding(
                        reading,
                        match.start,
                        match.end,
                        origin=self.origins[match.field],
                        strength="possible" if match.doubtful else "certain",
                        why="in an exact list, perhaps by chance" if match.doubtful else "in an exact list",
                        value=match.value,
                    )
                    place = reading.in_area(match.start, match.end)
                    spots.append(Spot((slot.pointer, slot.key, reading.area), *place, finding))
        return spots
