"""JSON Schemas in a request that constrain what a model may write, and whether a replacement could be written at all.

A tool's parameters or a response format with `pattern`, `format` or `maxLength` would force a model that is held to
them to write something other than `Phone-K7F3Q`, which then could not be restored. Patterns run in a linear-time
engine; one that it does not know constrains nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import hyperscan
import msgspec

_ROOTS = frozenset({"parameters", "input_schema", "inputSchema", "schema", "responseSchema", "responseJsonSchema"})
_HOLDERS = ("tools", "functions", "response_format", "text", "generationConfig")
_FORMATS = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"),
    "ipv4": re.compile(r"\d{1,3}(?:\.\d{1,3}){3}"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "date": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "uri": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+"),
}
_DEPTH = 32


class Constraint(msgspec.Struct, frozen=True):
    """What one string of a schema must be; `name` is the member it stands for, in lower case."""

    name: str
    pattern: str | None = None
    format: str | None = None
    longest: int | None = None


class Constraints:
    """The constraints of one request; a pattern is compiled once, when it is first asked about."""

    def __init__(self, found: tuple[Constraint, ...]) -> None:
        self.found = found
        self._compiled: dict[str, hyperscan.Database | None] = {}

    def admits(self, one: Constraint, text: str) -> bool:
        """Whether the string of `one` may be `text`."""
        if one.longest is not None and len(text) > one.longest:
            return False
        form = _FORMATS.get(one.format or "")
        if form is not None and form.fullmatch(text) is None:
            return False
        return one.pattern is None or self._occurs(one.pattern, text)

    def about(self, values: tuple[str, ...], words: tuple[str, ...]) -> tuple[Constraint, ...]:
        """Those that are about one of `values`: that admit it and say more than how long a text may be.

        A mere length is about a value only where the member's name holds one of `words`.
        """
        return tuple(
            one
            for one in self.found
            if any(self.admits(one, value) for value in values)
            and (one.pattern or one.format in _FORMATS or any(word.lower() in one.name for word in words))
        )

    def _occurs(self, pattern: str, text: str) -> bool:
        if pattern not in self._compiled:
            self._compiled[pattern] = _compiled(pattern)
        database = self._compiled[pattern]
        if database is None:
            return True
        hits: list[int] = []
        database.scan(text.encode("utf-8", "replace"), match_event_handler=lambda *_: hits.append(1))
        return bool(hits)


def constraints(body: Any) -> Constraints:
    """The constraints on strings in all schemas of a request."""
    if not isinstance(body, dict):
        return Constraints(())
    members = (body[name] for name in _HOLDERS if name in body)
    found = [one for member in members if isinstance(member, dict | list) for one in _schemas(member, 0)]
    return Constraints(tuple(dict.fromkeys(found)))


def _schemas(node: Any, depth: int) -> Iterator[Constraint]:
    if depth > _DEPTH:
        return
    if isinstance(node, list):
        for item in node:
            yield from _schemas(item, depth + 1)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name in _ROOTS and isinstance(value, dict) and not isinstance(value.get("schema"), dict):
                yield from _strings(value, "", depth + 1)
            else:
                yield from _schemas(value, depth + 1)


def _strings(schema: Any, name: str, depth: int) -> Iterator[Constraint]:
    if depth > _DEPTH or not isinstance(schema, dict):
        return
    pattern, form, longest = schema.get("pattern"), schema.get("format"), schema.get("maxLength")
    if any(value is not None for value in (pattern, form, longest)) and "string" in str(schema.get("type", "string")):
        yield Constraint(
            name.lower(),
            pattern if isinstance(pattern, str) else None,
            form if isinstance(form, str) else None,
            longest if isinstance(longest, int) else None,
        )
    for keyword, below in schema.items():
        if keyword in ("properties", "patternProperties", "$defs", "definitions") and isinstance(below, dict):
            for member, inner in below.items():
                yield from _strings(inner, member, depth + 1)
        elif isinstance(below, dict):
            yield from _strings(below, name, depth + 1)
        elif isinstance(below, list):
            for inner in below:
                yield from _strings(inner, name, depth + 1)


def _compiled(pattern: str) -> hyperscan.Database | None:
    """A matcher of `pattern`; None where the engine does not know it."""
    database = hyperscan.Database()
    flags = hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_UTF8 | hyperscan.HS_FLAG_ALLOWEMPTY
    try:
        database.compile(expressions=[pattern.encode("utf-8", "replace")], ids=[0], flags=[flags])
    except hyperscan.HyperscanError:
        return None
    return database
