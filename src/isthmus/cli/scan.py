"""`isthmus scan`: what must not leave, in a text."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import cyclopts
import msgspec
from cyclopts import Parameter

import isthmus
from isthmus.config import read_config
from isthmus.errors import MalformedError
from isthmus.exchange import STRENGTH_ORDER, Finding, Scan, Strength
from isthmus.registry.declared import term_lists
from isthmus.steps.scan import Scanner, load_scanner, scan_text

app = cyclopts.App(name="scan", help="Find what must not leave in a text. 找出文本中不得外流的内容。")
_ENCODER = msgspec.json.Encoder()


class Wanted(msgspec.Struct, frozen=True):
    """Which findings are shown: of these kinds, at least this sure."""

    kinds: tuple[str, ...]
    least: int


class Line(msgspec.Struct, frozen=True):
    """A line of `--jsonl`; other members are ignored."""

    id: str | int
    text: str


@app.default
def scan(
    source: Annotated[str, Parameter(name="FILE", allow_leading_hyphen=True)],
    *,
    jsonl: Annotated[bool, Parameter(name="--jsonl", negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    config: Annotated[Path | None, Parameter(name=["--config", "-c"])] = None,
    kinds: Annotated[str, Parameter(name="--kinds")] = "",
    strength: Strength = "possible",
) -> None:
    """Say what a text holds: where, of which kind, how surely and why. Offsets are code points, half open.

    Args:
        source: A UTF-8 file, or `-` for standard input. 文件，或 `-` 表示标准输入。
        jsonl: Read one {"id","text"} a line, write one {"id","complete","spans"} a line, in order.
        as_json: Write the findings as one JSON object.
        config: A configuration whose term lists are looked for too.
        kinds: Only these kinds, separated by commas; a final dot stands for all that begin so (`cn.`).
        strength: Only findings at least this sure.

    """
    terms = term_lists(read_config(config)) if config else {}
    scanner = load_scanner(Path(isthmus.__file__).parent / "jurisdictions", terms=terms)
    wanted = Wanted(tuple(kind.strip() for kind in kinds.split(",") if kind.strip()), STRENGTH_ORDER[strength])
    if jsonl:
        _jsonl(scanner, source, wanted)
        return
    text = _text(source)
    found = scan_text(scanner, text)
    findings = [finding for finding in found.findings if _is_wanted(finding, wanted)]
    if as_json:
        rows = [row(finding, text) for finding in findings]
        sys.stdout.write(_ENCODER.encode({"complete": found.complete, "findings": rows}).decode() + "\n")
        return
    _people_table(findings, text, found)


def row(finding: Finding, text: str) -> dict[str, Any]:
    """A finding as its JSON form, with the text it covers."""
    part = finding.parts[0]
    return {
        "start": part.start,
        "end": part.end,
        "kind": finding.kind,
        "strength": finding.strength,
        "check": finding.check,
        "classes": finding.classes,
        "why": finding.why,
        "via": part.via,
        "text": text[part.start : part.end].encode("utf-8", "replace").decode(),
    }


def _is_wanted(finding: Finding, wanted: Wanted) -> bool:
    if STRENGTH_ORDER[finding.strength] < wanted.least:
        return False
    kinds = wanted.kinds
    return not kinds or any(finding.kind == k or (k.endswith(".") and finding.kind.startswith(k)) for k in kinds)


def _bytes(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise MalformedError(
            f"cannot be read: {error.strerror}", where=source, remedy="give a file, or - for standard input"
        ) from None


def _text(source: str) -> str:
    try:
        return _bytes(source).decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError(f"not UTF-8 at byte {error.start}", where=source, remedy="convert it first") from None


def _lines(source: str) -> Iterator[bytes]:
    if source == "-":
        yield from sys.stdin.buffer
        return
    try:
        with Path(source).open("rb") as file:
            yield from file
    except OSError as error:
        raise MalformedError(f"cannot be read: {error.strerror}", where=source) from None


def _read_line(raw: bytes, where: str) -> Line:
    """A line of input. A lone surrogate, which no UTF-8 has, may stand in it as an escape."""
    try:
        try:
            return msgspec.json.decode(raw, type=Line)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            return msgspec.convert(json.loads(raw), type=Line)
    except msgspec.ValidationError as error:
        what = str(error)
    except (ValueError, RecursionError) as error:
        what = "not JSON" if isinstance(error, RecursionError) else f"not JSON: {getattr(error, 'msg', 'not UTF-8')}"
    remedy = 'expected {"id": ..., "text": ...}'
    raise MalformedError(what[0].lower() + what[1:], where=where, remedy=remedy) from None


def _jsonl(scanner: Scanner, source: str, wanted: Wanted) -> None:
    name = "standard input" if source == "-" else source
    try:
        for number, raw in enumerate(_lines(source), 1):
            if raw.strip():
                line = _read_line(raw, f"{name}:{number}")
                answer = _spans(line, scan_text(scanner, line.text), wanted)
                sys.stdout.write(_ENCODER.encode(answer).decode() + "\n")
    finally:
        sys.stdout.flush()


def _spans(line: Line, found: Scan, wanted: Wanted) -> dict[str, Any]:
    spans = [
        {
            "start": part.start,
            "end": part.end,
            "kind": finding.kind,
            "strength": finding.strength,
            "classes": finding.classes,
        }
        for finding in found.findings
        if _is_wanted(finding, wanted)
        for part in finding.parts
    ]
    return {"id": line.id, "complete": found.complete, "spans": spans}


def _people_table(findings: list[Finding], text: str, found: Scan) -> None:
    for finding in findings:
        part = finding.parts[0]
        shown = text[part.start : part.end].encode("utf-8", "replace").decode().replace("\n", "\\n")
        if len(shown) > 40:
            shown = f"{shown[:39]}…"
        print(f"{part.start:>6}-{part.end:<6} {finding.kind:<22} {finding.strength:<9} {shown}")
        print(f"{'':14}{finding.why}{': ' + ', '.join(finding.classes) if finding.classes else ''}")
    if not findings:
        print("nothing found 未发现")
    print(f"complete: {'yes' if found.complete else 'no'} 完整：{'是' if found.complete else '否'}")
