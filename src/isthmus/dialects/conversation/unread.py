"""Members of a request that its reader does not read: known ones are left out by name, any other is refused.

`shapes` say for each object of a dialect's request which members are read; an index is `*` in their pointers. Objects
that are on no list hold what a caller made up (schemas, arguments) and are carried as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.dialects.conversation.features import FEATURES
from isthmus.dialects.conversation.fitting import refused
from isthmus.dialects.pointers import escape
from isthmus.dialects.strict_json import shown

Shapes = dict[str, frozenset[str]]
NEUTRAL: tuple[Any, ...] = (None, False, "", [], {})


def shapes(**rows: str) -> Shapes:
    """Shapes from `a__n__b="x y"`, which says that `/a/*/b` is read for its members x and y."""
    return {
        "".join(f"/{'*' if step == 'n' else step}" for step in name.split("__")): frozenset(members.split())
        for name, members in rows.items()
    }


def unread(body: Any, table: Shapes, known: frozenset[str]) -> tuple[str, ...]:
    """The names of what is not read; raises `MalformedError` for a member that the dialect does not know."""
    lost: dict[str, None] = {}
    for pattern, read in table.items():
        for at, node in _objects(body, pattern.split("/")[1:], ""):
            for name, value in node.items():
                if name in read or value in NEUTRAL:
                    continue
                feature = FEATURES.get(name)
                if name not in known or (feature is not None and feature.policy == "refused"):
                    raise refused(name if feature else "", shown(f"{at}/{escape(name)}", known))
                lost[".".join(step for step in f"{at}/{name}".split("/") if step and not step.isdigit())] = None
    return tuple(lost)


def _objects(node: Any, steps: list[str], at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects at the places that the steps lead to."""
    if not steps:
        if isinstance(node, dict):
            yield at, node
        return
    step, rest = steps[0], steps[1:]
    if step == "*":
        for place, below in enumerate(node if isinstance(node, list) else ()):
            yield from _objects(below, rest, f"{at}/{place}")
    elif isinstance(node, dict) and step in node:
        yield from _objects(node[step], rest, f"{at}/{step}")
