"""Choose among what the decisions left open; routing may only narrow.

Order: released by the law, good enough, able to carry everything that was asked, cheapest first (a price that is not
known comes last), then as the configuration lists them. Every candidate that was set aside says why.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from isthmus.decision import Decision

Aside = Literal[
    "refused", "below_quality", "quality_unknown", "context_too_small", "missing_capability", "cannot_carry"
]


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment that the model name allows, with its decision and what it would cost.

    `cost` is in the policy's currency, None where no tariff is known; `quality` is None where nobody measured it.
    `losses` are the names of what its wire form cannot carry, None where it cannot be asked this at all.
    """

    deployment: str
    decision: Decision
    quality: Decimal | None = None
    cost: Decimal | None = None
    context: int | None = None
    capabilities: tuple[str, ...] | None = None
    losses: tuple[str, ...] | None = ()


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """The candidates to try, best first, and why each of the others is not among them."""

    order: tuple[Candidate, ...]
    aside: dict[str, Aside]

    @property
    def dearest(self) -> Candidate | None:
        """The dearest lawful candidate with a known cost: what the choice is measured against."""
        known = [c for c in self.order if c.cost is not None]
        return max(known, key=lambda c: c.cost or Decimal(0), default=None)


def choose(
    candidates: tuple[Candidate, ...],
    *,
    min_quality: Decimal = Decimal(0),
    input_tokens: int = 0,
    needs: frozenset[str] = frozenset(),
    strict: bool = False,
) -> Choice:
    """The order in which to try the candidates; `strict`: only those that carry everything."""
    aside: dict[str, Aside] = {}
    open_: list[Candidate] = []
    for candidate in candidates:
        reason = _aside(candidate, min_quality, input_tokens, needs)
        if reason is None and (candidate.losses is None or (strict and candidate.losses)):
            reason = "cannot_carry"
        if reason is None:
            open_.append(candidate)
        else:
            aside[candidate.deployment] = reason
    open_.sort(key=lambda c: (bool(c.losses), c.cost is None, c.cost or Decimal(0)))
    return Choice(order=tuple(open_), aside=aside)


def _aside(candidate: Candidate, min_quality: Decimal, input_tokens: int, needs: frozenset[str]) -> Aside | None:
    if not candidate.decision.release:
        return "refused"
    if min_quality > 0 and candidate.quality is None:
        return "quality_unknown"
    if candidate.quality is not None and candidate.quality < min_quality:
        return "below_quality"
    if candidate.context is not None and input_tokens > candidate.context:
        return "context_too_small"
    if candidate.capabilities is not None and not needs <= frozenset(candidate.capabilities):
        return "missing_capability"
    return None
