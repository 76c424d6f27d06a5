"""What a command reads and for which findings it asks: a text from a file or a pipe, kinds and strengths."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

import isthmus
from isthmus.config import read_config
from isthmus.errors import MalformedError
from isthmus.exchange import STRENGTH_ORDER, Finding, Strength
from isthmus.own import read_own
from isthmus.registry.declared import term_lists
from isthmus.steps.scan import Scanner, load_scanner, scan_text


class Wanted(msgspec.Struct, frozen=True):
    """Findings of these kinds (all where there are none), at least this sure."""

    kinds: tuple[str, ...]
    least: int

    def __call__(self, finding: Finding) -> bool:
        """Whether a finding is one of them; a kind with a final dot stands for all that begin so."""
        if STRENGTH_ORDER[finding.strength] < self.least:
            return False
        return not self.kinds or any(
            finding.kind == kind or (kind.endswith(".") and finding.kind.startswith(kind)) for kind in self.kinds
        )


class Seen(msgspec.Struct, frozen=True):
    """What was asked for in a text, each with whether it lost to a better finding; `complete`: all of it was read."""

    findings: tuple[tuple[Finding, bool], ...]
    complete: bool


class Look(msgspec.Struct, frozen=True):
    """How texts are scanned: with which scanner, for what, and whether what lost in overlaps is wanted too."""

    scanner: Scanner
    wanted: Wanted
    every: bool = False

    def __call__(self, text: str) -> Seen:
        """What is in a text."""
        found = scan_text(self.scanner, text, every=self.every)
        pairs = [*((each, False) for each in found.findings), *((each, True) for each in found.lost)]
        return Seen(tuple(pair for pair in pairs if self.wanted(pair[0])), found.complete)


def wanted(kinds: str, strength: Strength) -> Wanted:
    """What `--kinds` and `--strength` ask for."""
    return Wanted(tuple(kind.strip() for kind in kinds.split(",") if kind.strip()), STRENGTH_ORDER[strength])


def scanner_of(config: Path | None, *, prose: bool | None, sensitive: bool | None = False) -> Scanner:
    """The scanner of a configuration, or of none, which has all that is asked for.

    `prose` and `sensitive`, unless None, outrank what the configuration says.
    """
    root = Path(isthmus.__file__).parent / "jurisdictions"
    if config is None:
        return load_scanner(root, terms={}, prose=prose is not False, sensitive=sensitive is not False)
    loaded = read_config(config)
    policy, own = loaded.config.policy, read_own(loaded)
    return load_scanner(
        root,
        terms=term_lists(loaded),
        patterns=own.patterns,
        exact=own.lists,
        prose=policy.prose if prose is None else prose,
        sensitive=policy.sensitive if sensitive is None else sensitive,
    )


def read_bytes(source: str) -> bytes:
    """The bytes of a file, or of standard input for `-`; raises `MalformedError`."""
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise MalformedError(
            f"cannot be read: {error.strerror}", where=source, remedy="give a file, or - for standard input"
        ) from None


def read_text(source: str) -> str:
    """The text of a file, or of standard input for `-`; raises `MalformedError`."""
    return as_text(read_bytes(source), source)


def as_text(data: bytes, source: str) -> str:
    """The text that some bytes are; raises `MalformedError`."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError(f"not UTF-8 at byte {error.start}", where=source, remedy="convert it first") from None


def write_text(text: str, output: Path | None) -> None:
    """The text as it is, without a change of its line ends, to a file or to standard output."""
    data = text.encode("utf-8")
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        output.write_bytes(data)
