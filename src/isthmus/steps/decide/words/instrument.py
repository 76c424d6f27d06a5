"""`instrument: <kind or kinds>`: such an instrument is on file, covers this recipient, and is valid on the date.

`filed: true` asks that it is filed; `within_days: n` that it is filed or took effect at most n calendar days ago.
An instrument without a recipient covers any. Validity that is not said (`valid_from: null`) is unknown.
"""

from __future__ import annotations

from datetime import date

from isthmus.steps.decide.node import Node
from isthmus.steps.decide.world import Test, World

MEMBERS: tuple[str, ...] = ("filed", "within_days")


def build(node: Node) -> Test:
    """The test of the file."""
    kinds = frozenset(node.typed("instruments.kind", kind) for kind in node.texts("instrument"))
    filed = node.tree.get("filed") == "true"
    days = int(node.tree["within_days"]) if "within_days" in node.tree else 0
    node.reads |= {
        "instruments.kind",
        "instruments.valid_from",
        "instruments.valid_until",
        "instruments.filed_on",
        "instruments.recipient",
    }

    def test(world: World) -> bool | None:
        on, recipient = world.facts.on, world.facts.recipient.id
        unsure = ""
        for index, held in enumerate(world.facts.instruments):
            if held.kind not in kinds or (held.recipient and held.recipient != recipient):
                continue
            if held.valid_until is not None and held.valid_until < on:
                continue
            if held.valid_from is None:
                unsure = f"instruments.{index}.valid_from"
            elif held.valid_from <= on and _stands(held.filed_on, held.valid_from, on, filed, days):
                return True
        if unsure:
            world.missing.append(unsure)
            return None
        return False

    return test


def _stands(filed_on: str | None, valid_from: str, on: str, filed: bool, days: int) -> bool:  # noqa: FBT001 - the members of one word
    if filed_on is not None and filed_on <= on:
        return True
    if days:
        return (date.fromisoformat(on) - date.fromisoformat(valid_from)).days <= days
    return not filed
