"""Exchange rates of one day, from the operator's own dated file: what prices in several currencies are compared by.

Rates are declared, never fetched: whoever signs the figures chooses the day and the source, and both are recorded with
what was converted. `examples/rates.yaml` shows the form.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from pathlib import Path

from isthmus import catalog
from isthmus.errors import CatalogError
from isthmus.exchange import Money
from isthmus.registry.tariffs import Currency, Row, Text

PLACES = Decimal("1e-12")


class ExchangeRates(Row, frozen=True, kw_only=True):
    """How many units of each currency one unit of `base` bought on `date`, by `source`."""

    base: Currency
    date: date
    source: Text
    rates: dict[Currency, Decimal]


def load_rates(file: Path) -> ExchangeRates:
    """The rates in a YAML file; raises `CatalogError` where one is not above zero or the base is not 1."""
    document = catalog.parse(file.read_bytes(), str(file))
    rates = catalog.convert(document, ExchangeRates)
    for currency, rate in rates.rates.items():
        if not rate.is_finite() or rate <= 0:
            raise document.error(("rates", currency), f"a rate is a number above zero, got `{rate}`")
        if currency == rates.base and rate != 1:
            raise document.error(("rates", currency), "the base currency is 1 of itself", "leave it out")
    return rates


def convert(money: Money, to: str, rates: ExchangeRates) -> Money:
    """The amount in the currency `to`, rounded half to even at twelve places; raises `CatalogError` without a rate."""
    if money.currency == to:
        return money
    with localcontext(Context(prec=60)):
        amount = money.amount / _rate(rates, money.currency) * _rate(rates, to)
        return Money(amount=amount.quantize(PLACES, ROUND_HALF_EVEN).normalize(), currency=to)


def _rate(rates: ExchangeRates, currency: str) -> Decimal:
    if currency == rates.base:
        return Decimal(1)
    if currency not in rates.rates:
        raise CatalogError(
            f"no exchange rate for `{currency}` on {rates.date}", remedy=f"add it under `rates` ({rates.source})"
        )
    return rates.rates[currency]
