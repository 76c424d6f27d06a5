"""What a call asks of isthmus itself: headers `x-isthmus-*`, or members of the body object `isthmus`.

One table holds every name and its type. Both given and unequal is an error; so is a name that is not in the table, for
a misspelt wish must not be lost in silence.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from isthmus.errors import MalformedError

HEADER = "x-isthmus-"
WISHES: dict[str, str] = {
    "purpose": "text",
    "audience": "text",
    "basis": "text",
    "origin": "text",
    "subjects": "text",
    "transaction": "text",
    "conversation": "text",
    "min_quality": "number",
    "strict": "flag",
    "decision": "flag",
    "persons": "count",
    "persons_sensitive": "count",
    "persons_by_category": "counts",
    "consents": "list",
    "instruments": "list",
}
MAX_TEXT = 200
MAX_COUNT = 10_000


def wishes_of(headers: Mapping[str, str], own: Mapping[str, Any]) -> dict[str, Any]:
    """The wishes of a call by name; raises `MalformedError` for an unknown name, a wrong type or a contradiction."""
    found: dict[str, Any] = {}
    for name, text in headers.items():
        if name.startswith(HEADER):
            wish = name.removeprefix(HEADER).replace("-", "_")
            found[wish] = _read(wish, text, f"header {HEADER}{_known(wish).replace('_', '-')}")
    for wish, value in own.items():
        read = _read(wish, value, f"isthmus.{_known(wish)}")
        if wish in found and found[wish] != read:
            raise MalformedError(
                f"the header and the body object state different values for `{wish}`",
                where=f"isthmus.{wish}",
                remedy="send one of the two",
            )
        found[wish] = read
    return found


def _known(wish: str) -> str:
    if wish in WISHES:
        return wish
    near = difflib.get_close_matches(wish, WISHES, n=1)
    remedy = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(WISHES)}"
    raise MalformedError("an isthmus wish is not known", where="isthmus", remedy=remedy)


def _read(wish: str, value: Any, where: str) -> Any:
    read = _READERS[WISHES[_known(wish)]](value)
    if read is None:
        raise MalformedError(f"`{wish}` is not a {WISHES[wish]}", where=where, remedy=_EXPECTED[WISHES[wish]])
    return read


def _text(value: Any) -> str | None:
    return value.strip() if isinstance(value, str) and 0 < len(value.strip()) <= MAX_TEXT else None


def _number(value: Any) -> Decimal | None:
    try:
        read = Decimal(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except InvalidOperation:
        return None
    return read if read is not None and read.is_finite() and 0 <= read <= 1 else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else {"true": True, "1": True, "false": False, "0": False}.get(str(value))


def _count(value: Any) -> int | None:
    text = str(value)
    whole = not isinstance(value, bool) and text.isascii() and text.isdigit() and len(text) < 12
    return int(text) if whole and int(text) <= MAX_COUNT else None


def _list(value: Any) -> tuple[str, ...] | None:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or len(parts) > 50:
        return None
    read = tuple(_text(part) or "" for part in parts)
    return read if all(read) else None


def _counts(value: Any) -> dict[str, int] | None:
    """Numbers by name: `{"health": 3}`, in a header `health=3, biometric=1`."""
    rows = [part.split("=") for part in value.split(",")] if isinstance(value, str) else list(_rows(value))
    read = {str(row[0]).strip(): _count(str(row[1]).strip()) for row in rows if len(row) == 2}
    known = {name: number for name, number in read.items() if name and number is not None}
    return dict(sorted(known.items())) if 0 < len(rows) == len(known) <= 50 else None


def _rows(value: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in value.items()] if isinstance(value, dict) else []


_READERS = {"text": _text, "number": _number, "flag": _flag, "count": _count, "counts": _counts, "list": _list}
_EXPECTED = {
    "text": f"expected 1 to {MAX_TEXT} characters",
    "number": "expected a number from 0 to 1",
    "flag": "expected true or false",
    "count": f"expected a whole number from 0 to {MAX_COUNT}; send more persons in several calls",
    "counts": f"expected names with whole numbers up to {MAX_COUNT}, in a header as `health=3, biometric=1`",
    "list": "expected up to 50 texts, in a header separated by commas",
}
