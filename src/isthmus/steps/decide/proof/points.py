"""Facts as points of a space, and points as facts: from what the engine takes to what a proof covers, and back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import msgspec

from isthmus.facts import Facts, Item
from isthmus.steps.decide.paths import replaced
from isthmus.steps.decide.proof import held, totals
from isthmus.steps.decide.proof.diagram import NONE
from isthmus.steps.decide.proof.leaves import CLASS, FILE, KNOWN, TOTALS
from isthmus.steps.decide.proof.schema import BASE, item_stating
from isthmus.steps.decide.proof.space import OTHERS, TRISTATE, Space, below
from isthmus.steps.decide.proof.terms import Ask, Either, Every, Not, Stated, Term
from isthmus.steps.decide.proof.values import Cut, Signature, Variable


class Classifier:
    """Finds the point of facts; a value that no class of a variable stands for is a `LookupError`."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self._known: dict[tuple[str, Any], int] = {}

    def point(self, facts: Facts, index: int = 0) -> Point:
        """The point of a flow, for the item at `index` where one is decided."""
        item = facts.data[index] if self.space.mode == "item" else Item()
        others = facts.data if self.space.mode != "item" else (*facts.data[:index], *facts.data[index + 1 :])
        return Point(self, facts, item, others)

    def class_of(self, one: Variable, facts: Facts, item: Item, others: Sequence[Item], renamed: Facts) -> int:
        """The class of one variable."""
        name = one.name
        if name == "on":
            return max((n for n, day in enumerate(one.values) if day <= facts.on), default=0)
        if name.startswith(OTHERS):
            term = self.space.somes[name.removeprefix(OTHERS)]
            return TRISTATE.index(_either([answered(term, facts, other) for other in others]))
        if name.startswith(FILE):
            kind = name.removeprefix(FILE)
            of_kind = tuple(row for row in facts.instruments if row.kind == kind)
            flow = msgspec.structs.replace(facts, instruments=of_kind)
            return self._found(one, held.answers(held.of_kind(self.space.leaves, kind), flow))
        if name.startswith(TOTALS):
            return self._found(one, totals.answers(totals.of_category(self.space.leaves, name), facts))
        if name == KNOWN:
            return int(item.classes is None)
        if name.startswith(CLASS):
            return int(name.removeprefix(CLASS) in (item.classes or ()))
        return self._plain(one, value_at(renamed, item, name))

    def _plain(self, one: Variable, value: Any) -> int:
        key = (one.name, value)
        if key not in self._known:
            self._known[key] = self._found(one, self.space.cutting.signature(one.name, value))
        return self._known[key]

    def _found(self, one: Variable, signature: Signature) -> int:
        if signature not in one.index:
            raise LookupError(f"no class of `{one.name}` answers {signature}")
        return one.index[signature]

    def renamed(self, facts: Facts) -> Facts:
        """The facts with what no rule mentions called by the names that stand for such, equal ones equally."""
        cutting = self.space.cutting
        values = {path: value_at(facts, Item(), path) for path in sorted(cutting.linked)}
        names = _strangers(values, cutting)
        numbers = sorted({value for value in values.values() if isinstance(value, int | float)})
        for path, value in values.items():
            if isinstance(value, str):
                facts = replaced(facts, path, names.get(value, value))
            elif isinstance(value, tuple):
                facts = replaced(facts, path, tuple(sorted({names.get(place, place) for place in value})))
            elif value is not None:
                facts = replaced(facts, path, 50 * numbers.index(value))
        return facts


class Point:
    """The point of a flow; each variable is looked up when it is first asked for."""

    def __init__(self, classifier: Classifier, facts: Facts, item: Item, others: Sequence[Item]) -> None:
        self._classifier, self._facts, self._item, self._others = classifier, facts, item, others
        self._known: dict[int, int] = {}

    def __getitem__(self, level: int) -> int:
        """The class of the variable at `level`."""
        if level not in self._known:
            one = self._classifier.space.variables[level]
            self._known[level] = self._classifier.class_of(one, self._facts, self._item, self._others, self._renamed)
        return self._known[level]

    @cached_property
    def _renamed(self) -> Facts:
        return self._classifier.renamed(self._facts)


