"""`instrument: <kind or kinds>`: such an instrument is on file, covers this recipient, and is valid on the date.

`years: n`: without a stated last day it is valid n years from its first day, the same date of the last year included.
`filed: true`: it is filed with the authority. `within_working_days: n`: it took effect at most n working days ago
(Monday to Friday). `expires_within_working_days: n`: its last day is at most n working days away. An instrument without
a recipient covers any. A first day that is not said (`valid_from: null`) is unknown.
"""

from __future__ import annotations

from collections.abc import Callable

from isthmus.facts import Instrument
from isthmus.steps.decide.calendar_days import last_day, working_days
from isthmus.steps.decide.node import Node
from isthmus.steps.decide.world import Test, World

MEMBERS: tuple[str, ...] = ("filed", "years", "within_working_days", "expires_within_working_days")
READ = ("kind", "valid_from", "valid_until", "filed_on", "recipient")


def build(node: Node) -> Test:
    """The test of the file."""
    kinds = frozenset(node.typed("instruments.kind", kind) for kind in node.texts("instrument"))
    node.gathered.reads |= {f"instruments.{name}" for name in READ}
    years = int(node.tree.get("years", 0))
    further = _further(node, years)

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
            elif held.valid_from <= on <= (_last(held, years) or on) and all(one(held, on) for one in further):
                return True
        if unsure:
            world.missing.append(unsure)
            return None
        return False

    return test


def _last(held: Instrument, years: int) -> str:
    """Its last day, or nothing where it has no end."""
    if held.valid_until is not None:
        return held.valid_until
    return last_day(held.valid_from, years) if years and held.valid_from else ""


def _further(node: Node, years: int) -> tuple[Callable[[Instrument, str], bool], ...]:
    found: list[Callable[[Instrument, str], bool]] = []
    if node.tree.get("filed") == "true":
        found.append(lambda held, on: held.filed_on is not None and held.filed_on <= on)
    if "within_working_days" in node.tree:
        since = int(node.tree["within_working_days"])
        found.append(lambda held, on: working_days(held.valid_from or on, on) <= since)
    if "expires_within_working_days" in node.tree:
        until = int(node.tree["expires_within_working_days"])
        found.append(lambda held, on: bool(end := _last(held, years)) and working_days(on, end) <= until)
    return tuple(found)
