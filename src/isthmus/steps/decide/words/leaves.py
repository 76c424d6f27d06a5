"""`leaves: <place or places>`: the flow reaches somewhere outside these places.

True where inference, logs (`recipient.hosted_in`) or support access (`recipient.accessible_from`) lie outside; unknown
where one of them is unknown and no known one does. What a country counts as its own is the list: for mainland law
Hong Kong, Macau and Taiwan are abroad, so its list is `cn` alone. `leaves: home` means the exporter's own country.
"""

from __future__ import annotations

from isthmus.steps.decide.node import Node
from isthmus.steps.decide.world import Test, World

MEMBERS: tuple[str, ...] = ()
HOSTED, ACCESS, HOME = "recipient.hosted_in", "recipient.accessible_from", "exporter.jurisdiction"


def build(node: Node) -> Test:
    """The test of the destination."""
    for path in (HOSTED, ACCESS):
        node.fact_type(path)
    listed = node.texts("leaves")
    own = listed == ("home",)
    fixed = frozenset() if own else frozenset(node.typed(HOSTED, place) for place in listed)
    node.mention(ACCESS, *fixed)
    if own:
        node.link(HOSTED, HOME)
        node.link(ACCESS, HOME)

    def test(world: World) -> bool | None:
        home = frozenset((world.facts.exporter.jurisdiction,)) if own else fixed
        hosted, access = world.facts.recipient.hosted_in, world.facts.recipient.accessible_from
        if (hosted and not home.issuperset(hosted)) or (access and not home.issuperset(access)):
            return True
        if hosted and access is not None:
            return False
        world.missing.append(ACCESS if hosted else HOSTED)
        return None

    return test