def _strangers(values: dict[str, Any], cutting: Cut) -> dict[str, str]:
    """Names for the places that no rule mentions: one each where a fact is that place, else one for the same lists."""
    found: dict[Any, str] = {}
    single = [value for value in values.values() if isinstance(value, str)]
    lists = {path: value for path, value in values.items() if isinstance(value, tuple)}
    names: dict[str, str] = {}
    for place in dict.fromkeys([*single, *(place for value in lists.values() for place in value)]):
        if place not in cutting.mentioned:
            key = place if place in single else frozenset(path for path, value in lists.items() if place in value)
            if key not in found:
                found[key] = cutting.strangers[len(found)]
            names[place] = found[key]
    return names


def value_at(facts: Facts, item: Item, path: str) -> Any:
    """The fact at a path such as `exporter.city` or `item.form`."""
    value: Any = item if path.startswith("item.") else facts
    for name in path.split(".")[1 if path.startswith("item.") else 0 :]:
        value = getattr(value, name)
    return value


def answered(term: Term, facts: Facts, item: Item) -> bool | None:
    """What a condition answers to an item, leaf by leaf as the engine answers."""
    if isinstance(term, Ask):
        return term.leaf.asked(facts, item)
    if isinstance(term, Not):
        inner = answered(term.part, facts, item)
        return None if inner is None else not inner
    if isinstance(term, Stated):
        said = answered(term.said, facts, item)
        return answered(term.derived, facts, item) if said is None else said
    if isinstance(term, Either):
        return _either([answered(part, facts, item) for part in term.parts])
    if isinstance(term, Every):
        opposite = _either([answered(Not(part), facts, item) for part in term.parts])
        return None if opposite is None else not opposite
    return _either([answered(term.part, facts, other) for other in facts.data])


def _either(answers: Sequence[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False


def facts_at(space: Space, point: Sequence[int], today: str) -> Facts:
    """Facts that lie at a point, today where today is in its interval; raises `LookupError` where no file does."""
    values = {one.name: one.values[n] for one, n in zip(space.variables, point, strict=True)}
    later = min((day for day in space.variables[0].values if day > values["on"]), default="~")
    facts = msgspec.structs.replace(BASE, on=today if values["on"] <= today < later else values["on"])
    for name, value in values.items():
        if name.startswith(TOTALS):
            facts = totals.stated(facts, *totals.scheme_of(name, space.schemes), value)
        elif name.startswith(FILE):
            kind = name.removeprefix(FILE)
            more = held.filed(held.of_kind(space.leaves, kind), kind, value, facts.on)
            facts = msgspec.structs.replace(facts, instruments=(*facts.instruments, *more))
        elif name != "on" and not name.startswith(("item.", OTHERS)):
            facts = replaced(facts, name, value)
    items = [item_of(space, point)] if space.mode == "item" else []
    return msgspec.structs.replace(facts, data=(*items, *_brought(space, point), *facts.data))


def item_of(space: Space, point: Sequence[int]) -> Item:
    """The item at a point."""
    values = {one.name: one.values[n] for one, n in zip(space.variables, point, strict=True)}
    item = item_stating({n: v for n, v in values.items() if n.startswith("item.") and n != KNOWN and ":" not in n})
    classes = tuple(name.removeprefix(CLASS) for name, there in values.items() if name.startswith(CLASS) and there)
    return msgspec.structs.replace(item, classes=classes if values.get(KNOWN, True) else None)


def _brought(space: Space, point: Sequence[int]) -> list[Item]:
    """The items besides the one decided that answer the `some` conditions as the point says."""
    wanted = [TRISTATE[point[space.level[OTHERS + key]]] for key in space.somes]
    costs = [
        one.costs if n in space.of_items else tuple(0 if v == point[n] else 10**9 for v in range(len(one.costs)))
        for n, one in enumerate(space.variables)
    ]
    found: list[Item] = []
    for n, answer in enumerate(wanted):
        if answer is False or any(row[n] is answer for row in _given(space, found, point)):
            continue
        options = [at for one, at in space.brought.items() if one[n] is answer and below(one, wanted)]
        here = space.diagrams.cheapest(space.diagrams.either(*options) if options else NONE, costs)
        if here is not None:
            found.append(item_of(space, here))
    return found


def _given(space: Space, items: Sequence[Item], point: Sequence[int]) -> list[tuple[bool | None, ...]]:
    values = {one.name: one.values[n] for one, n in zip(space.variables, point, strict=True)}
    facts = BASE
    for name, value in values.items():
        if name != "on" and not name.startswith(("item.", OTHERS, FILE, TOTALS)):
            facts = replaced(facts, name, value)
    return [tuple(answered(term, facts, item) for term in space.somes.values()) for item in items]
