"""What differs between two provider catalogues, fact by fact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from isthmus.registry.providers import Providers

ABSENT = None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that is not the same; `before` is None where it was added, `after` where it was taken away."""

    provider: str
    at: str
    before: Any
    after: Any


def differences(before: Providers, after: Providers) -> list[Difference]:
    """Every difference, sellers in the order of their ids; members of a list are compared by their ids."""
    found: list[Difference] = []
    for name in sorted({*before.rows, *after.rows}):
        one, other = (rows.get(name) for rows in (before.rows, after.rows))
        if one is None or other is None:
            found.append(Difference(provider=name, at="", before=one and one.name.en, after=other and other.name.en))
            continue
        pairs = _compare("", msgspec.to_builtins(one), msgspec.to_builtins(other))
        found += [Difference(provider=name, at=at, before=was, after=now) for at, was, now in pairs]
    return found


def _compare(at: str, one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        one, other = _by_id(one), _by_id(other)
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys((*one, *other)):
            place = f"{at}.{name}" if at else str(name)
            yield from _compare(place, one.get(name, ABSENT), other.get(name, ABSENT))
    elif one != other:
        yield at, one, other


def _by_id(rows: Sequence[Any]) -> Any:
    """The members by their ids; members without one as they stand."""
    named = {row["id"]: row for row in rows if isinstance(row, dict) and "id" in row}
    if len(named) == len(rows):
        return named
    return (
        {str(place): row for place, row in enumerate(rows)}
        if any(isinstance(row, dict) for row in rows)
        else list(rows)
    )
