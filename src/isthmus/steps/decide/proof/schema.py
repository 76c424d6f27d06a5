"""The members of the facts: whether each may be unknown and what its absence means; facts with some members stated."""

from __future__ import annotations

import types
import typing
from functools import cache
from typing import Annotated, Any, get_args, get_origin

import msgspec

from isthmus.facts import Exporter, Facts, Item, Recipient
from isthmus.steps.decide.paths import replaced

NOT_SAID = object()
# What every flow states; the proof puts its own values here wherever a rule reads them.
BASE = Facts(on="2026-11-23", exporter=Exporter(jurisdiction="zz"), recipient=Recipient(hosted_in=("zz",)), data=())


class Member(msgspec.Struct, frozen=True):
    """One member of the facts: may it be `null`, and its value where it is absent (`NOT_SAID` where it is required).

    `highest` is its largest number, `pattern` the form of its text; for a list, of what is in it.
    """

    nullable: bool
    absent: Any
    highest: float | None
    pattern: str


@cache
def member(path: str) -> Member:
    """The member at a path such as `exporter.ciio` or `item.form`; raises `KeyError` where there is none."""
    first, _, name = path.rpartition(".")
    owner: Any = Item if first == "item" else typing.get_type_hints(Facts)[first] if first else Facts
    hint = typing.get_type_hints(owner, include_extras=True)[name]
    notes = _notes(hint)
    nullable = type(None) in _options(hint)
    field = next(field for field in msgspec.structs.fields(owner) if field.name == name)
    absent = NOT_SAID if field.default is msgspec.NODEFAULT else field.default
    return Member(
        nullable=nullable,
        absent=absent,
        highest=next((note.le for note in notes if note.le is not None), None),
        pattern=next((note.pattern for note in notes if note.pattern is not None), ""),
    )


def _options(hint: Any) -> tuple[Any, ...]:
    """The alternatives of a type."""
    if get_origin(hint) is Annotated:
        return _options(get_args(hint)[0])
    return get_args(hint) if get_origin(hint) in (types.UnionType, typing.Union) else (hint,)


def _notes(hint: Any) -> list[msgspec.Meta]:
    """What is said of a type, and of the types inside it."""
    if isinstance(hint, msgspec.Meta):
        return [hint]
    inner = [*get_args(hint), *getattr(hint, "__metadata__", ())]
    return [note for one in inner for note in _notes(one)]


def stating(facts: Facts, values: dict[str, Any]) -> Facts:
    """The facts with the members at these paths changed; those of an item belong to `item_stating`."""
    for path, value in values.items():
        facts = replaced(facts, path, value)
    return facts


def item_stating(values: dict[str, Any], item: Item | None = None) -> Item:
    """An item with the members at paths such as `item.form` changed."""
    return msgspec.structs.replace(item or Item(), **{path[5:]: value for path, value in values.items()})
