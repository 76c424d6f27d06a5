"""Words beside a candidate that speak for its kind, or against it."""

from __future__ import annotations

import re
from typing import TypeAlias

from isthmus.steps.scan.terms import term_core

_MANY = 24
Words: TypeAlias = tuple[tuple[str, re.Pattern[str]], ...]


class ContextWords:
    """Some words of one kind: whole where they are Latin, in either case unless abbreviations in capitals.

    Few texts hold any, so each is first looked for as a plain piece of text in lower case.
    """

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = tuple((word.lower(), re.compile(_pattern(word))) for word in words)

    def stand_in(self, text: str) -> bool:
        """Whether one of them stands in a text, which is short."""
        return stand_in(self.words, text, 0, len(text))


class Buffer:
    """A text that is asked for context words again and again: soon only for those that are in it at all."""

    __slots__ = ("_asked", "_lowered", "_present", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._asked = 0
        self._lowered = ""
        self._present: dict[int, Words] = {}

    def present(self, words: ContextWords) -> Words:
        """The words that are worth looking for; all of them while few were asked for."""
        if self._asked < _MANY:
            self._asked += 1
            return words.words
        present = self._present.get(id(words))
        if present is None:
            self._lowered = self._lowered or self.text.lower()
            present = self._present[id(words)] = tuple(pair for pair in words.words if pair[0] in self._lowered)
        return present


def stand_in(words: Words, text: str, low: int, high: int) -> bool:
    """Whether one of the words stands in `[low, high)` of a text, which is a short stretch."""
    if low >= high:
        return False
    near = text[low:high].lower()
    for word, whole in words:  # noqa: SIM110 - half the time of `any`
        if word in near and whole.search(text, low, high):
            return True
    return False


def context_trigger(words: tuple[str, ...]) -> str:
    """Any of the words in the syntax of the engine, which has no look-around."""
    pieces = []
    for word in words:
        before = "[^A-Za-z]" if _is_latin(word[0]) else ""
        after = "[^A-Za-rt-z]" if _is_latin(word[-1]) else ""
        core = term_core(word) if _is_abbreviation(word) else f"(?i:{term_core(word)})"
        pieces.append(f"{before}{core}{after}")
    return "|".join(pieces)


def _pattern(word: str) -> str:
    before = "(?<![A-Za-z])" if _is_latin(word[0]) else ""
    after = "(?![A-Za-rt-z])" if _is_latin(word[-1]) else ""
    core = re.escape(word) if _is_abbreviation(word) else f"(?i:{re.escape(word)})"
    return f"{before}{core}{after}"


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _is_abbreviation(word: str) -> bool:
    return word.isupper() and len(word) <= 4
