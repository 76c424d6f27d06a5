"""`defined: <id>`: the definition of that id holds (`definitions:` of an instrument, from any pack).

Where a definition names a fact in `stated`, a stated value of that fact outranks what the definition derives.
"""

from __future__ import annotations

import difflib

from isthmus.steps.decide.node import Node
from isthmus.steps.decide.world import Test

MEMBERS: tuple[str, ...] = ()


def build(node: Node) -> Test:
    """The test of the definition."""
    name = node.tree["defined"]
    found = node.names.definitions.get(name)
    if found is None:
        near = difflib.get_close_matches(str(name), list(node.names.definitions), n=1)
        raise node.error(f"no definition `{name}`", f"did you mean `{near[0]}`?" if near else "define it first")
    node.gathered.take(node.names.gathered[name])
    return found
