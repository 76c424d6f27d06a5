"""`isthmus scan FILE` for files that are no plain text: what stands in a document, sheet, mail or bundle of files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text

from isthmus.attachments import PART, scan_extract
from isthmus.cli.scan_view import STYLE, row, visible
from isthmus.cli.sources import Look, Seen
from isthmus.errors import MalformedError
from isthmus.exchange import Finding
from isthmus.files.kinds import is_document
from isthmus.files.readers import FileReaders

_SHOWN = 40


class Document(msgspec.Struct, frozen=True):
    """What was seen in a file, the text at each place of it, and what of it could not be read."""

    seen: Seen
    texts: dict[str, str]
    unread: tuple[str, ...]


def read_document(look: Look, data: bytes, name: str, readers: FileReaders) -> Document | None:
    """A file that is read by its parts, or None for a plain text; raises `MalformedError` where nothing can be read."""
    known = is_document(data, name)
    if not known and _is_utf8(data):
        return None
    extract = readers.read_now(data, Path(name).name)
    if not extract.passages and extract.unread:
        if not known:
            return None
        raise MalformedError(extract.unread[0].reason, where=name)
    found = scan_extract(look.scanner, extract, every=look.every)
    pairs = [*((each, False) for each in found.findings), *((each, True) for each in found.lost)]
    seen = Seen(tuple(pair for pair in pairs if look.wanted(pair[0])), found.complete)
    texts = {passage.place: passage.text for passage in extract.passages}
    return Document(seen, texts, tuple(f"{part.medium}: {part.reason}" for part in found.unscanned))


def rows(document: Document) -> list[dict[str, Any]]:
    """The findings in their JSON form; offsets are those of the text at `place`."""
    return [
        {"place": place_of(finding), **row(finding, document.texts[place_of(finding)], lost=lost)}
        for finding, lost in document.seen.findings
    ]


def show(document: Document, *, name: str = "") -> None:
    """Print what was seen, place by place; `name` is the file where there are several."""
    console = Console(highlight=False, soft_wrap=True)
    before = ""
    for finding, lost in document.seen.findings:
        place = place_of(finding)
        if place != before:
            console.print(Text(f"{visible(name)}{': ' if name else ''}{place}", style="bold"))
        before = place
        part, shown = finding.parts[0], visible(_text(document, finding))
        shown = shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
        line = Text(f"{part.start:>6}-{part.end:<6} {finding.kind:<22} ")
        line.append(f"{finding.strength:<9}", style=STYLE[finding.strength] if not lost else "dim")
        console.print(line.append(f" {shown}"))
        why = f"{finding.why}{': ' + ', '.join(finding.classes) if finding.classes else ''}"
        console.print(Text(f"{'':14}{why}{'; lost to a better finding 落选' if lost else ''}", style="dim"))
    for reason in document.unread:
        print(f"not read 未读取: {visible(name)}{': ' if name else ''}{reason}", file=sys.stderr)
    if not name:
        if not document.seen.findings:
            console.print("nothing found 未发现")
        complete = document.seen.complete
        console.print(f"complete: {'yes' if complete else 'no'} 完整：{'是' if complete else '否'}")


def place_of(finding: Finding) -> str:
    """Where in the file a finding stands."""
    return next((layer.removeprefix(PART) for layer in finding.parts[0].via if layer.startswith(PART)), "")


def _text(document: Document, finding: Finding) -> str:
    part = finding.parts[0]
    return document.texts[place_of(finding)][part.start : part.end]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
