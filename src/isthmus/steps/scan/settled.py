"""What earlier matches of a scan settled, so that others at the same place need no closer look."""

from __future__ import annotations

from isthmus.steps.scan.loading import Row
from isthmus.steps.scan.readings import Source


class Settled:
    """Ranges of the slots where a pattern was tried, and those where no other finding of the same range can win.

    The latter agrees with `overlaps`: what is certain and checked only yields to the same of a country's own kind.
    """

    __slots__ = ("_sure", "_tried")

    def __init__(self) -> None:
        self._tried: set[tuple[int, int, int, int]] = set()
        self._sure: dict[tuple[int, int, int], bool] = {}  # whether the finding there is of a kind of all countries

    def before(self, source: Source, row: Row, start: int, end: int) -> bool:
        """Whether a pattern need not be tried at a range, which counts as tried from now on."""
        sure = self._sure.get((id(source), start, end))
        if sure is not None and (row.general or not sure):
            return True
        tried = (id(source), id(row.confirmer), start, end)
        if tried in self._tried:
            return True
        self._tried.add(tried)
        return False

    def note(self, source: Source, row: Row, start: int, end: int) -> None:
        """A pattern made a certain finding that passed its check of a range."""
        place = (id(source), start, end)
        self._sure[place] = row.general and self._sure.get(place, True)
