"""What a call costs: dated tariffs as values, and exact sums over them.

A tariff is a seller's price list for one model on certain days. The whole request is billed in the tier that its input
length falls in, in the window of the seller's clock that the call began in. Sums are `Decimal`, exact to the last
digit: nothing is rounded and nothing is a float. What is not known has no price: without a tariff on that day, or
without counted input and output, the answer is None, never zero. No clock is read here: the instant comes in.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Context, Decimal, localcontext
from functools import lru_cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from isthmus.exchange import Money, Usage

PER: dict[str, Decimal] = {"million_tokens": Decimal(1_000_000), "thousand_tokens": Decimal(1_000)}
_EXACT = Context(prec=60)

Text = Annotated[str, Meta(min_length=1)]
Confidence = Literal["high", "medium", "low"]
Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="HH:MM on the seller's clock")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217 code")]


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of a catalogue row; unknown members are errors."""


class Sourced(Row, frozen=True, kw_only=True):
    """A group of facts and what it rests on: where it was read, when, how sure we are, and when to look again."""

    source: Text
    verified_at: date
    confidence: Confidence
    review_by: date

    def overdue(self, today: date) -> bool:
        """Whether the review was due before `today`."""
        return self.review_by < today


class Tier(Row, frozen=True, kw_only=True):
    """Prices for requests whose input is longer than `over` tokens.

    A special price that is absent does not exist: cached tokens are then billed as `input`, reasoning as `output`.
    `call` is a fixed price for each request.
    """

    input: Decimal
    output: Decimal
    over: Annotated[int, Meta(ge=0)] = 0
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    reasoning: Decimal | None = None
    call: Decimal | None = None


class Window(Row, frozen=True, kw_only=True):
    """Hours `[start, end)` of the seller's clock with prices of their own; it may pass midnight.

    `days` are the days of the week on which it holds, by the clock's own date; none named: every day.
    """

    start: Clock
    end: Clock
    tiers: tuple[Tier, ...]
    days: tuple[Weekday, ...] = ()

    def holds(self, moment: datetime) -> bool:
        """Whether a moment, read on the seller's clock, lies in the window."""
        if self.days and WEEK[moment.weekday()] not in self.days:
            return False
        clock, start, end = moment.time(), time.fromisoformat(self.start), time.fromisoformat(self.end)
        return start <= clock < end if start < end else clock >= start or clock < end


class Tariff(Sourced, frozen=True, kw_only=True):
    """A price list from its first day through its last, both included, as the calendar of `zone` counts days.

    `from` absent: since ever; `until` absent: until further notice. A `promotion` wins over the list price. `batch` is
    the factor for batch calls; absent: no batch price is known.
    """

    currency: Currency
    tiers: tuple[Tier, ...]
    first: date | None = msgspec.field(name="from", default=None)
    until: date | None = None
    zone: str = "UTC"
    per: Literal["million_tokens", "thousand_tokens"] = "million_tokens"
    windows: tuple[Window, ...] = ()
    batch: Decimal | None = None
    promotion: bool = False
    note: str = ""

    def holds(self, day: date) -> bool:
        """Whether the tariff is in force on `day`."""
        return (self.first is None or self.first <= day) and (self.until is None or day <= self.until)


def instant(at: str) -> datetime:
    """The moment that an RFC 3339 text names; raises `ValueError` where it has no offset."""
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError("an instant needs its offset from UTC")
    return moment


def local(at: str, zone: str) -> datetime:
    """The moment that an RFC 3339 text names, to the minute, as the clock of a zone shows it."""
    return _local(f"{at[:16]}Z" if at[16:17] == ":" and at.endswith("Z") else at, zone)


@lru_cache(maxsize=256)
def _local(at: str, zone: str) -> datetime:
    return instant(at).astimezone(ZoneInfo(zone))


def in_force(tariffs: tuple[Tariff, ...], at: str) -> Tariff | None:
    """The tariff that bills a call that began at the instant `at`; None where none is known."""
    found = [tariff for tariff in tariffs if tariff.holds(local(at, tariff.zone).date())]
    return next((tariff for tariff in found if tariff.promotion), found[0] if found else None)


def tier(tariff: Tariff, *, at: str, input_tokens: int) -> Tier:
    """The prices for a request of `input_tokens` that began at the instant `at`."""
    tiers = tariff.tiers
    if tariff.windows:
        moment = local(at, tariff.zone)
        tiers = next((window.tiers for window in tariff.windows if window.holds(moment)), tiers)
    reached = [row for row in tiers if input_tokens > row.over or row.over == 0]
    return max(reached, key=lambda row: row.over)


def cost(
    usage: Usage, tariffs: tuple[Tariff, ...], *, at: str, input_tokens: int | None = None, batch: bool = False
) -> Money | None:
    """The exact price of one call, or None where usage or price is not known.

    `input_tokens` chooses the tier where it is not the usage's own input. Counts of cached or reasoning tokens that
    nobody gave are billed as plain ones. Usage that contradicts itself (more cached than input) has no known price.
    """
    if usage.input.amount is None or usage.output.amount is None:
        return None
    return estimate(
        tariffs,
        at=at,
        input_tokens=usage.input.amount,
        output_tokens=usage.output.amount,
        cache_read=usage.cache_read.amount or 0,
        cache_write=usage.cache_write.amount or 0,
        reasoning=usage.reasoning.amount or 0,
        length=input_tokens,
        batch=batch,
    )


def estimate(
    tariffs: tuple[Tariff, ...],
    *,
    at: str,
    input_tokens: int,
    output_tokens: int,
    cache_read: int = 0,
    cache_write: int = 0,
    reasoning: int = 0,
    length: int | None = None,
    batch: bool = False,
) -> Money | None:
    """The exact price of that many tokens, for comparing deployments before a call; None where no price is known."""
    tariff = in_force(tariffs, at)
    plain, spoken = input_tokens - cache_read - cache_write, output_tokens - reasoning
    if tariff is None or (batch and tariff.batch is None) or min(plain, spoken, cache_read, cache_write, reasoning) < 0:
        return None
    row = tier(tariff, at=at, input_tokens=input_tokens if length is None else length)
    with localcontext(_EXACT):
        total = plain * row.input + spoken * row.output
        if cache_read or cache_write or reasoning:
            total += cache_read * _or(row.cache_read, row.input) + cache_write * _or(row.cache_write, row.input)
            total += reasoning * _or(row.reasoning, row.output)
        total = total / PER[tariff.per] + (row.call or 0)
        return Money(
            amount=total * (tariff.batch if batch and tariff.batch is not None else 1), currency=tariff.currency
        )


def _or(special: Decimal | None, general: Decimal) -> Decimal:
    return general if special is None else special
