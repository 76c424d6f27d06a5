"""`isthmus scan --jsonl`: a text a line in, its spans a line out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from isthmus.cli.sources import Look, Seen
from isthmus.errors import MalformedError

_ENCODER = msgspec.json.Encoder()
_EXPECTED = 'expected {"id": ..., "text": ...}'


class Line(msgspec.Struct, frozen=True):
    """A line of input; other members are ignored."""

    id: str | int
    text: str


class _Named(msgspec.Struct, frozen=True):
    id: str | int | None = None


def scan_lines(look: Look, source: str) -> None:
    """Answer each line in order: a line that is no text gets its error, and the rest goes on."""
    wrong = 0
    try:
        for number, raw in enumerate(_lines(source), 1):
            if not raw.strip():
                continue
            line = read_line(raw, number)
            answer = line if isinstance(line, dict) else _spans(line, look(line.text))
            wrong += isinstance(line, dict)
            sys.stdout.write(_ENCODER.encode(answer).decode() + "\n")
    finally:
        sys.stdout.flush()
    if wrong:
        print(f"warning: {wrong} lines could not be read; each has its `error`", file=sys.stderr)


def read_line(raw: bytes, number: int) -> Line | dict[str, Any]:
    """A line of input, or the answer that says what is wrong with it; a lone surrogate may stand in it as an escape."""
    tree: Any = None
    try:
        try:
            return msgspec.json.decode(raw, type=Line)
        except msgspec.ValidationError:
            tree = msgspec.json.decode(raw)
            raise
        except msgspec.DecodeError:
            tree = json.loads(raw)
            return msgspec.convert(tree, type=Line)
    except msgspec.ValidationError as error:
        what = str(error)
    except (ValueError, RecursionError) as error:
        what = "not JSON" if isinstance(error, RecursionError) else f"not JSON: {getattr(error, 'msg', 'not UTF-8')}"
    return {"id": _id(tree), "error": f"line {number}: {what[0].lower()}{what[1:]}; {_EXPECTED}"}


def _id(tree: Any) -> str | int | None:
    try:
        return msgspec.convert(tree, type=_Named).id
    except msgspec.ValidationError:
        return None


def _lines(source: str) -> Iterator[bytes]:
    if source == "-":
        yield from sys.stdin.buffer
        return
    try:
        with Path(source).open("rb") as file:
            yield from file
    except OSError as error:
        raise MalformedError(f"cannot be read: {error.strerror}", where=source) from None


def _spans(line: Line, seen: Seen) -> dict[str, Any]:
    spans = [
        {
            "start": part.start,
            "end": part.end,
            "kind": finding.kind,
            "strength": finding.strength,
            "classes": finding.classes,
        }
        | ({"lost": True} if lost else {})
        for finding, lost in seen.findings
        for part in finding.parts
    ]
    return {"id": line.id, "complete": seen.complete, "spans": spans}
