"""Whether the prover's model and the engine say the same of facts: item by item, and of the release of the whole flow.

Where the engine settles an unknown by trying out its values, the model must hold the same for what was tried: a release
with a fact unknown is a release for each of its values.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import msgspec

from isthmus.decision import MECHANISMS
from isthmus.errors import CatalogError
from isthmus.facts import Facts
from isthmus.steps.decide.engine import releases
from isthmus.steps.decide.judge import Judgement, judge
from isthmus.steps.decide.paths import general, replaced
from isthmus.steps.decide.proof.judged import Judged, Terms, days
from isthmus.steps.decide.proof.points import Classifier
from isthmus.steps.decide.proof.space import Mode, Space
from isthmus.steps.decide.proof.terms import Grammar
from isthmus.steps.decide.proof.values import raw_values
from isthmus.steps.decide.rulebook import CompiledRegime, Rulebook
from isthmus.steps.decide.words.leaves import HOSTED
from isthmus.steps.decide.world import Worlds

SILENT, OPEN = "silent", "open"
MOST_MISSING = 60


class Model:
    """One regime in one mode, ready to be asked."""

    def __init__(self, book: Rulebook, regime: CompiledRegime, mode: Mode) -> None:
        grammar = Grammar(book.instruments, book.schemes)
        terms = Terms(regime, grammar, mode)
        self.space = Space(terms.all(), days(regime, book.today), grammar.schemes, mode)
        self.judged = Judged(terms, self.space)
        self.classifier = Classifier(self.space)

    @cached_property
    def outcomes(self) -> tuple[tuple[int, str], ...]:
        """The sets of points by what is said there; raises `CatalogError` where they do not part the space."""
        j, d = self.judged, self.space.diagrams
        found = [(j.silent, SILENT), (j.missing, OPEN)]
        held = d.without(j.settled, d.either(j.allows, j.reviews))
        verdicts = ((d.both(j.settled, j.allows), "allow"), (d.both(j.settled, j.reviews), "review"), (held, "deny"))
        for mechanism in MECHANISMS:
            found += [(d.both(j.says(mechanism), at), f"{mechanism} {verdict}") for at, verdict in verdicts]
        if sum(d.count(at) for at, _ in found) != d.count(self.space.domain):
            raise CatalogError(f"the model of {j.terms.regime.id} does not say one thing at every point")
        return tuple(pair for pair in found if pair[0])

    def says(self, facts: Facts, index: int) -> str:
        """What the model says of a flow, of the item at `index` where one is decided."""
        point = self.classifier.point(facts, index)
        return next((word for at, word in self.outcomes if self.space.diagrams.holds(at, point)), "nothing")


class Agreement:
    """Compares the model of every regime with the engine."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self._rows = {regime.id: regime for regime in book.regimes}
        self._models: dict[tuple[str, Mode], Model] = {}

    def model(self, regime: str, mode: Mode) -> Model:
        """The model of a regime, made when it is first asked for."""
        if (regime, mode) not in self._models:
            self._models[regime, mode] = Model(self.book, self._rows[regime], mode)
        return self._models[regime, mode]

    def said(self, regime: CompiledRegime, facts: Facts) -> list[str]:
        """What the model says of a flow: for each item, or once where the flow is decided whole or has no item."""
        mode: Mode = "whole" if regime.row.per == "flow" else "item" if facts.data else "empty"
        model = self.model(regime.id, mode)
        return [model.says(facts, n) for n in range(len(facts.data) if mode == "item" else 1)]

    def differences(self, facts: Facts, engine: Rulebook | None = None) -> Iterator[str]:
        """What the model says otherwise than the engine (with other rules, where `engine` has them), one line each."""
        book = engine or self.book
        worlds, release, undecided = Worlds(facts), True, list[CompiledRegime]()
        for regime in book.at(facts.on, facts.exporter.jurisdiction):
            ours, judgements = self.said(regime, facts), judge(regime, worlds)
            # Silent, or unsure whether to speak, the engine says so once for all items.
            theirs = judgements if len(judgements) == len(ours) else judgements * len(ours)
            for n, (one, other) in enumerate(zip(ours, theirs, strict=True)):
                if one != _word(other):
                    yield f"{regime.id}, item {n}: model {one}, engine {_word(other)}"
            release = release and all(word == OPEN or _free(word) for word in ours)
            undecided += [regime] if OPEN in ours else []
        if releases(book, facts) and undecided:
            yield from self._released(facts, undecided)
        elif releases(book, facts) is not release and not (release and undecided):
            yield f"release: model {release}, engine {not release}"

    def _released(self, facts: Facts, undecided: list[CompiledRegime]) -> Iterator[str]:
        """Where the engine releases with facts unknown, what the model holds back once they are known."""
        for regime in undecided:
            for last in (False, True):
                known = self._known(regime, facts, last=last)
                held = [word for word in self.said(regime, known) if not _free(word)]
                if held:
                    yield f"{regime.id}: released with facts unknown, held once known: {', '.join(held)}"

    def _known(self, regime: CompiledRegime, facts: Facts, *, last: bool) -> Facts:
        """The facts with a value for each that the regime misses."""
        for _ in range(MOST_MISSING):
            path = next((path for one in judge(regime, Worlds(facts)) if one for path in one.missing), "")
            if not path:
                break
            facts = replaced(facts, path, self._value(path, facts, last=last))
        return facts

    def _value(self, path: str, facts: Facts, *, last: bool) -> Any:
        if path.startswith("instruments."):
            return facts.on
        name = general(path)
        values = raw_values(name, self.book.mentions.get(name, frozenset()), 1)
        known = [value for value in values if value not in (None, msgspec.UNSET) and (value != () or name != HOSTED)]
        return known[-1 if last else 0]


def _free(word: str) -> bool:
    return word == SILENT or word.endswith(" allow")


def _word(one: Judgement | None) -> str:
    return SILENT if one is None else OPEN if one.missing else f"{one.mechanism} {one.verdict}"
