"""A text cut into dictionary words. Names are in no dictionary, so they fall into pieces, and that is the point."""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

UNKNOWN = 2.0
CHUNK = 4096


@cache
def engine() -> Any:
    """The segmenter with its dictionary, loaded when a text is first cut; raises `ModuleNotFoundError` without it."""
    return importlib.import_module("rjieba")


class Word(NamedTuple):
    """A word, where it begins, and its part of speech (`nr` a name, `nrt` a transliterated one, `ns` a place)."""

    start: int
    text: str
    tag: str

    @property
    def end(self) -> int:
        """The place after its last character."""
        return self.start + len(self.text)


def cut(text: str) -> list[Word]:
    """The words of a text, in order, without guessing at words that the dictionary does not have."""
    words: list[Word] = []
    at = 0
    guess_unknown = False
    for piece, tag in engine().tag(text, guess_unknown):
        words.append(Word(at, piece, tag))
        at += len(piece)
    return words


def chunks(text: str) -> Iterator[tuple[int, str]]:
    """The text in pieces of at most `CHUNK` code points with their places, cut behind a sentence where one ends."""
    start = 0
    while len(text) - start > CHUNK:
        end = max(text.rfind(mark, start, start + CHUNK) for mark in "\n。！？；") + 1
        end = end if end > start else start + CHUNK
        yield start, text[start:end]
        start = end
    yield start, text[start:]


@lru_cache(maxsize=65536)
def log_frequency(word: str) -> float:
    """The natural logarithm of how often the dictionary counted a word; `UNKNOWN` where it does not have it."""
    return math.log(engine().suggest_freq(word) + 1) if engine().has_word(word) else UNKNOWN
