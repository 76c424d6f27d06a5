"""`any: [condition, ...]`: at least one condition holds.

True as soon as one is true, whatever is unknown; else unknown if one is unknown.
"""

from __future__ import annotations

from isthmus.steps.decide.node import Node
from isthmus.steps.decide.world import Test, World

MEMBERS: tuple[str, ...] = ()


def build(node: Node) -> Test:
    """The test of the whole list."""
    tests = tuple(node.several("any"))

    def test(world: World) -> bool | None:
        before = len(world.missing)
        unsure = False
        for one in tests:
            answer = one(world)
            if answer:
                del world.missing[before:]
                return True
            unsure = unsure or answer is None
        return None if unsure else False

    return test
