"""The price of a call, against sums worked out by hand on paper from the price lists that stand above each part.

A row: the price list, the instant, the usage as `input/read/written > output/reasoning`, and the sum. Input counts what
was read from a cache and written to it, output counts the reasoning; a dash stands for a count that nobody gave.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from isthmus.exchange import Count, Money, Usage
from isthmus.registry.tariffs import Tariff, cost

GROUP = {"source": "by hand", "verified_at": "2026-01-01", "confidence": "high", "review_by": "2026-03-01"}
LISTS: dict[str, list[dict[str, Any]]] = {
    # per million: in 2, out 8, read 0.2, written 2.5
    "plain": [{"currency": "CNY", "tiers": [{"input": "2", "output": "8", "cache_read": "0.2", "cache_write": "2.5"}]}],
    # over 32 000: in 3, out 12; over 128 000: in 6, out 24; at a bound the lower tier still holds
    "tiers": [
        {
            "currency": "CNY",
            "tiers": [
                {"input": "1", "output": "4", "cache_read": "0.1"},
                {"over": 32_000, "input": "3", "output": "12", "cache_read": "0.3"},
                {"over": 128_000, "input": "6", "output": "24"},
            ],
        }
    ],
    # batch at half the price; reasoning has a price of its own; each call costs a tenth of a cent more
    "batch": [
        {
            "currency": "USD",
            "batch": "0.5",
            "tiers": [{"input": "3", "output": "15", "cache_read": "0.3", "reasoning": "12"}],
        }
    ],
    "call": [{"currency": "USD", "batch": "0.5", "tiers": [{"input": "1", "output": "2", "call": "0.001"}]}],
    # night from 00:30 to 08:30 in Shanghai at a quarter; peak on working days from 14:00 to 18:00 at double
    "hours": [
        {
            "currency": "CNY",
            "zone": "Asia/Shanghai",
            "tiers": [{"input": "4", "output": "16", "cache_read": "1"}],
            "windows": [
                {"start": "00:30", "end": "08:30", "tiers": [{"input": "1", "output": "4", "cache_read": "0.25"}]},
                {
                    "start": "14:00",
                    "end": "18:00",
                    "days": ["mon", "tue", "wed", "thu", "fri"],
                    "tiers": [{"input": "8", "output": "32"}],
                },
            ],
        }
    ],
    # a night that passes midnight, with tiers of its own
    "late": [
        {
            "currency": "EUR",
            "zone": "Europe/Paris",
            "tiers": [{"input": "2", "output": "6"}],
            "windows": [
                {
                    "start": "22:00",
                    "end": "06:00",
                    "tiers": [{"input": "1", "output": "3"}, {"over": 1000, "input": "1.5", "output": "4.5"}],
                }
            ],
        }
    ],
    # a list price, and a promotion at half of it until the last day of the year, as days are counted in UTC
    "promotion": [
        {"currency": "USD", "tiers": [{"input": "1.50", "output": "7.50"}], "batch": "0.5"},
        {
            "currency": "USD",
            "until": "2026-12-31",
            "promotion": True,
            "tiers": [{"input": "0.75", "output": "3.75", "cache_read": "0.075"}],
            "batch": "0.5",
        },
    ],
    # a promotion whose days are those of Shanghai
    "fortnight": [
        {"currency": "CNY", "zone": "Asia/Shanghai", "tiers": [{"input": "0.8", "output": "2.8"}]},
        {
            "currency": "CNY",
            "zone": "Asia/Shanghai",
            "from": "2026-08-27",
            "until": "2026-09-09",
            "promotion": True,
            "tiers": [{"input": "0.4", "output": "1.4"}],
        },
    ],
    # prices changed twice
    "changed": [
        {"currency": "EUR", "until": "2026-10-19", "tiers": [{"input": "0.68", "output": "2.09"}]},
        {
            "currency": "EUR",
            "from": "2026-10-20",
            "until": "2026-10-28",
            "tiers": [{"input": "1.36", "output": "4.18"}],
        },
        {"currency": "EUR", "from": "2026-10-29", "tiers": [{"input": "0.7", "output": "2.1"}]},
    ],
    # per thousand tokens
    "thousand": [{"currency": "USD", "per": "thousand_tokens", "tiers": [{"input": "0.000539", "output": "0.001617"}]}],
    "free": [{"currency": "CNY", "tiers": [{"input": "0", "output": "0"}]}],
}
# noon in Shanghai on a Wednesday, where nothing else is said
NOON = "2026-11-25T04:00:00Z"
TABLE = """
plain      .                          0 > 0                    0
plain      .                          1 > 0                    0.000002
plain      .                          0 > 1                    0.000008
plain      .                          1000 > 100               0.0028
plain      .                          1000000 > 1000000        10
plain      .                          1000/500 > 0             0.0011
plain      .                          1000/1000 > 0            0.0002
plain      .                          1000/0/1000 > 0          0.0025
plain      .                          1000/400/300 > 50        0.00183
plain      .                          1000 > 100/60            0.0028
plain      .                          123456/100000/2345 > 678 0.0735085
plain      .                          7 > 3                    0.000038
tiers      .                          31999 > 0                0.031999
tiers      .                          32000 > 0                0.032
tiers      .                          32001 > 0                0.096003
tiers      .                          32000 > 1000             0.036
tiers      .                          32001 > 1000             0.108003
tiers      .                          128000 > 0               0.384
tiers      .                          128001 > 0               0.768006
tiers      .                          128001 > 10              0.768246
tiers      .                          32000/32000 > 0          0.0032
tiers      .                          32001/32001 > 0          0.0096003
tiers      .                          128001/128001 > 0        0.768006
tiers      .                          40000/10000 > 500        0.099
batch      .                          1000 > 100               0.0045
batch      batch                      1000 > 100               0.00225
batch      .                          1000/1000 > 0            0.0003
batch      batch                      1000/1000 > 0            0.00015
batch      .                          0 > 100/100              0.0012
batch      .                          0 > 100/40               0.00138
batch      batch                      2000/1500 > 300/200      0.0029250
plain      batch                      1000 > 100               none
call       .                          0 > 0                    0.001
call       .                          1000 > 1000              0.004
call       batch                      1000 > 1000              0.002
hours      2026-11-24T16:29:59.999Z   1000000 > 0              4
hours      2026-11-24T16:30:00Z       1000000 > 0              1
hours      2026-11-25T00:29:59.999Z   1000000 > 0              1
hours      2026-11-25T00:30:00Z       1000000 > 0              4
hours      2026-11-24T20:00:00Z       1000000/1000000 > 0      0.25
hours      2026-11-24T20:00:00Z       500000 > 250000          1.5
hours      2026-11-25T05:59:59.999Z   1000000 > 0              4
hours      2026-11-25T06:00:00Z       1000000 > 0              8
hours      2026-11-25T09:59:59.999Z   1000000 > 0              8
hours      2026-11-25T10:00:00Z       1000000 > 0              4
hours      2026-11-25T07:00:00Z       1000/1000 > 1000         0.04
hours      2026-11-28T07:00:00Z       1000000 > 0              4
hours      2026-11-29T07:00:00Z       1000000 > 0              4
hours      2026-11-30T15:00:00+08:00  1000000 > 0              8
hours      2026-11-27T23:00:00-08:00  1000000 > 0              4
late       2026-11-25T20:59:59Z       1000 > 1000              0.008
late       2026-11-25T21:00:00Z       1000 > 1000              0.004
late       2026-11-25T21:00:00Z       1001 > 1000              0.0060015
late       2026-11-26T04:59:59Z       1000 > 1000              0.004
late       2026-11-26T05:00:00Z       1000 > 1000              0.008
late       2026-07-25T20:00:00Z       1000 > 1000              0.004
late       2026-07-25T19:59:59Z       1000 > 1000              0.008
promotion  2026-12-31T23:59:59.999Z   1000000 > 1000000        4.5
promotion  2027-01-01T00:00:00Z       1000000 > 1000000        9
promotion  2027-01-01T07:59:59+08:00  1000000 > 1000000        4.5
promotion  2027-01-01T08:00:00+08:00  1000000 > 1000000        9
promotion  2026-12-31T12:00:00Z       1000000/1000000 > 0      0.075
promotion  2027-01-01T12:00:00Z       1000000/1000000 > 0      1.5
fortnight  2026-08-26T15:59:59Z       1000000 > 1000000        3.6
fortnight  2026-08-26T16:00:00Z       1000000 > 1000000        1.8
fortnight  2026-09-09T15:59:59Z       1000000 > 1000000        1.8
fortnight  2026-09-09T16:00:00Z       1000000 > 1000000        3.6
changed    2026-10-19T23:59:59Z       1000000 > 1000000        2.77
changed    2026-10-20T00:00:00Z       1000000 > 1000000        5.54
changed    2026-10-28T23:59:59Z       1000000 > 1000000        5.54
changed    2026-10-29T00:00:00Z       1000000 > 1000000        2.8
thousand   .                          3000000 > 7000000        12.936
thousand   .                          1 > 1                    0.000002156
free       .                          5000 > 5000              0
plain      .                          - > 5                    none
plain      .                          5 > -                    none
plain      .                          10/11 > 0                none
plain      .                          10/6/5 > 0               none
plain      .                          10 > 5/6                 none
"""


def rows() -> list[tuple[str, str, Usage, bool, str]]:
    found = []
    for line in TABLE.strip().splitlines():
        name, when, *told, total = line.split()
        taken, given = "".join(told).split(">")
        batch, at = when == "batch", NOON if when in (".", "batch") else when
        counts = dict(zip(("input", "cache_read", "cache_write"), taken.split("/"), strict=False))
        counts |= dict(zip(("output", "reasoning"), given.split("/"), strict=False))
        known = {name: Count(amount=int(each), provenance="provider") for name, each in counts.items() if each != "-"}
        found.append((name, at, Usage(**known), batch, total))
    return found


ROWS = rows()


@pytest.mark.parametrize(
    ("name", "at", "usage", "batch", "total"), ROWS, ids=[f"{row[0]}-{n}" for n, row in enumerate(ROWS)]
)
def test_a_call_costs_what_was_worked_out_by_hand(name: str, at: str, usage: Usage, batch: bool, total: str) -> None:  # noqa: FBT001 - a column of the table
    tariffs = tuple(msgspec.convert({**GROUP, **row}, Tariff, strict=False) for row in LISTS[name])
    expected = None if total == "none" else Money(amount=Decimal(total), currency=LISTS[name][0]["currency"])
    assert cost(usage, tariffs, at=at, batch=batch) == expected


def test_the_table_has_what_it_should() -> None:
    currencies = {row["currency"] for tariffs in LISTS.values() for row in tariffs}
    print(f"{len(ROWS)} rows by hand, {len(LISTS)} price lists, {len(currencies)} currencies")
    assert len(ROWS) >= 60
    assert len(currencies) >= 3
