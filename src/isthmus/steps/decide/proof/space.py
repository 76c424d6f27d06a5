"""The finite space of a regime: its variables, and where in it each condition is true, false and unknown.

A condition becomes two diagrams, where it is true and where it is false; elsewhere it is unknown, as in the engine.
What items besides the one being decided bring in is, for each `some` condition, whether it is true, false or unknown of
them; only what items can bring about together is in the space.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any, Literal

from isthmus.facts import Item
from isthmus.steps.decide.counting import Scheme
from isthmus.steps.decide.proof.diagram import ALL, NONE, Diagrams
from isthmus.steps.decide.proof.held import held, of_kind
from isthmus.steps.decide.proof.leaves import CLASS, CLASSES, COUNT, FILE, INSTRUMENT, KNOWN, TOTALS, Leaf, listed
from isthmus.steps.decide.proof.schema import BASE
from isthmus.steps.decide.proof.terms import Ask, Every, Not, Somewhere, Stated, Term, parts
from isthmus.steps.decide.proof.totals import counted, of_category
from isthmus.steps.decide.proof.values import FREE, UNKNOWN, Cut, Variable, cut, variable

Pair = tuple[int, int]
# An item of the flow is decided; a flow without items is decided; the flow is decided whole.
Mode = Literal["item", "empty", "whole"]
OTHERS = "others:"
TRISTATE = (False, True, None)


class Space:
    """The variables that the given terms look at, in the order in which they are first met, days first."""

    def __init__(self, terms: Sequence[Term], days: Variable, schemes: Mapping[str, Scheme], mode: Mode) -> None:
        self.mode, self.schemes = mode, schemes
        inside = [one for term in terms for one in parts(term)]
        self.leaves: tuple[Leaf, ...] = tuple(dict.fromkeys(one.leaf for one in inside if isinstance(one, Ask)))
        self.somes: dict[str, Term] = {one.key: one.part for one in inside if isinstance(one, Somewhere)}
        if mode == "empty":
            self.somes = {}
        self.cutting: Cut = cut(self.leaves)
        names = dict.fromkeys(name for leaf in self.leaves for name in leaf.variables)
        self.variables: tuple[Variable, ...] = (
            days,
            *(
                Variable(name=OTHERS + key, values=TRISTATE, costs=(0, FREE, UNKNOWN), paths=frozenset())
                for key in self.somes
            ),
            *(self._variable(name) for name in names),
        )
        self.level = {one.name: n for n, one in enumerate(self.variables)}
        self.diagrams = Diagrams([len(one.values) for one in self.variables])
        self._pairs: dict[int, Pair] = {}
        self._kept: list[Term] = []
        self.of_items = frozenset(n for name, n in self.level.items() if name.startswith("item."))
        self.brought = self._brought()
        self.domain = self._domain()

    def _variable(self, name: str) -> Variable:
        if name.startswith(FILE):
            return held(self.leaves, name.removeprefix(FILE))
        if name.startswith(TOTALS):
            return counted(self.leaves, name, self.schemes)
        if name == KNOWN or name.startswith(CLASS):
            known = name == KNOWN
            values, costs = ((True, False), (0, UNKNOWN)) if known else ((False, True), (0, FREE))
            return Variable(name=name, values=values, costs=costs, paths=frozenset({KNOWN}))
        return variable(name, self.cutting)

    def pair(self, term: Term) -> Pair:
        """Where a condition is true, and where it is false."""
        found = self._pairs.get(id(term))
        if found is None:
            found = self._pairs[id(term)] = self._pair(term)
            self._kept.append(term)
        return found

    def _pair(self, term: Term) -> Pair:
        d = self.diagrams
        if isinstance(term, Ask):
            return self._asked(term.leaf)
        if isinstance(term, Not):
            true, false = self.pair(term.part)
            return false, true
        if isinstance(term, Stated):
            (yes, no), (true, false) = self.pair(term.said), self.pair(term.derived)
            silent = d.beyond(d.either(yes, no))
            return d.either(yes, d.both(silent, true)), d.either(no, d.both(silent, false))
        if isinstance(term, Somewhere):
            return self._somewhere(term)
        pairs = [self.pair(part) for part in term.parts]
        trues, falses = [true for true, _ in pairs], [false for _, false in pairs]
        if isinstance(term, Every):
            return d.both(*trues), d.either(*falses)
        return d.either(*trues), d.both(*falses)

    def _somewhere(self, term: Somewhere) -> Pair:
        if self.mode == "empty":
            return NONE, ALL
        d, level = self.diagrams, self.level[OTHERS + term.key]
        true, false = d.among(level, [TRISTATE.index(True)]), d.among(level, [TRISTATE.index(False)])
        if self.mode == "whole":
            return true, false
        here, not_here = self.pair(term.part)
        return d.either(true, here), d.both(false, not_here)

    def _asked(self, leaf: Leaf) -> Pair:
        names = sorted(leaf.variables, key=self.level.__getitem__)
        levels = [self.level[name] for name in names]
        answer = self._answering(leaf, names)
        known: dict[tuple[int, ...], bool | None] = {}
        for given in product(*(range(self.diagrams.sizes[level]) for level in levels)):
            known[given] = answer(tuple(self.variables[n].values[v] for n, v in zip(levels, given, strict=True)))
        d = self.diagrams
        return d.table(levels, lambda at: known[at] is True), d.table(levels, lambda at: known[at] is False)

    def _answering(self, leaf: Leaf, names: Sequence[str]) -> Callable[[tuple[Any, ...]], bool | None]:
        """The leaf's answer to values of its variables; where these are answers already, what they come to together."""
        if leaf.word == CLASSES:
            return lambda values: leaf.asked(BASE, classed(dict(zip(names, values, strict=True))))
        if leaf.word == COUNT:
            place = of_category(self.leaves, names[0]).index(leaf)
            one = self.variables[self.level[names[0]]]
            rows = {one.values[n]: answers for answers, n in one.index.items()}
            return lambda values: rows[values[0]][place]
        if leaf.word == INSTRUMENT:
            places = [of_kind(self.leaves, kind).index(leaf) for kind in (name.removeprefix(FILE) for name in names)]
            assert len(names) == len(listed(leaf.tree[INSTRUMENT]))
            return lambda values: _best([row[place] for row, place in zip(values, places, strict=True)])
        return lambda values: leaf.answer(dict(zip(names, values, strict=True)))

    def _brought(self) -> dict[tuple[bool | None, ...], int]:
        """For each set of answers that one item can give to the `some` conditions, the flows and items that give it."""
        d, found = self.diagrams, dict[tuple[bool | None, ...], int]()
        classes = self._classes()
        for answers in product(TRISTATE, repeat=len(self.somes)):
            at = classes
            for answer, term in zip(answers, self.somes.values(), strict=True):
                true, false = self.pair(term)
                at = d.both(at, true if answer else false if answer is False else d.beyond(d.either(true, false)))
            if at != NONE:
                found[answers] = at
        return found

    def _classes(self) -> int:
        """Classes that are unknown are not also known to be there."""
        d = self.diagrams
        if KNOWN not in self.level:
            return ALL
        outs = [d.among(n, [0]) for name, n in self.level.items() if name.startswith(CLASS)]
        return d.either(d.among(self.level[KNOWN], [0]), d.both(*outs))

    def _domain(self) -> int:
        """The points that facts can come to."""
        d = self.diagrams
        if not self.somes:
            return self._classes() if self.mode == "item" else ALL
        apart = {answers: d.some(at, self.of_items) for answers, at in self.brought.items()}
        found = NONE
        for answers in product(TRISTATE, repeat=len(self.somes)):
            at = self._classes() if self.mode == "item" else ALL
            for n, (key, answer) in enumerate(zip(self.somes, answers, strict=True)):
                at = d.both(at, d.among(self.level[OTHERS + key], [TRISTATE.index(answer)]))
                if answer is not False:
                    fitting = [where for one, where in apart.items() if one[n] is answer and below(one, answers)]
                    at = d.both(at, d.either(*fitting))
            found = d.either(found, at)
        return found

    def combinations(self) -> int:
        """How many points facts can come to; items that are only brought in are counted by what they bring."""
        total = self.diagrams.count(self.domain)
        if self.mode != "item":
            for level in self.of_items:
                total //= self.diagrams.sizes[level]
        return total


def classed(given: Mapping[str, bool]) -> Item:
    """The item whose classes are given by name."""
    if not given.get(KNOWN, True):
        return Item(classes=None)
    return Item(classes=tuple(name.removeprefix(CLASS) for name, there in given.items() if there and name != KNOWN))


def below(one: Sequence[bool | None], answers: Sequence[bool | None]) -> bool:
    """Whether items that give `one` leave room for `answers`: false under unknown under true."""
    rank = {False: 0, None: 1, True: 2}
    return all(rank[a] <= rank[b] for a, b in zip(one, answers, strict=True))


def _best(answers: Sequence[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False
