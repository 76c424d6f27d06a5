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

from isthmus.cli.scan_view import row, view
from isthmus.cli.sources import Look, Seen, read_text
from isthmus.errors import MalformedError

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
    for file in track(files, "scanning 扫描", console=bar, transient=True, disable=not bar.is_terminal):
        name = str(file.relative_to(folder))
        try:
            text = _text(file)
        except MalformedError as error:
            summary.unread[name] = error.message
            answers.append({"file": name, "error": error.message})
            continue
        seen = look(text)
        summary.add(seen)
        if as_json:
            found = [row(finding, text, lost=lost) for finding, lost in seen.findings]
            answers.append({"file": name, "complete": seen.complete, "findings": found})
        else:
            view(seen, text, name=name)
    if as_json:
        print(msgspec.json.encode({"files": answers, "summary": summary.as_json()}).decode())
    else:
        _print(summary)


def _text(file: Path) -> str:
    if file.stat().st_size > MOST:
        raise MalformedError(f"larger than {MOST} bytes")
    return read_text(str(file))


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
