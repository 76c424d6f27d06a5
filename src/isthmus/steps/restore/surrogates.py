"""Finds surrogates in an answer: exactly as issued, or with one space or hyphen between its symbols.

The namesake of `transform/surrogates.py`. No letter or digit may stand beside one: a longer number is another number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

WAIT: Final = "wait"
_ALNUM = "0-9A-Za-z０-９Ａ-Ｚａ-ｚ"
_BETWEEN = "[ \\-\u00a0‑–]?"
_PARTED = re.compile("[ \\-\u00a0‑–]")


class Surrogates:
    """The surrogates of one request."""

    def __init__(self, issued: Iterable[str]) -> None:
        self._issued = sorted(issued, key=lambda each: (-len(each), each))
        self._whole = [re.compile(_whole(each)) for each in self._issued]
        begun = "|".join(_partial(_symbols(each)) for each in self._issued)
        self._start = re.compile(rf"(?<![{_ALNUM}])(?:{begun})", re.IGNORECASE)
        self._partial = [re.compile(_partial(_symbols(each))) for each in self._issued]

    def find(self, low: str, at: int) -> int:
        """Where the first one at or after `at` of a text in lower case may begin, -1 where none does."""
        match = self._start.search(low, at)
        return match.start() if match is not None else -1

    def read(self, text: str, at: int, *, final: bool) -> tuple[str, int] | Literal["wait"] | None:
        """The surrogate at `at` and its end, none, or `WAIT` where more text may change the answer."""
        for issued, whole, partial in zip(self._issued, self._whole, self._partial, strict=True):
            match = whole.match(text, at)
            if match is not None:
                if match.end() < len(text) or final:
                    return issued, match.end()
                return WAIT
            begun = partial.match(text, at)
            if begun is not None and begun.end() == len(text) and not final:
                return WAIT
        return None


def _symbols(text: str) -> list[str]:
    return [char for char in text if not _PARTED.match(char)]


def _whole(text: str) -> str:
    return _BETWEEN.join(re.escape(char) for char in _symbols(text)) + rf"(?![{_ALNUM}])"


def _partial(symbols: list[str]) -> str:
    """A pattern of all beginnings that end the text, and of the whole."""
    pattern = ""
    for char in reversed(symbols):
        below = rf"(?:\Z|{_BETWEEN}(?:\Z|{pattern}))" if pattern else ""
        pattern = re.escape(char) + below
    return pattern
