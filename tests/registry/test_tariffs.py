"""Tariffs: exact sums, windows of the seller's clock, tiers, promotions, and no price where none is known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.exchange import Count, Money, Usage
from isthmus.registry.providers import load_providers
from isthmus.registry.tariffs import Tariff, cost, estimate, in_force, instant

GROUP = {"source": "s", "verified_at": "2026-01-01", "confidence": "high", "review_by": "2026-03-01"}


def tariff(**members: Any) -> Tariff:
    """A tariff of the given members."""
    row = {"currency": "CNY", "tiers": [{"input": "2", "output": "8"}], **GROUP, **members}
    return msgspec.convert(row, Tariff, strict=False)


def price(*tariffs: Tariff, at: str = "2026-06-01T00:00:00Z", **counts: Any) -> str | None:
    """What a thousand tokens in and a hundred out cost, as text."""
    found = estimate(tariffs, at=at, **{"input_tokens": 1000, "output_tokens": 100, **counts})
    return None if found is None else str(found.amount.normalize())


def test_sums_are_exact() -> None:
    assert price(tariff()) == "0.0028"
    assert price(tariff(tiers=[{"input": "0.1", "output": "0.2"}]), input_tokens=3, output_tokens=0) == "3E-7"
    assert price(tariff(per="thousand_tokens")) == "2.8"
    assert price(tariff(tiers=[{"input": "2", "output": "8", "call": "0.01"}])) == "0.0128"


def test_a_special_price_that_is_absent_does_not_exist() -> None:
    plain = tariff()
    special = tariff(
        tiers=[{"input": "2", "output": "8", "cache_read": "0.2", "cache_write": "2.5", "reasoning": "10"}]
    )
    counts: dict[str, Any] = {"cache_read": 500, "cache_write": 200, "reasoning": 40}
    assert price(plain, **counts) == price(plain)
    assert price(special, **counts) == "0.00208"


def test_the_whole_request_is_billed_in_the_tier_its_input_reaches() -> None:
    long = tariff(tiers=[{"input": "1", "output": "1"}, {"over": 200_000, "input": "3", "output": "3"}])
    assert price(long, input_tokens=200_000, output_tokens=0) == "0.2"
    assert price(long, input_tokens=200_001, output_tokens=0) == "0.600003"
    assert price(long, input_tokens=10, output_tokens=0, length=300_000) == "0.00003"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-25T00:59:59.999Z", "0.15"),
        ("2026-11-25T01:00:00Z", "0.3"),
        ("2026-11-25T03:59:59.999Z", "0.3"),
        ("2026-11-25T04:00:00Z", "0.15"),
        ("2026-11-25T09:30:00+08:00", "0.3"),
        ("2026-11-28T02:00:00Z", "0.15"),
        ("2026-11-29T07:00:00Z", "0.15"),
        ("2026-11-30T07:00:00Z", "0.3"),
    ],
)
def test_peak_hours_hold_on_working_days_of_the_sellers_clock(at: str, expected: str) -> None:
    model = load_providers().model("deepseek", "main", "deepseek-flash")
    assert price(*model.tariffs, at=at, input_tokens=1_000_000, output_tokens=0) == expected


def test_a_window_may_pass_midnight() -> None:
    night = tariff(
        zone="Asia/Shanghai",
        windows=[{"start": "22:00", "end": "06:00", "tiers": [{"input": "1", "output": "1"}]}],
    )
    found = [
        price(night, at=f"2026-06-01T{hour}:00+08:00", output_tokens=0) for hour in ("21:59", "22:00", "05:59", "06:00")
    ]
    assert found == ["0.002", "0.001", "0.001", "0.002"]


def test_days_are_counted_in_the_tariffs_zone_and_both_ends_belong_to_it() -> None:
    year = tariff(zone="Asia/Shanghai", **{"from": "2026-01-01", "until": "2026-12-31"})
    assert in_force((year,), "2025-12-31T15:59:59Z") is None
    assert in_force((year,), "2025-12-31T16:00:00Z") is year
    assert in_force((year,), "2026-12-31T15:59:59Z") is year
    assert in_force((year,), "2026-12-31T16:00:00Z") is None
    assert price(year, at="2027-02-01T00:00:00Z") is None


def test_a_promotion_wins_until_its_last_day() -> None:
    model = load_providers().model("google", "gemini-api", "gemini-3.8-flash")
    tokens: dict[str, Any] = {"input_tokens": 1_000_000, "output_tokens": 1_000_000}
    assert price(*model.tariffs, at="2026-12-31T23:59:59Z", **tokens) == "4.5"
    assert price(*model.tariffs, at="2027-01-01T00:00:00Z", **tokens) == "9"


def test_batch_has_a_price_only_where_one_is_known() -> None:
    assert price(tariff(), batch=True) is None
    assert price(tariff(batch="0.5"), batch=True) == "0.0014"


def test_what_is_not_counted_or_contradicts_itself_has_no_price() -> None:
    known = Count(amount=10, provenance="provider")
    assert cost(Usage(output=known), (tariff(),), at="2026-06-01T00:00:00Z") is None
    assert cost(Usage(input=known, output=known), (), at="2026-06-01T00:00:00Z") is None
    assert cost(Usage(input=known, output=known), (tariff(),), at="2026-06-01T00:00:00Z") == Money(
        amount=Decimal("0.0001"), currency="CNY"
    )
    assert price(tariff(), cache_read=2000) is None
    assert price(tariff(), reasoning=101) is None


def test_an_instant_needs_its_offset() -> None:
    with pytest.raises(ValueError, match="offset"):
        instant("2026-06-01T00:00:00")


@settings(max_examples=100, deadline=None)
@given(
    st.integers(0, 10**9), st.integers(0, 10**9), st.decimals("0", "1000", places=6), st.decimals("0", "1000", places=6)
)
def test_the_sum_is_what_exact_fractions_give(read: int, written: int, input_: Decimal, output: Decimal) -> None:
    row = tariff(tiers=[{"input": str(input_), "output": str(output)}])
    found = estimate((row,), at="2026-06-01T00:00:00Z", input_tokens=read, output_tokens=written)
    assert found is not None
    assert found.amount * 1_000_000 == read * input_ + written * output
