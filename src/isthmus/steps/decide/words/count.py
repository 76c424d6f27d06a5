"""`count: <category>` of the regime's scheme, against a threshold: those counted so far plus those of this flow.

`at_least`, `more_than`, `less_than`: the threshold; `with_last_year: true` adds those of the year before. Persons of
this flow not yet counted come from `counts.<category>_new` (or `counts.<jurisdiction>_new`); where that is absent, from
the persons of the items whose strongest class is of the category, forms that the scheme leaves out excepted. Unknown
where a number is unknown.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from isthmus.steps.decide.counting import FIELDS, after
from isthmus.steps.decide.node import Node
from isthmus.steps.decide.world import Test, World, getter

COMPARE: dict[str, Callable[[int, int], bool]] = {
    "at_least": operator.ge,
    "more_than": operator.gt,
    "less_than": operator.lt,
}
MEMBERS: tuple[str, ...] = (*COMPARE, "with_last_year")


def build(node: Node) -> Test:
    """The test of the total."""
    scheme = node.names.schemes.get(node.regime)
    if scheme is None:
        raise node.error("this regime counts nobody", "give the regime a `counting` scheme")
    category = node.tree["count"]
    if category not in scheme.categories.values():
        raise node.error(f"no category `{category}`", f"expected {', '.join(sorted(set(scheme.categories.values())))}")
    given = [key for key in COMPARE if key in node.tree]
    if len(given) != 1 or not str(node.tree[given[0]]).isdigit():
        raise node.error("`count` needs one threshold", f"expected one of {', '.join(COMPARE)} with a whole number")
    compare, threshold = COMPARE[given[0]], int(node.tree[given[0]])
    edge = threshold + 1 if given[0] == "more_than" else threshold
    node.names.bounds.setdefault((node.regime, category), set()).add(edge)
    for path in ("item.persons", f"counts.{category}_before", f"counts.{category}_new"):
        node.mention(path, edge)
    own = f"{category}_before" in FIELDS
    group = category if own else scheme.jurisdiction
    of_items = {"item.persons", "item.classes", "item.form"}
    node.gathered.across |= of_items
    node.gathered.moved.add("item.form")
    node.gathered.reads |= {*of_items, f"counts.{group}_before", f"counts.{group}_new"}
    node.gathered.tell("item.classes", *scheme.categories)
    node.gathered.tell("item.form", *scheme.leaves_out)

    last_year = f"counts.{category}_last_year" if node.tree.get("with_last_year") == "true" else ""
    if last_year:
        node.fact_type(last_year)
    earlier = getter(last_year) if last_year else _none

    def test(world: World) -> bool | None:
        total, before = after(scheme, category, world), earlier(world)
        if before is None:
            world.missing.append(last_year)
        if total is None or before is None:
            return None
        return compare(total + before, threshold)

    return test


def _none(_: World) -> int:
    return 0
