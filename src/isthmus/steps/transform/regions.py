"""Overlapping findings become their union under the strongest duty: what is edited are disjoint regions of a text."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from isthmus.exchange import STRENGTH_ORDER, Finding

# strongest first: what may not come back wins over what may
DUTIES = ("drop", "hash", "generalise", "surrogate", "pseudonymise")
REVERSIBLE_DUTIES = frozenset({"surrogate", "pseudonymise"})
_CHECKED = {"valid": 2, "none": 1, "invalid": 0}


class Inner(msgspec.Struct, frozen=True):
    """Where a mark stands in the text of its layer, and how that layer writes text."""

    text: str
    start: int
    end: int
    encode: Callable[[str], str]


class Marked(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a finding in one text: `[start, end)`, the layers it still lies under, and its duty.

    `inner` is set where the mark was carried out of a layer that can be edited in place; `run` names a layer that is
    written anew as a whole.
    """

    start: int
    end: int
    duty: str
    finding: Finding
    part: int = 0
    via: tuple[str, ...] = ()
    inner: Inner | None = None
    run: int | None = None

    @property
    def value(self) -> str:
        """The canonical value; a part of a finding that was split over several places stands for itself."""
        return self.finding.value if len(self.finding.parts) == 1 else f"{self.finding.value}\x1f{self.part}"


class Region(msgspec.Struct, frozen=True):
    """A stretch of a text to be replaced: by the pseudonym of `value`, a marker, or a layer written anew (`run`)."""

    start: int
    end: int
    duty: str
    kind: str
    value: str
    inner: Inner | None = None
    run: int | None = None


def regions(text: str, marks: Iterable[Marked]) -> list[Region]:
    """Disjoint regions in the order of the text."""
    groups: list[list[Marked]] = []
    end = -1
    for mark in sorted(marks, key=lambda each: (each.start, -each.end)):
        if mark.start < end:
            groups[-1].append(mark)
        else:
            groups.append([mark])
        end = max(end, mark.end)
    return [_region(text, members) for members in groups]


def _region(text: str, members: list[Marked]) -> Region:
    if len(members) == 1:
        mark = members[0]
        return Region(mark.start, mark.end, mark.duty, mark.finding.kind, mark.value, mark.inner, mark.run)
    start, end = members[0].start, max(mark.end for mark in members)
    duty = min((mark.duty for mark in members), key=DUTIES.index)
    inner = next((mark.inner for mark in members if mark.inner), None)
    dutiful = min((mark for mark in members if mark.duty == duty), key=_rank)
    whole = min((mark for mark in members if (mark.start, mark.end) == (start, end)), key=_rank, default=None)
    if whole is None or whole.run is not None:  # no finding covers the union: its own text is the value
        return Region(start, end, duty, dutiful.finding.kind, text[start:end])
    named = dutiful if duty == "drop" else whole
    return Region(start, end, duty, named.finding.kind, whole.value, whole.inner or inner)


def _rank(mark: Marked) -> tuple[int, int, int, str]:
    """Longest first, then strongest, then best checked."""
    finding = mark.finding
    return (mark.start - mark.end, -STRENGTH_ORDER[finding.strength], -_CHECKED[finding.check], finding.kind)
