"""The smallest conditions, each one word with its members, compiled by the engine's own words; and what each looks at.

A leaf looks at one or a few *variables*. Most are a fact by its path. The rest stand for several facts at once:
`instruments.<kind>` what is on file of a kind, `counts.<scheme>.<category>` the totals that thresholds measure, and
`item.classes:<class>` whether the item is in a class (with `item.classes` for whether its classes are known).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from isthmus.catalog import Document
from isthmus.errors import CatalogError
from isthmus.facts import Facts, Item
from isthmus.steps.decide.counting import Scheme
from isthmus.steps.decide.node import Gathered, Names, Node
from isthmus.steps.decide.proof.schema import BASE, item_stating, stating
from isthmus.steps.decide.words.leaves import ACCESS, HOSTED
from isthmus.steps.decide.world import Test, World

FACT, CLASSES, COUNT, INSTRUMENT = "fact", "classes", "count", "instrument"
LEAVES, REACHES = "leaves", "reaches"
EXPORTER = "exporter.jurisdiction"
FILE, TOTALS, CLASS = "instruments.", "counts.", "item.classes:"
KNOWN = "item.classes"
LINKS = ("in_fact", "more_than_fact")
# Facts that have words of their own: no leaf may look at them directly.
OWN = ("on", "data", "instruments.", "counts.", "item.classes", "item.persons")


class Leaf(msgspec.Struct, frozen=True, eq=False):
    """A compiled leaf. `of_item`: it is asked of one item, not of the flow as a whole."""

    key: str
    word: str
    tree: Mapping[str, Any]
    of_item: bool
    test: Test
    variables: tuple[str, ...]
    mentions: Mapping[str, frozenset[Any]]
    reads: frozenset[str]

    def asked(self, facts: Facts, item: Item | None = None) -> bool | None:
        """The engine's answer for a flow and, where it is asked of one, an item of it."""
        return self.test(World(facts, item if self.of_item else None))

    def answer(self, given: Mapping[str, Any]) -> bool | None:
        """The engine's answer where each variable, a fact by its path, has the value given."""
        of_item = {path: value for path, value in given.items() if path.startswith("item.")}
        facts = stating(BASE, {path: value for path, value in given.items() if path not in of_item})
        return self.asked(facts, item_stating(of_item) if self.of_item else None)


def leaf(tree: Mapping[str, Any], regime: str, *, of_item: bool, schemes: Mapping[str, Scheme]) -> Leaf:
    """The leaf of a condition; raises `CatalogError` where a rule says what no proof can take apart."""
    names, gathered = Names(), Gathered()
    names.schemes.update(schemes)
    test = Node(Document("", tree, {}), (), names, gathered, regime).build()
    reads = gathered.reads
    word = next(iter(set(tree) & {FACT, CLASSES, COUNT, INSTRUMENT, LEAVES, REACHES}), "")
    if not word or (word == FACT and any(path.startswith(OWN) for path in reads)):
        raise CatalogError(f"a proof knows no variables for `{tree}`", remedy="add them to proof/leaves.py")
    return Leaf(
        key=msgspec.json.encode([tree, regime if word == COUNT else "", of_item], order="sorted").decode(),
        word=word,
        tree=tree,
        of_item=of_item,
        test=test,
        variables=tuple(dict.fromkeys(_variables(word, tree, regime, of_item=of_item))),
        mentions={path: frozenset(found) for path, found in names.mentions.items()},
        reads=frozenset(reads),
    )


def _variables(word: str, tree: Mapping[str, Any], regime: str, *, of_item: bool) -> Iterable[str]:
    if word == FACT:
        paths = (tree[FACT], *(tree[key] for key in LINKS if key in tree))
        return (path for path in paths if of_item or not path.startswith("item."))
    if word == CLASSES:
        return (KNOWN, *(f"{CLASS}{name}" for name in listed(tree[CLASSES]))) if of_item else ()
    if word == COUNT:
        return (f"{TOTALS}{regime}.{tree[COUNT]}",)
    if word == INSTRUMENT:
        return (f"{FILE}{kind}" for kind in listed(tree[INSTRUMENT]))
    return (HOSTED, ACCESS, *((EXPORTER,) if tree.get(LEAVES) == "home" else ()))


def listed(value: Any) -> list[str]:
    """A text or a list of texts as a list."""
    return list(value) if isinstance(value, list) else [value]
