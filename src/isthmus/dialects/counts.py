"""Counts of tokens out of a provider's own report."""

from __future__ import annotations

from typing import Any

from isthmus.exchange import Count

NONE = Count(amount=None)


def count(node: Any, *names: str) -> Count:
    """The whole number at the end of these member names; unknown where there is none."""
    for name in names:
        node = node.get(name) if isinstance(node, dict) else None
    return Count(amount=node, provenance="provider") if type(node) is int and node >= 0 else NONE


def first(*counts: Count) -> Count:
    """The first count that is known."""
    return next((each for each in counts if each.amount is not None), NONE)


def total(*counts: Count) -> Count:
    """The sum of counts of which the first is known; the others may be."""
    if counts[0].amount is None:
        return NONE
    return Count(amount=sum(each.amount or 0 for each in counts), provenance="provider")
