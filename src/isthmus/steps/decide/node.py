"""A condition as it stands in a file, on its way to becoming a test: what a word's `build` is given.

A condition is a mapping with exactly one word of the vocabulary; the other members are that word's own. Words are the
modules of `words/`: being in the folder is the registration.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

import msgspec

from isthmus.catalog import Document, Path_
from isthmus.errors import CatalogError
from isthmus.steps.decide import words
from isthmus.steps.decide.paths import field_type, members
from isthmus.steps.decide.world import Test


@cache
def vocabulary() -> dict[str, ModuleType]:
    """The words that conditions may use, by name."""
    names = [module.name for module in pkgutil.iter_modules(words.__path__)]
    return {name: importlib.import_module(f"{words.__name__}.{name}") for name in names}


class Gathered:
    """What a condition rests on: `reads` the paths of facts, `told` the values it tells apart, by path.

    `across` are the members of an item that it reads of every item, not only of the one being decided. `moved` are the
    paths of unknowns that it does not wait for: it may answer one thing while they are unknown and another once known.
    """

    def __init__(self) -> None:
        self.reads: set[str] = set()
        self.told: dict[str, set[Any]] = {}
        self.across: set[str] = set()
        self.moved: set[str] = set()

    def tell(self, path: str, *values: Any) -> None:
        """Values at a path that are told apart from others."""
        self.told.setdefault(path, set()).update(values)

    def take(self, other: Gathered) -> None:
        """What another condition rests on, which is part of this one."""
        self.reads |= other.reads
        self.across |= other.across
        self.moved |= other.moved
        for path, values in other.told.items():
            self.tell(path, *values)


class Names:
    """What conditions refer to by name, and what they mention: definitions, schemes, compared values and facts."""

    def __init__(self) -> None:
        self.definitions: dict[str, Test] = {}
        self.gathered: dict[str, Gathered] = {}
        self.schemes: dict[str, Any] = {}
        self.mentions: dict[str, set[Any]] = {}
        self.links: dict[str, set[str]] = {}
        self.bounds: dict[tuple[str, str], set[int]] = {}


class Node:
    """One condition with its place in the file."""

    def __init__(self, document: Document, path: Path_, names: Names, gathered: Gathered, regime: str) -> None:
        self.document, self.path, self.names, self.gathered, self.regime = document, path, names, gathered, regime
        tree: Any = document.tree
        for step in path:
            tree = tree[step]
        self.tree = tree

    def error(self, message: str, remedy: str = "") -> CatalogError:
        """A problem with this condition."""
        return self.document.error(self.path, message, remedy)

    def child(self, *steps: str | int, gathered: Gathered | None = None) -> Node:
        """The condition below this one; what it rests on is gathered with this one's unless told otherwise."""
        return Node(self.document, (*self.path, *steps), self.names, gathered or self.gathered, self.regime)

    def build(self) -> Test:
        """The test that this condition stands for."""
        if not isinstance(self.tree, Mapping):
            raise self.error("a condition must be a mapping", "for example `{fact: exporter.ciio, is: true}`")
        known = vocabulary()
        found = [key for key in self.tree if key in known]
        if len(found) != 1:
            near = [m for key in self.tree for m in difflib.get_close_matches(str(key), list(known), n=1)]
            remedy = f"did you mean `{near[0]}`?" if near and not found else f"expected one of {', '.join(known)}"
            raise self.error(
                f"a condition needs exactly one word, got {', '.join(map(str, self.tree)) or 'none'}", remedy
            )
        word = known[found[0]]
        for key in self.tree:
            if key != found[0] and key not in word.MEMBERS:
                near = difflib.get_close_matches(key, list(word.MEMBERS), n=1)
                remedy = (
                    f"did you mean `{near[0]}`?" if near else f"expected {', '.join(word.MEMBERS) or 'nothing else'}"
                )
                raise self.error(f"`{found[0]}` has no member `{key}`", remedy)
        built: Test = word.build(self)
        return built

    def several(self, key: str) -> list[Test]:
        """The tests of the list under `key`."""
        listed = self.tree[key]
        if not isinstance(listed, list) or not listed:
            raise self.error(f"`{key}` needs a list of conditions")
        return [self.child(key, index).build() for index in range(len(listed))]

    def texts(self, key: str) -> tuple[str, ...]:
        """A text or a list of texts under `key`."""
        value = self.tree.get(key)
        listed = value if isinstance(value, list) else [value]
        if not all(isinstance(text, str) for text in listed):
            raise self.error(f"`{key}` needs a text or a list of texts")
        return tuple(listed)

    def typed(self, path: str, value: Any) -> Any:
        """A value of this file in the type of the fact at `path`, mentioned so that unknowns can take it."""
        kind = self.fact_type(path)
        try:
            converted = msgspec.convert([value] if get_origin(kind) is tuple else value, kind, strict=False)
        except msgspec.ValidationError as error:
            words = get_args(kind) if get_origin(kind) is Literal else ()
            near = difflib.get_close_matches(str(value), words, n=1)
            remedy = f"did you mean `{near[0]}`?" if near else f"expected one of {', '.join(words)}" if words else ""
            raise self.error(f"`{path}`: {str(error)[0].lower()}{str(error)[1:]}", remedy) from None
        if get_origin(kind) is tuple:
            converted = converted[0]
        if not isinstance(converted, bool):
            self.mention(path, converted)
        return converted

    def mention(self, path: str, *values: Any) -> None:
        """Values that the fact at `path` is compared with."""
        self.names.mentions.setdefault(path, set()).update(values)
        self.gathered.tell(path, *values)

    def link(self, path: str, other: str) -> None:
        """A fact that the one at `path` is compared with: its values are what an unknown there can take."""
        self.fact_type(other)
        self.names.links.setdefault(path, set()).add(other)

    def fact_type(self, path: str) -> Any:
        """The type of the fact at `path`, noted as read; an unknown fact is an error."""
        try:
            kind = field_type(path)
        except KeyError:
            near = difflib.get_close_matches(path, members(), n=1)
            raise self.error(f"no fact `{path}`", f"did you mean `{near[0]}`?" if near else "") from None
        self.gathered.reads.add(path)
        return kind
