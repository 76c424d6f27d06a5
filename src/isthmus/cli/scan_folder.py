"""`isthmus scan FOLDER`: every text in a folder with a bar of progress, and a summary."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import track
from rich.table import Table

from isthmus.cli.scan_file import Document, read_document, rows, show
from isthmus.cli.scan_view import row, view
from isthmus.cli.sources import Look, Seen, as_text, read_bytes
from isthmus.errors import MalformedError
from isthmus.files.readers import FileReaders

MOST = 64 * 1024 * 1024  # bytes of one file
_SKIPPED = frozenset({".git", ".hg", ".svn"})


class Summary:
    """What was seen in a folder: files, findings by kind and strength, and files that could not be read."""

    def __init__(self) -> None:
        self.files = self.holding = self.incomplete = 0
        self.unread: dict[str, str] = {}
        self.kinds: Counter[tuple[str, str]] = Counter()

    def add(self, seen: Seen) -> None:
        """Count a file."""
        self.files += 1
        self.holding += any(not lost for _, lost in seen.findings)
        self.incomplete += not seen.complete
        self.kinds.update((finding.kind, finding.strength) for finding, lost in seen.findings if not lost)

    def as_json(self) -> dict[str, Any]:
        """The summary for programs."""
        kinds: dict[str, dict[str, int]] = {}
        for (kind, strength), count in sorted(self.kinds.items()):
            kinds.setdefault(kind, {})[strength] = count
        return {
            "files": self.files,
            "with_findings": self.holding,
            "incomplete": self.incomplete,
            "unread": len(self.unread),
            "kinds": kinds,
        }


def scan_folder(look: Look, folder: Path, *, as_json: bool) -> None:
    """Scan every file below a folder, in the order of their names; symbolic links are not followed."""
    files = sorted(files_below(folder))
    summary = Summary()
    answers: list[dict[str, Any]] = []
    bar = Console(stderr=True)
    readers = FileReaders()
    try:
        for file in track(files, "scanning 扫描", console=bar, transient=True, disable=not bar.is_terminal):
            name = str(file.relative_to(folder))
            try:
                found, text = _scan(look, file, readers)
            except MalformedError as error:
                summary.unread[name] = error.message
                answers.append({"file": name, "error": error.message})
                continue
            summary.add(found.seen if isinstance(found, Document) else found)
            if as_json:
                answers.append({"file": name, **_answer(found, text)})
            elif isinstance(found, Document):
                show(found, name=name)
            else:
                view(found, text, name=name)
    finally:
        readers.close()
    if as_json:
        print(msgspec.json.encode({"files": answers, "summary": summary.as_json()}).decode())
    else:
        _print(summary)


def _scan(look: Look, file: Path, readers: FileReaders) -> tuple[Document | Seen, str]:
    """What is in a file, and its text where it is a plain one."""
    if file.stat().st_size > MOST:
        raise MalformedError(f"larger than {MOST} bytes")
    data = read_bytes(str(file))
    document = read_document(look, data, str(file), readers)
    if document is not None:
        return document, ""
    text = as_text(data, str(file))
    return look(text), text


def _answer(found: Document | Seen, text: str) -> dict[str, Any]:
    if isinstance(found, Document):
        return {"complete": found.seen.complete, "findings": rows(found), "unread": found.unread}
    return {
        "complete": found.complete,
        "findings": [row(finding, text, lost=lost) for finding, lost in found.findings],
    }


def files_below(folder: Path) -> Iterator[Path]:
    """The files below a folder, without what version control keeps for itself."""
    for entry in folder.iterdir():
        if entry.is_symlink() or entry.name in _SKIPPED:
            continue
        if entry.is_dir():
            yield from files_below(entry)
        elif entry.is_file():
            yield entry


def _print(summary: Summary) -> None:
    console = Console(highlight=False, soft_wrap=True)
    table = Table(title="summary 汇总", title_justify="left", box=None, pad_edge=False)
    for heading in ("kind", "certain", "likely", "possible"):
        table.add_column(heading, justify="left" if heading == "kind" else "right")
    for kind in sorted({kind for kind, _ in summary.kinds}):
        table.add_row(kind, *(str(summary.kinds[kind, each]) for each in ("certain", "likely", "possible")))
    console.print(table)
    counted = f"{summary.files} files read, {summary.holding} with findings, {summary.incomplete} not complete"
    console.print(f"{counted} 已读 {summary.files}，有发现 {summary.holding}，不完整 {summary.incomplete}")
    for name, why in sorted(summary.unread.items()):
        print(f"not read: {name}: {why}", file=sys.stderr)
