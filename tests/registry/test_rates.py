"""Exchange rates: declared for a day, exact, never guessed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from isthmus.errors import CatalogError
from isthmus.exchange import Money
from isthmus.registry.rates import ExchangeRates, convert, load_rates

TEXT = 'base: USD\ndate: 2026-09-22\nsource: treasury\nrates: {CNY: "6.71", EUR: "0.85"}\n'


def rates(folder: Path, text: str = TEXT) -> ExchangeRates:
    """The rates in a file of that text."""
    file = folder / "rates.yaml"
    file.write_text(text, encoding="utf-8")
    return load_rates(file)


def money(amount: str, currency: str) -> Money:
    """An amount."""
    return Money(amount=Decimal(amount), currency=currency)


def test_an_amount_goes_through_the_base(tmp_path: Path) -> None:
    table = rates(tmp_path)
    assert convert(money("2", "USD"), "CNY", table) == money("13.42", "CNY")
    assert convert(money("6.71", "CNY"), "USD", table) == money("1", "USD")
    assert convert(money("6.71", "CNY"), "EUR", table) == money("0.85", "EUR")
    assert convert(money("1", "CNY"), "USD", table) == money("0.149031296572", "USD")


def test_the_same_currency_is_not_touched(tmp_path: Path) -> None:
    exact = money("0.12345678901234567890", "CNY")
    assert convert(exact, "CNY", rates(tmp_path)) is exact


def test_without_a_rate_there_is_no_figure(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="no exchange rate for `JPY` on 2026-09-22"):
        convert(money("1", "JPY"), "CNY", rates(tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"6.71"', '"0"', "a rate is a number above zero"),
        ('"6.71"', '"-1"', "a rate is a number above zero"),
        ('"6.71"', '"NaN"', "a rate is a number above zero"),
        ('"6.71"', "much", "rates"),
        ("EUR", "USD", "1 of itself"),
        ("EUR", "euro", "rates"),
        ("source: treasury\n", "", "key `source` is missing"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(CatalogError) as caught:
        rates(tmp_path, TEXT.replace(old, new))
    assert said in str(caught.value)
    assert "rates.yaml:" in caught.value.where
