"""Conditions taken apart: the leaves that the engine compiles, and how `all`, `any`, `none` and `some` join them.

Asked of the flow as a whole, a condition on an item is false, as it is in the engine where a flow has no item.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from isthmus.errors import CatalogError
from isthmus.steps.decide.counting import Scheme
from isthmus.steps.decide.pack import DefinitionRow, InstrumentFile
from isthmus.steps.decide.proof.leaves import FACT, Leaf, leaf


class Ask(msgspec.Struct, frozen=True, eq=False):
    """One leaf."""

    leaf: Leaf


class Every(msgspec.Struct, frozen=True, eq=False):
    """All parts hold; without parts, always."""

    parts: tuple[Term, ...] = ()


class Either(msgspec.Struct, frozen=True, eq=False):
    """At least one part holds."""

    parts: tuple[Term, ...]


class Not(msgspec.Struct, frozen=True, eq=False):
    """The part does not hold; unknown where it is unknown."""

    part: Term


class Somewhere(msgspec.Struct, frozen=True, eq=False):
    """Some item of the flow has the part; `key` is the condition's own."""

    key: str
    part: Term


class Stated(msgspec.Struct, frozen=True, eq=False):
    """What is said holds; where nothing is said, what is derived."""

    said: Ask
    derived: Term


Term = Ask | Every | Either | Not | Somewhere | Stated


class Grammar:
    """Turns conditions into terms; leaves and definitions that are equal are made once."""

    def __init__(self, instruments: tuple[InstrumentFile, ...], schemes: tuple[Scheme, ...]) -> None:
        self.schemes = {scheme.id: scheme for scheme in schemes}
        self._rows: dict[str, tuple[DefinitionRow, str]] = {
            row.id: (row, one.regime) for one in instruments for row in one.definitions
        }
        self._defined: dict[tuple[str, bool], Term] = {}
        self._leaves: dict[str, Ask] = {}

    def term(self, tree: Any, regime: str, *, of_item: bool) -> Term:
        """The term of a condition that stands in a regime's rules."""
        word = next((key for key in ("all", "any", "none", "some", "defined") if key in tree), "")
        if word in ("all", "any", "none"):
            parts = tuple(self.term(part, regime, of_item=of_item) for part in tree[word])
            return Every(parts) if word == "all" else Either(parts) if word == "any" else Not(Either(parts))
        if word == "some":
            return Somewhere(self._key(tree["some"], regime), self.term(tree["some"], regime, of_item=True))
        return self._definition(tree["defined"], of_item) if word else self._leaf(tree, regime, of_item)

    def guarded(self, when: Any, unless: Any, regime: str, *, of_item: bool) -> Term:
        """The term of a rule's `when` and `unless`."""
        first = Every() if when is None else self.term(when, regime, of_item=of_item)
        return first if unless is None else Every((first, Not(self.term(unless, regime, of_item=of_item))))

    def _key(self, tree: Any, regime: str) -> str:
        """What a condition is known by; where it rests on definitions, by these too."""
        spelled = self.spelled(tree)
        key = msgspec.json.encode([tree, regime], order="sorted")
        if spelled != tree:
            key += b"#" + hashlib.sha256(msgspec.json.encode(spelled, order="sorted")).hexdigest()[:8].encode()
        return key.decode()

    def spelled(self, tree: Any) -> Any:
        """A condition with its definitions spelled out."""
        if isinstance(tree, list):
            return [self.spelled(part) for part in tree]
        if not isinstance(tree, dict):
            return tree
        if "defined" in tree and tree["defined"] in self._rows:
            row, regime = self._rows[tree["defined"]]
            return [row.id, self.spelled(row.when), row.stated, regime]
        return {key: self.spelled(value) for key, value in tree.items()}

    def _leaf(self, tree: Mapping[str, Any], regime: str, of_item: bool) -> Ask:  # noqa: FBT001 - said by every caller
        made = leaf(tree, regime, of_item=of_item, schemes=self.schemes)
        return self._leaves.setdefault(made.key, Ask(made))

    def _definition(self, name: str, of_item: bool) -> Term:  # noqa: FBT001 - said by every caller
        if name not in self._rows:
            raise CatalogError(f"no definition `{name}`")
        if (name, of_item) not in self._defined:
            row, regime = self._rows[name]
            made = self.term(row.when, regime, of_item=of_item)
            if row.stated:
                made = Stated(self._leaf({FACT: row.stated, "is": "true"}, regime, False), made)  # noqa: FBT003 - of the flow
            self._defined[name, of_item] = made
        return self._defined[name, of_item]


def parts(term: Term) -> Iterator[Term]:
    """The term and every term inside it."""
    yield term
    inner: tuple[Term, ...] = ()
    if isinstance(term, Every | Either):
        inner = term.parts
    elif isinstance(term, Not | Somewhere):
        inner = (term.part,)
    elif isinstance(term, Stated):
        inner = (term.said, term.derived)
    for one in inner:
        yield from parts(one)
