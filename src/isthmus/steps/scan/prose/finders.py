"""The finders by name, as identifier files call them, and the one reading of a text that they share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from isthmus.steps.scan.prose import han_addresses, han_names
from isthmus.steps.scan.prose.han_names import HAN, Mention
from isthmus.steps.scan.prose.segments import Words, chunks, cut
from isthmus.steps.scan.prose.tables import read_places, read_tables

Find = Callable[[str, Words], list[Mention]]


class Prose:
    """The finders with their tables, each read once; picklable, for it reads them anew on the other side.

    Raises `LookupError` for a name that is no finder, and `CatalogError`.
    """

    def __init__(self, root: Path, names: tuple[str, ...]) -> None:
        self._root, self._names = root, names
        tables = read_tables(root / "cn" / "names")
        known: dict[str, Find] = {
            "han_names": han_names.finder(tables),
            "han_addresses": han_addresses.finder(read_places(root / "cn" / "names")),
        }
        self._simplify = tables.simplify
        self._finders = tuple((name, known[name]) for name in names)

    def __reduce__(self) -> tuple[Any, ...]:
        """Read the tables anew."""
        return Prose, (self._root, self._names)

    def find(self, text: str) -> Iterator[tuple[str, Mention]]:
        """What the finders see in a text, each with the name of its finder."""
        if not HAN.search(text):
            return
        for at, chunk in chunks(text):
            plain = chunk.translate(self._simplify).encode("utf-8", "replace").decode()
            words = cut(plain)
            for name, find in self._finders:
                for mention in find(plain, words):
                    yield name, mention._replace(start=mention.start + at, end=mention.end + at)
