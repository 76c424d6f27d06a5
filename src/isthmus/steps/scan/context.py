"""Words beside a candidate that speak for its kind, or against it."""

from __future__ import annotations

import re

from isthmus.steps.scan.terms import term_core


class ContextWords:
    """Some words of one kind: whole where they are Latin, in either case unless abbreviations in capitals.

    Few texts hold any, so each is first looked for as a plain piece of text in lower case.
    """

    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = tuple((word.lower(), re.compile(_pattern(word))) for word in words)

    def stand_in(self, text: str, low: int, high: int) -> bool:
        """Whether one of them stands in `[low, high)` of a text, which is a short stretch."""
        if low >= high:
            return False
        near = text[low:high].lower()
        for word, whole in self._words:  # noqa: SIM110 - half the time of `any`
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
