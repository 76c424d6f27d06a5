"""Which of several findings in one place stay.

The surest and longest goes first; what lies inside a finding that stays is dropped, and so is a mere possibility that
touches one. Two sure findings that only cross both stay: transform edits their union.
"""

from __future__ import annotations

from collections import defaultdict

import msgspec

from isthmus.exchange import STRENGTH_ORDER, Finding

_GRID = 64
_CHECKED = {"valid": 2, "none": 1, "invalid": 0}


class Spot(msgspec.Struct, frozen=True):
    """A finding and where it stands in the text in which it could overlap with others."""

    area: tuple[object, ...]
    start: int
    end: int
    finding: Finding


def resolve(found: list[Spot]) -> tuple[Finding, ...]:
    """The findings that stay, area by area in the order of their text."""
    if len(found) < 2:
        return tuple(spot.finding for spot in found)
    areas: dict[tuple[object, ...], list[Spot]] = defaultdict(list)
    for spot in found:
        areas[spot.area].append(spot)
    return tuple(spot.finding for area in areas.values() for spot in _sweep(area))


def losers(found: list[Spot], kept: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that did not stay, each once, in the order of their text."""
    seen = {(finding.kind, finding.parts) for finding in kept}
    lost: list[Finding] = []
    for finding in (spot.finding for spot in sorted(found, key=_place)):
        if (key := (finding.kind, finding.parts)) not in seen:
            seen.add(key)
            lost.append(finding)
    return tuple(lost)


def is_general(kind: str) -> bool:
    """Whether a kind is one of all countries, which yields to a country's own."""
    return kind.startswith("common.")


def _rank(spot: Spot) -> tuple[int, int, int, bool]:
    """The surest first, then the longest, the best checked, and a country's own kind before one of all countries."""
    finding = spot.finding
    return -STRENGTH_ORDER[finding.strength], spot.start - spot.end, -_CHECKED[finding.check], is_general(finding.kind)


def _place(spot: Spot) -> tuple[int, int]:
    return spot.start, spot.end


def _sweep(area: list[Spot]) -> list[Spot]:
    """Settle each cluster of findings that touch, so that a long text with many findings stays linear."""
    area.sort(key=_place)
    kept: list[Spot] = []
    cluster = area[:1]
    reach = area[0].end
    for spot in area[1:]:
        if spot.start >= reach:
            kept += cluster if len(cluster) == 1 else _settle(cluster)
            cluster = []
        cluster.append(spot)
        reach = max(reach, spot.end)
    return kept + _settle(cluster)


def _settle(cluster: list[Spot]) -> list[Spot]:
    if len(cluster) < 2:
        return cluster
    if len(cluster) == 2 and (cluster[0].start, cluster[0].end) == (cluster[1].start, cluster[1].end):
        return [min(cluster, key=_rank)]
    kept: list[Spot] = []
    taken: dict[int, list[Spot]] = defaultdict(list)  # those that stay, by the squares of a grid that they stand on
    for spot in sorted(cluster, key=_rank):
        squares = range(spot.start // _GRID, (spot.end - 1) // _GRID + 1)
        inside = any(k.start <= spot.start and spot.end <= k.end for k in taken.get(squares[0], ()))
        if inside or (spot.finding.strength == "possible" and _touches(spot, squares, taken)):
            continue
        kept.append(spot)
        for square in squares:
            taken[square].append(spot)
    return sorted(kept, key=_place)


def _touches(spot: Spot, squares: range, taken: dict[int, list[Spot]]) -> bool:
    return any(k.start < spot.end and spot.start < k.end for square in squares for k in taken.get(square, ()))
