"""The finders by name, as identifier files call them, and the one reading of a text that they share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from isthmus.steps.scan.prose import han_addresses, han_names, latin_names, mixed_names
from isthmus.steps.scan.prose.han_names import HAN, Mention
from isthmus.steps.scan.prose.segments import Words, chunks, cut
from isthmus.steps.scan.prose.tables import read_latin, read_places, read_tables

CAPITAL = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-Ž][A-Za-zÀ-ž]")
PROSE = re.compile(f"{HAN.pattern}|{CAPITAL.pattern}")
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
        listed = read_latin(root / "common" / "names")
        latin = latin_names.finder(listed)
        self._simplify = tables.simplify
        self._han = tuple((name, known[name]) for name in names if name != "latin_names")
        self._latin = latin if "latin_names" in names else None
        self._mixed = mixed_names.finder(tables, listed)
        if unknown := set(names) - set(known) - {"latin_names"}:
            raise LookupError(min(unknown))

    def __reduce__(self) -> tuple[Any, ...]:
        """Read the tables anew."""
        return Prose, (self._root, self._names)

    def find(self, text: str) -> Iterator[tuple[str, Mention]]:
        """What the finders see in a text, each with the name of its finder."""
        if self._latin is not None and CAPITAL.search(text):
            for mention in self._latin(text):
                yield "latin_names", mention
        if not HAN.search(text):
            return
        for at, chunk in chunks(text):
            plain = chunk.translate(self._simplify).encode("utf-8", "replace").decode()
            words = cut(plain)
            for name, find in self._han:
                found = find(plain, words)
                if name == "han_names":
                    found += self._mixed(plain, found)
                for mention in found:
                    yield name, mention._replace(start=mention.start + at, end=mention.end + at)
