"""The values of a fact that the rules tell apart: those that give every leaf the same answers are one class.

Numbers fall into the bands between the thresholds, days into the intervals between dates, places and words that no leaf
mentions are one. A list of places counts as what its members give together, so unions are added until none is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import product
from typing import Any, Literal, get_args, get_origin

import msgspec

from isthmus.errors import CatalogError
from isthmus.steps.decide.paths import field_type
from isthmus.steps.decide.proof.leaves import EXPORTER, LEAVES, LINKS, Leaf
from isthmus.steps.decide.proof.schema import NOT_SAID, member
from isthmus.steps.decide.words.leaves import ACCESS, HOSTED

Signature = tuple[bool | None, ...]
# Stand for every place that no rule mentions.
ELSEWHERE = ("us", "sg", "de", "jp", "br", "za", "ch", "zz", "zy", "zx", "zw", "zv", "zu")
FREE, UNKNOWN = 100, 300
DAY, PLACE = member("on").pattern, member(EXPORTER).pattern
SOME_DAY = "2026-01-01"


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """One dimension of the space: its classes, each with a value that stands for it and what stating that one costs.

    `paths` are the facts that it covers; `index` finds the class of any value by the answers it gives.
    """

    name: str
    values: tuple[Any, ...]
    costs: tuple[int, ...]
    paths: frozenset[str]
    index: dict[Any, int] = {}


class Cut(msgspec.Struct, frozen=True, eq=False):
    """The leaves and the raw values that facts are cut by.

    `linked` are the facts that rules compare with one another, `mentioned` the places that rules name for them, and
    `strangers` the names under which other places go there: enough for one each, and one for each set of lists.
    """

    leaves: tuple[Leaf, ...]
    raw: dict[str, tuple[Any, ...]]
    linked: frozenset[str] = frozenset()
    mentioned: frozenset[Any] = frozenset()
    strangers: tuple[str, ...] = ()

    def signature(self, name: str, value: Any) -> Signature:
        """The answers of every leaf that looks at the variable, for this value and every raw value of the others."""
        found: list[bool | None] = []
        for leaf in self.leaves:
            if name in leaf.variables:
                others = [other for other in leaf.variables if other != name]
                every = product(*(self.raw[other] for other in others))
                found += [leaf.answer({name: value, **dict(zip(others, one, strict=True))}) for one in every]
        return tuple(found)


def cut(leaves: Iterable[Leaf]) -> Cut:
    """The cut of the facts that these leaves look at directly."""
    plain = tuple(leaf for leaf in leaves if leaf.word not in ("classes", "count", "instrument"))
    names = dict.fromkeys(name for leaf in plain for name in leaf.variables)
    mentioned = {name: set[Any]() for name in names}
    for leaf in plain:
        for path, values in leaf.mentions.items():
            for name in (HOSTED, ACCESS) if path == HOSTED else (path,):
                mentioned.setdefault(name, set()).update(values)
    groups = _linked(plain)
    linked = frozenset[str]().union(*groups)
    for group in groups:
        shared = set[Any]().union(*(mentioned[name] for name in group))
        if not all(isinstance(one, str) for one in shared):
            raise CatalogError(f"a proof cannot compare {', '.join(sorted(group))} with one another and with numbers")
        for name in group:
            mentioned[name] = shared
    places = frozenset(one for name in linked for one in mentioned[name])
    lists = sum(get_origin(field_type(name)) is tuple for name in linked)
    count = max(1, len(linked) - lists + 2**lists - 1)
    raw = {name: raw_values(name, mentioned[name], count) for name in names}
    return Cut(plain, raw, linked, places, tuple(_strangers(sorted(places), PLACE, count)))


def _linked(leaves: Sequence[Leaf]) -> list[set[str]]:
    """The facts that rules compare with one another, in groups."""
    groups: list[set[str]] = []
    for leaf in leaves:
        if any(key in leaf.tree for key in LINKS) or leaf.tree.get(LEAVES) == "home":
            group = set(leaf.variables)
            for other in [one for one in groups if one & group]:
                group |= other
                groups.remove(other)
            groups.append(group)
    return groups


def raw_values(path: str, mentioned: Iterable[Any], strangers: int) -> tuple[Any, ...]:
    """Values of a fact on both sides of everything mentioned, its absence and unknown among them."""
    kind, form = field_type(path), member(path)
    found: list[Any] = [] if form.absent is NOT_SAID else [form.absent]
    if kind is bool:
        found += [True, False]
    elif get_origin(kind) is Literal:
        found += get_args(kind)
    elif kind in (int, float):
        edges = {float(edge) if kind is float else edge for edge in mentioned}
        near = {edge + step for edge in edges for step in (-1, -0.5, 0, 0.5, 1) if kind is float or step == int(step)}
        top = form.highest if form.highest is not None else max(near, default=0)
        found += sorted(kind(value) for value in {0, 50, 100, *near} if 0 <= value <= max(top, 100))
    elif form.pattern == DAY:
        found += sorted(_shifted(day, step) for day in set(mentioned) or {SOME_DAY} for step in (-1, 0, 1))
    elif get_origin(kind) is tuple:
        names = sorted(map(str, mentioned))
        found += [(), *((name,) for name in (*names, *_strangers(names, form.pattern, strangers)))]
    else:
        names = sorted(map(str, mentioned))
        found += [*names, *_strangers(names, form.pattern, strangers)]
    if form.nullable:
        found.append(None)
    return tuple(dict.fromkeys(found))


def _strangers(names: Sequence[str], pattern: str, count: int) -> list[str]:
    """Texts that no rule mentions."""
    pool = ELSEWHERE if pattern == PLACE else tuple(f"other_{n}" for n in range(count))
    return [text for text in pool if text not in names][:count]


def _shifted(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def variable(name: str, cutting: Cut) -> Variable:
    """The classes of one fact."""
    found: dict[Signature, Any] = {}
    for value in cutting.raw[name]:
        found.setdefault(cutting.signature(name, value), value)
    if get_origin(field_type(name)) is tuple:
        _join(name, cutting, found)
    form = member(name)
    return Variable(
        name=name,
        values=tuple(found.values()),
        costs=tuple(_cost(name, value, form.absent) for value in found.values()),
        paths=frozenset({name}),
        index={signature: n for n, signature in enumerate(found)},
    )


def _join(name: str, cutting: Cut, found: dict[Signature, Any]) -> None:
    """Adds the unions of lists until none gives new answers."""
    single = [value for value in found.values() if value]
    waiting = list(single)
    while waiting:
        one = waiting.pop()
        for other in single:
            union = tuple(sorted({*one, *other}))
            signature = cutting.signature(name, union)
            if signature not in found:
                found[signature] = union
                waiting.append(union)


def _cost(name: str, value: Any, absent: Any) -> int:
    """What stating a value costs in a counter-example: nothing where absence means it."""
    if value is None and absent is not None:
        return UNKNOWN
    if value == absent:
        return 0
    if absent is not NOT_SAID:
        return FREE + (len(value) if isinstance(value, tuple) else 0)
    return abs(len(value) - 1) if isinstance(value, tuple) else int(name == EXPORTER and value in ELSEWHERE)


def of_paths(variables: Iterable[Variable]) -> frozenset[str]:
    """Every fact that the variables cover."""
    return frozenset[str]().union(*(one.paths for one in variables))
