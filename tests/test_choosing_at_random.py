"""Five hundred calls by `auto` and by aliases, against the choice that one makes by trying every row."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.test_choosing import ABROAD, CONFIG, HOME, RATES, Desk, row, rulebook

from isthmus.config import read_config
from isthmus.registry.declared import declare
from isthmus.registry.snapshot import Snapshot, snapshot
from isthmus.steps.decide import Rulebook

__all__ = ["rulebook"]
CALLS = 500
TO_CNY = {"CNY": Fraction(1), "USD": Fraction(7), "EUR": Fraction(8)}
CAN = ("tools", "reasoning", "json_mode", "structured_output")


class Row(NamedTuple):
    """A deployment as it was drawn."""

    name: str
    home: bool
    price: str
    quality: str
    can: tuple[str, ...]


class Name(NamedTuple):
    """A name that a call may give: the rows behind it in their order, and its floor."""

    name: str
    rows: tuple[Row, ...]
    floor: str


def drawn(dice: random.Random) -> Iterator[Row]:
    """Forty deployments; some prices are equal, some are in a currency without a rate, some not known."""
    for number in range(40):
        currency = dice.choice(("CNY", "CNY", "USD", "EUR", "JPY"))
        paid = dice.choice(("0.5", "1", "2", "2", "8"))
        price = f"{paid} {dice.choice(('1', '4', '6'))} {currency}" if dice.random() < 0.85 else ""
        quality = f"0.{dice.randint(1, 9)}" if dice.random() < 0.8 else ""
        can = tuple(dice.sample(CAN, dice.randint(1, 4))) if dice.random() < 0.5 else ()
        yield Row(f"d{number}", dice.random() < 0.6, price, quality, can)


def names(dice: random.Random, rows: tuple[Row, ...]) -> Iterator[Name]:
    """`auto`, and twenty aliases."""
    yield Name("auto", rows, "0")
    for number in range(20):
        behind = tuple(dice.sample(rows, dice.randint(1, 12)))
        yield Name(f"alias{number}", behind, dice.choice(("0", "0", "0.4", "0.8")))


def text_of(rows: tuple[Row, ...], known: tuple[Name, ...]) -> str:
    """The configuration that declares them."""
    made = [
        row(
            each.name,
            HOME if each.home else ABROAD,
            price=each.price,
            quality=each.quality,
            more=f"capabilities: [{', '.join(each.can)}]" if each.can else "",
        )
        for each in rows
    ]
    aliases = [
        f"  - {{id: {name.name}, deployments: [{', '.join(each.name for each in name.rows)}],"
        f" min_quality: {name.floor}}}\n"
        for name in known[1:]
    ]
    return CONFIG + "".join(made) + "aliases:\n" + "".join(aliases)


def cost(each: Row, letters: int, output: int) -> Fraction | None:
    """What the call may cost in CNY."""
    paid, written, currency = each.price.split() if each.price else ("0", "0", "")
    if currency not in TO_CNY:
        return None
    tokens = letters // 4 + 4
    return (tokens * Fraction(paid) + output * Fraction(written)) / 1_000_000 * TO_CNY[currency]


def best(name: Name, asked: dict[str, Any]) -> list[str]:
    """The rows that are open, each compared with every other: cheaper first, then as they are listed."""
    floor = max(Fraction(name.floor), Fraction(asked["min_quality"]))
    open_ = [
        each
        for each in name.rows
        if (each.home or not asked["unread"])
        and (not floor or (each.quality and Fraction(each.quality) >= floor))
        and (not each.can or asked["needs"] <= set(each.can))
    ]
    ordered: list[str] = []
    while open_:
        first = open_[0]
        for each in open_[1:]:
            one, other = (cost(row_, asked["letters"], asked["output"]) for row_ in (first, each))
            if other is not None and (one is None or other < one):
                first = each
        ordered.append(first.name)
        open_.remove(first)
    return ordered


DICE = random.Random(20261201)
ROWS = tuple(drawn(DICE))
NAMES = tuple(names(DICE, ROWS))


@pytest.fixture(scope="module")
def current(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder: Path = tmp_path_factory.mktemp("at_random")
    (folder / "isthmus.yaml").write_text(text_of(ROWS, NAMES), encoding="utf-8")
    (folder / "rates.yaml").write_text(RATES, encoding="utf-8")
    (folder / "secret").write_text("5" * 64, encoding="utf-8")
    return snapshot(declare(read_config(folder / "isthmus.yaml")), [])


async def test_the_choice_is_the_one_that_trying_every_row_makes(rulebook: Rulebook, current: Snapshot) -> None:
    desk, dice, open_ = Desk(rulebook, current), random.Random(1), 0
    for number in range(CALLS):
        name = dice.choice(NAMES) if number % 3 else NAMES[0]
        asked: dict[str, Any] = {
            "unread": dice.random() < 0.4,
            "min_quality": dice.choice(("0", "0", "0.3", "0.6", "0.9")),
            "needs": set(dice.sample(CAN, dice.choice((0, 0, 1, 2)))),
            "letters": dice.choice((4, 400, 40_000)),
            "output": dice.choice((1, 100, 4000)),
        }
        matter = desk.matter(unread=asked["unread"], min_quality=Decimal(asked["min_quality"]))
        chosen = await desk.choose(
            name.name, matter, needs=" ".join(asked["needs"]), letters=asked["letters"], output_tokens=asked["output"]
        )
        expected = best(name, asked)
        assert [each.deployment for each in chosen.choice.order] == expected, (name.name, asked)
        open_ += bool(expected)
    assert open_ > CALLS // 2
    print(f"{CALLS} calls over {len(ROWS)} deployments and {len(NAMES)} names: {open_} open, all chosen alike")
