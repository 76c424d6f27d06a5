"""`fact: <path>` with one test of the fact at that path; `item.<member>` is the item being decided.

`is`, `is_not`: equal to the value or not. `in`, `not_in`: one of the values or none of them; for a fact that is itself
a list, whether it shares a member with them. `at_least`, `more_than`, `at_most`, `less_than`: for numbers and days.
`in_fact`, `more_than_fact`: against another fact. `empty`: whether a list has no members. `stated`: whether it is known
at all (`{fact: purpose.basis, stated: true}`), never unknown itself. An unknown fact (`null`) makes every other test
unknown. A fact of an item is false where the flow has none.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from isthmus.steps.decide.node import Node
from isthmus.steps.decide.world import ABSENT, Test, World, getter

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "is_not": operator.ne,
    "at_least": operator.ge,
    "more_than": operator.gt,
    "at_most": operator.le,
    "less_than": operator.lt,
}
LISTED = ("in", "not_in")
FACTS = ("in_fact", "more_than_fact")
MEMBERS: tuple[str, ...] = (*COMPARE, *LISTED, *FACTS, "stated", "empty")


def build(node: Node) -> Test:
    """The test of the fact."""
    path = node.tree["fact"]
    kind = node.fact_type(path)
    given = [key for key in node.tree if key != "fact"]
    if len(given) != 1:
        raise node.error("`fact` needs exactly one test", f"expected one of {', '.join(MEMBERS)}")
    key = given[0]
    get = getter(path)
    if key == "stated":
        wanted = node.tree[key] == "true"
        node.gathered.moved.add(path)
        return lambda world: (get(world) not in (None, ABSENT)) is wanted
    if key == "empty":
        return _empty(path, get, wanted=node.tree[key] == "true")
    if key in FACTS:
        node.link(path, node.tree[key])
        return _against_fact(key, path, get, node.tree[key], getter(node.tree[key]))
    if key in LISTED:
        values = frozenset(node.typed(path, value) for value in node.texts(key))
        return _listed(path, get, values, key == "in", getattr(kind, "__origin__", None) is tuple)
    return _compared(path, get, COMPARE[key], node.typed(path, node.tree[key]))


def _note(world: World, path: str) -> None:
    world.missing.append(f"data.{world.index}.{path[5:]}" if path.startswith("item.") else path)


def _compared(path: str, get: Callable[[World], Any], compare: Callable[[Any, Any], bool], value: Any) -> Test:
    def test(world: World) -> bool | None:
        got = get(world)
        if got is None:
            _note(world, path)
            return None
        return got is not ABSENT and compare(got, value)

    return test


def _listed(path: str, get: Callable[[World], Any], values: frozenset[Any], wanted: bool, many: bool) -> Test:  # noqa: FBT001 - two switches of one private function
    def test(world: World) -> bool | None:
        got = get(world)
        if got is None:
            _note(world, path)
            return None
        if got is ABSENT:
            return False
        return (not values.isdisjoint(got) if many else got in values) is wanted

    return test


def _empty(path: str, get: Callable[[World], Any], *, wanted: bool) -> Test:
    def test(world: World) -> bool | None:
        got = get(world)
        if got is None:
            _note(world, path)
            return None
        return (not got) is wanted

    return test


def _against_fact(
    key: str, path: str, get: Callable[[World], Any], other: str, get_other: Callable[[World], Any]
) -> Test:
    def test(world: World) -> bool | None:
        left, right = get(world), get_other(world)
        if key == "in_fact" and right is not None and not right:
            return False
        if left is None or right is None:
            _note(world, path if left is None else other)
            return None
        if left is ABSENT or right is ABSENT:
            return False
        if key == "in_fact":
            return not set(left).isdisjoint(right) if isinstance(left, tuple) else left in right
        return bool(left > right)

    return test
