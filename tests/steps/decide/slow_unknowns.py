"""What unknown facts lead to, found out the slow way: every value of every unknown is put in and all is judged anew.

The measure for `unknowns.py`, which leaves out what cannot matter. Nothing is shared, nothing merged, no budget.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from isthmus.facts import Facts
from isthmus.steps.decide.judge import RANK, SILENT, VERDICT_RANK, Judgement, judge
from isthmus.steps.decide.paths import replaced
from isthmus.steps.decide.rulebook import CompiledRegime, Rulebook
from isthmus.steps.decide.trials import candidates
from isthmus.steps.decide.world import Worlds

Judgements = tuple[Judgement | None, ...]
Outcome = tuple[tuple[str, str], ...]


class TooManyError(Exception):
    """More trials than the test cares to wait for."""


class Slow:
    """One regime and one flow."""

    def __init__(self, book: Rulebook, regime: CompiledRegime, facts: Facts, trials: int) -> None:
        self.book, self.regime, self.facts, self.left = book, regime, facts, trials
        self.wide = max(1, len(facts.data)) if regime.row.per == "item" else 1

    def outcomes(self, facts: Facts) -> Iterator[Judgements]:
        """What each completion of the facts gives."""
        judged = judge(self.regime, Worlds(facts))
        missing = [path for one in judged if one for path in one.missing]
        if not missing:
            yield judged
            return
        for value in candidates(self.book, self.regime, missing[0], facts):
            self.left -= 1
            if self.left < 0:
                raise TooManyError
            yield from self.outcomes(replaced(facts, missing[0], value))

    def certain(self, facts: Facts) -> str | None:
        """The strictest verdict and mechanism where every completion gives the same; else None."""
        signature: Outcome | None = None
        words: list[tuple[int, int, str]] = []
        for judged in self.outcomes(facts):
            found = tuple((one or SILENT).signature for one in judged)
            found = found * self.wide if len(found) == 1 else found
            if signature is not None and found != signature:
                return None
            signature = found
            spoken = [one for one in judged if one]
            words += [
                (VERDICT_RANK[one.verdict], RANK[one.mechanism], f"{one.verdict} {one.mechanism}") for one in spoken
            ]
        return max(words, default=(0, 0, "allow not_applicable"))[2]

    def open_facts(self) -> dict[str, dict[str, str]]:
        """The unknowns that matter, with what each of their values leads to; all of them where none does by itself."""
        judged = judge(self.regime, Worlds(self.facts))
        paths = dict.fromkeys(path for one in judged if one for path in one.missing)
        if not paths or self.certain(self.facts) is not None:
            return {}
        found = {path: self._values(path) for path in paths}
        differing = {path: outcomes for path, outcomes in found.items() if len(set(outcomes.values())) > 1}
        return differing or found

    def _values(self, path: str) -> dict[str, str]:
        return {
            msgspec.json.encode(value).decode().strip('"'): self.certain(replaced(self.facts, path, value))
            or "review human_review"
            for value in candidates(self.book, self.regime, path, self.facts)
        }
