"""A text cut into dictionary words. Names are in no dictionary, so they fall into pieces, and that is the point."""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

UNKNOWN = 2.0
CHUNK = 4096


@cache
def engine() -> Any:
    """The segmenter with its dictionary, loaded when a text is first cut; raises `ModuleNotFoundError` without it."""
    return importlib.import_module("rjieba")


class Words(NamedTuple):
    """The words of a text in parallel lists: the word, its part of speech, where it begins (one more for the end).

    Parts of speech are jieba's: `nr` a name, `nrt` a transliterated one, `ns` a place, `v` a verb, `x` no word.
    """

    text: list[str]
    tag: list[str]
    start: list[int]


def cut(text: str) -> Words:
    """The words of a text, in order, without guessing at words that the dictionary does not have."""
    guess_unknown = False
    tagged = engine().tag(text, guess_unknown)
    words = [word for word, _ in tagged]
    return Words(words, [tag for _, tag in tagged], [0, *accumulate(map(len, words))])


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
