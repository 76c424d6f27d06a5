"""`some: {condition}`: the condition holds for at least one data item of the flow.

For conditions of a whole flow: which item is being decided does not matter.
"""

from __future__ import annotations

from isthmus.steps.decide.node import Node
from isthmus.steps.decide.world import Test, World

MEMBERS: tuple[str, ...] = ()


def build(node: Node) -> Test:
    """The test over the items."""
    one = node.child("some").build()

    def test(world: World) -> bool | None:
        inner = World(world.facts)
        unsure = False
        for inner.index, inner.item in enumerate(world.facts.data):
            answer = one(inner)
            if answer:
                return True
            unsure = unsure or answer is None
        if unsure:
            world.missing += inner.missing
            return None
        return False

    return test
