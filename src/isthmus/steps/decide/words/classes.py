"""`classes: <class or classes>`: the item being decided is in one of these legal classes.

Unknown where the item was not read (`classes: null`); false where the flow has no item.
"""

from __future__ import annotations

from isthmus.steps.decide.node import Node
from isthmus.steps.decide.world import Test, World

MEMBERS: tuple[str, ...] = ()
PATH = "item.classes"


def build(node: Node) -> Test:
    """The test of the item."""
    wanted = frozenset(node.typed(PATH, name) for name in node.texts("classes"))
    node.gathered.reads.add(PATH)

    def test(world: World) -> bool | None:
        item = world.item
        if item is None:
            return False
        if item.classes is None:
            world.missing.append(f"data.{world.index}.classes")
            return None
        return not wanted.isdisjoint(item.classes)

    return test
