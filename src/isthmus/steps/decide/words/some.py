"""`some: {condition}`: the condition holds for at least one data item of the flow.

For conditions of a whole flow: which item is being decided does not matter.
"""

from __future__ import annotations

from isthmus.steps.decide.node import Gathered, Node
from isthmus.steps.decide.world import Test, World

MEMBERS: tuple[str, ...] = ()


def build(node: Node) -> Test:
    """The test over the items."""
    child = node.child("some", gathered=Gathered())
    one = child.build()
    node.gathered.take(child.gathered)
    node.gathered.across |= child.gathered.reads

    def test(world: World) -> bool | None:
        missing: list[str] = []
        for index, item in enumerate(world.facts.data):
            inner = World(world.facts, item, index)
            answer = one(inner)
            if answer:
                return True
            if answer is None:
                missing += inner.missing
        world.missing += missing
        return None if missing else False

    return test
