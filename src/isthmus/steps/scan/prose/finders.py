"""The finders by name, as identifier files call them: each reads its tables once and gives a function."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from isthmus.steps.scan.prose import han_addresses, han_names
from isthmus.steps.scan.prose.han_names import Mention
from isthmus.steps.scan.prose.segments import chunks
from isthmus.steps.scan.prose.tables import read_places, read_tables

Find = Callable[[str], list[Mention]]


def _han_names(root: Path) -> Find:
    return han_names.finder(read_tables(root / "cn" / "names"))


def _han_addresses(root: Path) -> Find:
    return han_addresses.finder(read_places(root / "cn" / "names"))


FINDERS: dict[str, Callable[[Path], Find]] = {"han_names": _han_names, "han_addresses": _han_addresses}


def load_finder(name: str, root: Path) -> Find:
    """The finder called `name`, with the tables below `root`; raises `LookupError` or `CatalogError`."""
    find = FINDERS[name](root)

    def find_in_chunks(text: str) -> list[Mention]:
        return [
            mention._replace(start=mention.start + at, end=mention.end + at)
            for at, chunk in chunks(text)
            for mention in find(chunk)
        ]

    return find_in_chunks
