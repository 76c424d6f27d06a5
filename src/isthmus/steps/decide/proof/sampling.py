"""Facts at random, with the values that rules name and those just beside them; the choices come in as an argument."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any, get_args, get_origin

import msgspec

from isthmus.facts import Counts, Facts, Instrument, Item
from isthmus.steps.decide.paths import field_type, members
from isthmus.steps.decide.proof.schema import BASE, item_stating, member, stating
from isthmus.steps.decide.proof.values import raw_values
from isthmus.steps.decide.rulebook import Rulebook

Choose = Callable[[Sequence[Any]], Any]
MADE = ("on", "instruments.", "counts.", "item.classes", "exporter.jurisdiction")
RARELY, MOSTLY = (True, False, False, False, False), (True, True, True, True, False)


class Sampler:
    """Draws facts for a rulebook."""

    def __init__(self, book: Rulebook, choose: Choose) -> None:
        self.book, self.choose = book, choose

    @cached_property
    def _options(self) -> dict[str, tuple[Any, ...]]:
        mentions = self.book.mentions
        return {
            path: raw_values(path, mentions.get(path, frozenset()), 4)
            for path in members()
            if not path.startswith(MADE)
        }

    @cached_property
    def _days(self) -> tuple[str, ...]:
        edges = {rule.row.start for rule in self.book.rules} | {r.row.until for r in self.book.rules if r.row.until}
        return tuple(sorted(_moved(day, step) for day in edges for step in (-1, 0, 1)))

    def facts(self) -> Facts:
        """One flow."""
        choose = self.choose
        on = choose((choose(self._days), "2026-11-23", "2027-12-31"))
        home = choose(
            (choose(("cn", "cn", "us", "fr")), choose(self.book.regimes).row.jurisdiction.replace("common", "sg"))
        )
        facts = stating(BASE, {"on": on, "exporter.jurisdiction": home.replace("eu", "fr")})
        facts = stating(
            facts, {path: self._value(path) for path in self._options if path[:5] != "item." and self._is_stated(path)}
        )
        facts = stating(
            facts,
            {"recipient.hosted_in": self._value("recipient.hosted_in") or (home,), "recipient.id": choose(("", "r"))},
        )
        items = tuple(self._item(home) for _ in range(choose((0, 1, 1, 1, 1, 2, 3))))
        held = tuple(self._instrument(on) for _ in range(choose((0, 0, 1, 1, 2, 3))))
        return msgspec.structs.replace(facts, data=items, instruments=held, counts=self._counts())

    def _is_stated(self, path: str) -> bool:
        """Now and then; mostly where absence is unknown, and what is on file."""
        return bool(self.choose(MOSTLY if member(path).absent is None or path.startswith("evidence.") else RARELY))

    def _value(self, path: str) -> Any:
        value = self.choose(self._options[path])
        if value is None:
            value = self.choose(self._options[path])
        if isinstance(value, tuple):
            more = [one for one in (self.choose(self._options[path]) for _ in range(self.choose((0, 0, 1, 3)))) if one]
            return tuple(dict.fromkeys([*value, *(name for one in more for name in one)]))
        return value

    def _item(self, home: str) -> Item:
        item = item_stating(
            {path: self._value(path) for path in self._options if path[:5] == "item." and self._is_stated(path)}
        )
        named = sorted(self.book.mentions["item.classes"])
        own = [name for name in named if name.startswith((f"{home}.", "common.", "eu." if home == "fr" else "cn."))]
        classes = tuple(
            dict.fromkeys(self.choose(self.choose((own, own, own, named))) for _ in range(self.choose((0, 1, 1, 2, 3))))
        )
        persons = self.choose((None, 0, 1, 1, *self._edges))
        return msgspec.structs.replace(item, classes=self.choose((*[classes] * 19, None)), persons=persons)

    @cached_property
    def _edges(self) -> tuple[int, ...]:
        edges = {edge for scheme in self.book.schemes for bounds in scheme.bounds.values() for edge in bounds}
        return tuple(sorted(max(0, edge + step) for edge in edges for step in (-1, 0, 1)))

    def _counts(self) -> Counts:
        choose, counts = self.choose, Counts()
        for name in Counts.__struct_fields__:
            if choose((True, False)):
                number = choose((choose(self._edges), choose(self._edges), 0, 0, 0, 1, None))
                value = number
                if get_origin(field_type(f"counts.{name}")) is dict:
                    names = sorted(
                        {c for s in self.book.schemes for c in s.categories.values() if s.jurisdiction == "us"}
                    )
                    value = {choose(names): number or 0, choose(names): choose(self._edges)}
                counts = msgspec.structs.replace(counts, **{name: value})
        return counts

    def _instrument(self, on: str) -> Instrument:
        choose = self.choose
        kind = choose(get_args(field_type("instruments.kind")))
        back = choose(
            (None, 1, 0, -1, choose(range(-18, -8)), choose(range(-800, -700)), choose(range(-1099, -1000)), -1500)
        )
        until = choose((None, None, -1, 0, 1, choose(range(75, 95)), 800))
        return Instrument(
            kind=kind,
            recipient=choose(("", "", "", "r", "s")),
            valid_from=None if back is None else _moved(on, back),
            valid_until=None if until is None else _moved(on, until),
            filed_on=choose((None, on, _moved(on, -3), _moved(on, 2))),
        )


def _moved(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
