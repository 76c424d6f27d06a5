"""`all: [condition, ...]`: every condition holds.

False as soon as one is false, whatever is unknown; else unknown if one is unknown.
"""

from __future__ import annotations

from isthmus.steps.decide.node import Node
from isthmus.steps.decide.world import Test, World

MEMBERS: tuple[str, ...] = ()


def build(node: Node) -> Test:
    """The test of the whole list."""
    tests = tuple(node.several("all"))

    def test(world: World) -> bool | None:
        before = len(world.missing)
        unsure = False
        for one in tests:
            answer = one(world)
            if answer is False:
                del world.missing[before:]
                return False
            unsure = unsure or answer is None
        return None if unsure else True

    return test
