"""The finders by name, as identifier files call them: each reads its tables once and gives a function."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from isthmus.steps.scan.prose import han_names
from isthmus.steps.scan.prose.han_names import Mention
from isthmus.steps.scan.prose.tables import read_tables

Find = Callable[[str], list[Mention]]


def _han_names(root: Path) -> Find:
    return han_names.finder(read_tables(root / "cn" / "names"))


FINDERS: dict[str, Callable[[Path], Find]] = {"han_names": _han_names}


def load_finder(name: str, root: Path) -> Find:
    """The finder called `name`, with the tables below `root`; raises `LookupError` or `CatalogError`."""
    return FINDERS[name](root)
