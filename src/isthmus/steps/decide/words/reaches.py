"""`reaches: <place or places>`: the flow reaches one of these places.

True where inference, logs (`recipient.hosted_in`) or support access (`recipient.accessible_from`) lie there; unknown
where one of them is unknown and no known one does.
"""

from __future__ import annotations

from isthmus.steps.decide.node import Node
from isthmus.steps.decide.world import Test, World

MEMBERS: tuple[str, ...] = ()
HOSTED, ACCESS = "recipient.hosted_in", "recipient.accessible_from"


def build(node: Node) -> Test:
    """The test of the destination."""
    for path in (HOSTED, ACCESS):
        node.fact_type(path)
    places = frozenset(node.typed(HOSTED, place) for place in node.texts("reaches"))
    node.mention(ACCESS, *places)

    def test(world: World) -> bool | None:
        hosted, access = world.facts.recipient.hosted_in, world.facts.recipient.accessible_from
        if (hosted and not places.isdisjoint(hosted)) or (access and not places.isdisjoint(access)):
            return True
        if hosted and access is not None:
            return False
        world.missing.append(ACCESS if hosted else HOSTED)
        return None

    return test
