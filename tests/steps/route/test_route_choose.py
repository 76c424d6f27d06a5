"""Routing may only narrow: cheapest lawful and good enough first, and every other candidate says why not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.decision import Decision
from isthmus.exchange import Slot
from isthmus.steps.route import Candidate, choose, estimate_tokens

OPEN = Decision(verdict="allow", release=True, on="2026-11-25")
SHUT = Decision(verdict="deny", release=False, on="2026-11-25")


def candidate(name: str, cost: str | None = "1", **members: Any) -> Candidate:
    """A candidate that may be used, unless its members say otherwise."""
    given_ = {"decision": OPEN, "cost": None if cost is None else Decimal(cost), **members}
    return Candidate(deployment=name, **given_)


def order(*candidates: Candidate, **asked: Any) -> list[str]:
    """The names in the order in which they are tried."""
    return [row.deployment for row in choose(candidates, **asked).order]


def test_the_cheapest_comes_first_and_an_unknown_price_last() -> None:
    assert order(candidate("a", "3"), candidate("b", None), candidate("c", "1")) == ["c", "a", "b"]


def test_at_equal_cost_the_configuration_decides() -> None:
    assert order(candidate("b"), candidate("a"), candidate("c", "1.00")) == ["b", "a", "c"]


def test_everyone_set_aside_says_why() -> None:
    choice = choose(
        (
            candidate("law", decision=SHUT),
            candidate("poor", quality=Decimal("0.79")),
            candidate("unmeasured"),
            candidate("small", quality=Decimal("0.9"), context=999),
            candidate("mute", quality=Decimal("0.9"), capabilities=("streaming",)),
            candidate("good", quality=Decimal("0.8"), context=1000, capabilities=("streaming", "tools")),
        ),
        min_quality=Decimal("0.8"),
        input_tokens=1000,
        needs=frozenset({"tools"}),
    )
    assert [row.deployment for row in choice.order] == ["good"]
    assert choice.aside == {
        "law": "refused",
        "poor": "below_quality",
        "unmeasured": "quality_unknown",
        "small": "context_too_small",
        "mute": "missing_capability",
    }


def test_the_dearest_lawful_choice_is_what_savings_are_measured_against() -> None:
    rows = (candidate("a", "1"), candidate("b", "5"), candidate("c", None), candidate("d", "9", decision=SHUT))
    dearest = choose(rows).dearest
    assert dearest is not None
    assert dearest.deployment == "b"
    assert choose((candidate("c", None),)).dearest is None


CANDIDATES = st.builds(
    candidate,
    st.uuids().map(str),
    st.none() | st.decimals("0", "10", places=3).map(str),
    decision=st.sampled_from([OPEN, SHUT]),
    quality=st.none() | st.decimals("0", "1", places=2),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(CANDIDATES, max_size=8), st.decimals("0", "1", places=2))
def test_what_the_law_refused_is_never_chosen_and_nobody_is_lost(rows: list[Candidate], floor: Decimal) -> None:
    choice = choose(tuple(rows), min_quality=floor)
    chosen = {row.deployment for row in choice.order}
    assert chosen | set(choice.aside) == {row.deployment for row in rows}
    assert not chosen & set(choice.aside)
    assert all(row.decision.release for row in choice.order)
    costs = [row.cost for row in choice.order if row.cost is not None]
    assert costs == sorted(costs)


def test_tokens_are_estimated_in_both_scripts() -> None:
    english = estimate_tokens((Slot(pointer="", text="a" * 400),))
    chinese = estimate_tokens((Slot(pointer="", text="合" * 150),))
    mixed = estimate_tokens((Slot(pointer="", text="合" * 150 + "a" * 400),))
    assert (english, chinese, mixed) == (104, 104, 204)
    assert estimate_tokens(()) == 4
