"""One hyperscan database of all patterns and terms, and one pass over bytes.

Candidates come back as byte ranges of the core, without the edges that were needed to see it. Patterns without
non-ASCII characters are matched on bytes; the others as UTF-8. The database is shared by threads, scratch space is not.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import hyperscan
import msgspec

EDGE = {"digits": "[^0-9]", "word": "[^0-9A-Za-z]", "dotted": "[^0-9A-Za-z]", "none": ""}
Hit = tuple[int, int, int]


class Expression(msgspec.Struct, frozen=True):
    """A pattern to compile: its core, its edges, whether letters match in either case.

    A `prefix` has an edge before it only. One that is there `once` hits once at most, without a beginning.
    """

    core: str
    edges: str = "none"
    caseless: bool = False
    prefix: bool = False
    once: bool = False

    @property
    def wide(self) -> bool:
        """Whether it must be matched as UTF-8 rather than as bytes."""
        return not self.core.isascii() or r"\x{" in self.core


class Database:
    """Compiled expressions, numbered as they were given, then triggers, each of which hits once at most.

    Raises `ValueError` where the engine cannot take one of them.
    Picklable: a worker compiles its own.
    """

    def __init__(self, expressions: Sequence[Expression], triggers: Sequence[str] = ()) -> None:
        self.expressions, self.triggers = tuple(expressions), tuple(triggers)
        self.wide = tuple(e.wide for e in self.expressions)
        self.before = tuple(int(e.edges != "none") for e in self.expressions)
        self.after = tuple(int(e.edges != "none" and not e.prefix) for e in self.expressions)
        try:
            self._compiled = _compiled(self.expressions) if self.expressions else None
        except hyperscan.HyperscanError as error:
            raise ValueError(str(error)) from None
        self._local = threading.local()

    def __reduce__(self) -> tuple[Any, ...]:
        """Compile anew on the other side."""
        return Database, (self.expressions,)

    def hits(self, data: bytes) -> list[Hit]:
        """Every `(number, first byte, byte after the last)` with its edges still on it, in order of its end."""
        found: list[Hit] = []
        if self._compiled is None:
            return found
        scratch = getattr(self._local, "scratch", None)
        if scratch is None:
            scratch = self._local.scratch = hyperscan.Scratch(self._compiled)
        self._compiled.scan(data, match_event_handler=_note, context=found, scratch=scratch)
        return found


@lru_cache(maxsize=256)
def _compiled(expressions: tuple[Expression, ...]) -> Any:
    """The database of these expressions; compiling takes about a second, and it never changes."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[_source(expression) for expression in expressions],
        ids=list(range(len(expressions))),
        flags=[_flags(expression) for expression in expressions],
    )
    return database


def code_points(data: bytes, offsets: set[int]) -> dict[int, int]:
    """How many code points of UTF-8 stand before each of the offsets."""
    points: dict[int, int] = {}
    byte = point = 0
    for offset in sorted(offsets):
        point += len(data[byte:offset].decode("utf-8", "replace"))
        byte = offset
        points[offset] = point
    return points


def problem(expression: Expression) -> str:
    """Why the engine cannot take an expression, or nothing."""
    try:
        hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK).compile(
            expressions=[_source(expression)], ids=[0], flags=[_flags(expression)]
        )
    except (hyperscan.HyperscanError, ValueError) as error:
        return str(error.args[0] if error.args else error)
    return ""


def _note(number: int, start: int, end: int, _flags: int, found: Any) -> None:
    found.append((number, start, end))


def _source(expression: Expression) -> bytes:
    after = EDGE[expression.edges]
    before = "[^0-9A-Za-z.]" if expression.edges == "dotted" else after
    return f"{before}(?:{expression.core}){'' if expression.prefix else after}".encode()


def _flags(expression: Expression) -> int:
    flags: int = hyperscan.HS_FLAG_SINGLEMATCH if expression.once else hyperscan.HS_FLAG_SOM_LEFTMOST
    if expression.wide:
        flags |= hyperscan.HS_FLAG_UTF8
        if expression.caseless:
            flags |= hyperscan.HS_FLAG_UCP
    if expression.caseless:
        flags |= hyperscan.HS_FLAG_CASELESS
    return flags
