"""Texts that grow, of which a stream says either what is new or, each time, all so far; it does not say which.

The second event decides: a text that comes again from its start, with more behind it or long enough to be no chance, is
all so far; anything else is what is new.
"""

from __future__ import annotations

from collections.abc import Hashable

LONG = 5  # a text that comes again as it was, and is no shorter, came as all so far


class Growth:
    """What was added to each of several texts of one stream."""

    __slots__ = ("_sums", "_texts")

    def __init__(self) -> None:
        self._texts: dict[Hashable, str] = {}
        self._sums: bool | None = None  # whether events say all so far; not known until a second one came

    def added(self, key: Hashable, text: str) -> str:
        """What is new in `text`."""
        if not text:
            return ""
        before = self._texts.get(key, "")
        if before and self._sums is None:
            self._sums = text.startswith(before) and (len(text) > len(before) or len(before) >= LONG)
        if before and self._sums and text.startswith(before):
            self._texts[key] = text
            return text[len(before) :]
        self._texts[key] = before + text
        return text
