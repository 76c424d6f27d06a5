"""Which of several findings in one place stay.

The surest and longest goes first; what lies inside a finding that stays is dropped, and so is a mere possibility that
touches one. Two sure findings that only cross both stay: transform edits their union.
"""

from __future__ import annotations

from collections import defaultdict

from isthmus.exchange import STRENGTH_ORDER, Finding

_CHECKED = {"valid": 2, "none": 1, "invalid": 0}


def resolve(found: list[Finding]) -> tuple[Finding, ...]:
    """The findings that stay, in the order of the text; `found` is in the order of the slots."""
    if len(found) < 2:
        return tuple(found)
    by_slot: dict[tuple[str, bool], list[Finding]] = defaultdict(list)
    for finding in found:
        by_slot[finding.parts[0].pointer, finding.parts[0].key].append(finding)
    kept = [finding for group in by_slot.values() for finding in _resolve_slot(group)]
    return tuple(kept)


def _rank(finding: Finding) -> tuple[int, int, int]:
    part = finding.parts[0]
    return -STRENGTH_ORDER[finding.strength], -(part.end - part.start), -_CHECKED[finding.check]


def _resolve_slot(group: list[Finding]) -> list[Finding]:
    """Sweep over clusters of findings that touch, so that a long text with many findings stays linear."""
    group.sort(key=_place)
    kept: list[Finding] = []
    cluster: list[Finding] = []
    reach = -1
    for finding in group:
        if cluster and finding.parts[0].start >= reach:
            kept += _settle(cluster)
            cluster = []
        cluster.append(finding)
        reach = max(reach if len(cluster) > 1 else -1, finding.parts[0].end)
    return kept + _settle(cluster)


def _place(finding: Finding) -> tuple[int, int]:
    return finding.parts[0].start, finding.parts[0].end


def _settle(cluster: list[Finding]) -> list[Finding]:
    if len(cluster) < 2:
        return cluster
    kept: list[Finding] = []
    for finding in sorted(cluster, key=_rank):
        part = finding.parts[0]
        inside = any(k.parts[0].start <= part.start and part.end <= k.parts[0].end for k in kept)
        touches = finding.strength == "possible" and any(
            k.parts[0].start < part.end and part.start < k.parts[0].end for k in kept
        )
        if not (inside or touches):
            kept.append(finding)
    return sorted(kept, key=_place)
