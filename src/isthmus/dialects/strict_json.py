"""The strict reader of a client's JSON: what two readers could understand differently is an error.

RFC 8259 read as I-JSON (RFC 7493): UTF-8, no duplicate keys, no lone surrogates, no number outside a double, nested at
most as deep as the caller says. A message never holds text of the body: a pointer names known keys and indices only.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection
from typing import Any, NoReturn

from isthmus.dialects.pointers import tokens, walk
from isthmus.errors import MalformedError

SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
HIDDEN = "*"


class _TroubleError(ValueError):
    """What the reader found, by the word for it."""


def read_object(data: bytes, *, known: Collection[str]) -> dict[str, Any]:
    """The JSON object in `data`; raises `MalformedError`. `known` are the keys that a message may name."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise MalformedError(f"the body is not UTF-8 at byte {error.start}", remedy="encode it as UTF-8") from None
    if text.startswith("\ufeff"):
        raise MalformedError("the body starts with a byte order mark", remedy="send UTF-8 without it")
    try:
        body = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise MalformedError(f"the body is not JSON at {place}", remedy="send one JSON object") from None
    except _TroubleError as error:
        raise _explained(error.args[0], text, known) from None
    except RecursionError:
        raise MalformedError("the body is nested too deeply") from None
    except ValueError:
        raise MalformedError("a number of the body has too many digits") from None
    if not isinstance(body, dict):
        raise MalformedError(f"the body is {kind_of(body)}", remedy="send one JSON object")
    if SURROGATE_ESCAPE.search(data):
        _refuse_lone_surrogates(body, known)
    return body


def kind_of(value: Any) -> str:
    """The JSON type of a value, with its article."""
    if value is None:
        return "null"
    kinds = ((bool, "a boolean"), (str, "a string"), ((int, float), "a number"), (list, "an array"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "an object")


def shown(pointer: str, known: Collection[str]) -> str:
    """`pointer` with every key that a caller could have chosen hidden: it may hold personal data."""
    parts = [part if part in known or (part.isdigit() and len(part) < 7) else HIDDEN for part in tokens(pointer)]
    return "".join(f"/{part}" for part in parts)


def wrong_type(pointer: str, value: Any, expected: str) -> MalformedError:
    """The error of a value that has not the type it should have."""
    return MalformedError(f"expected {expected}, got {kind_of(value)}", where=pointer)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _TroubleError("duplicate")
    return members


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise _TroubleError("number")
    return value


def _constant(_: str) -> NoReturn:
    raise _TroubleError("constant")


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=_finite, parse_constant=_constant)


def _explained(word: str, text: str, known: Collection[str]) -> MalformedError:
    if word == "number":
        return MalformedError("a number of the body is outside the range of a double")
    if word == "constant":
        return MalformedError("`NaN` and `Infinity` are not JSON", remedy="send null or leave it out")
    where = _first_duplicate(text, known)
    return MalformedError("an object of the body names a member twice", where=where, remedy="send each member once")


class _Members(list[tuple[str, Any]]):
    """The members of one object, duplicates included."""


def _first_duplicate(text: str, known: Collection[str]) -> str:
    """The pointer of the first member that occurs twice in its object."""
    stack: list[tuple[str, Any]] = [("", json.JSONDecoder(object_pairs_hook=_Members).decode(text))]
    while stack:
        pointer, node = stack.pop()
        if isinstance(node, _Members):
            seen: set[str] = set()
            for name, _ in node:
                if name in seen:
                    return f"{pointer}/{name if name in known else HIDDEN}"
                seen.add(name)
            stack.extend((f"{pointer}/{name if name in known else HIDDEN}", value) for name, value in reversed(node))
        elif isinstance(node, list):
            stack.extend((f"{pointer}/{index}", node[index]) for index in range(len(node) - 1, -1, -1))
    return ""


def _refuse_lone_surrogates(body: Any, known: Collection[str]) -> None:
    for place in walk(body):
        if not place.text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in place.text):
            raise MalformedError(
                "a string holds half a surrogate pair, which no encoding can carry",
                where=shown(place.pointer, known),
                remedy="cut texts between characters",
            )
