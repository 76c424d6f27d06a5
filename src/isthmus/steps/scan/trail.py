"""A text that was derived from another, and the way back: every code point of it stands somewhere in the other."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import NamedTuple


class Trail(NamedTuple):
    """A derived text as runs: run `i` begins at `here[i]` and stands at `[there[i], ends[i])` of the other text.

    A run either is the same text in both, or a piece that was replaced as a whole (then `kept[i]` is false).
    """

    text: str
    here: tuple[int, ...]
    there: tuple[int, ...]
    ends: tuple[int, ...]
    kept: tuple[bool, ...]

    def outward(self, start: int, end: int) -> tuple[int, int]:
        """Where `[start, end)`, which is not empty, stands in the other text."""
        first = bisect_right(self.here, start) - 1
        last = bisect_right(self.here, end - 1) - 1
        low = self.there[first] + (start - self.here[first] if self.kept[first] else 0)
        high = self.there[last] + (end - self.here[last]) if self.kept[last] else self.ends[last]
        return low, high

    def inward(self, start: int, end: int) -> tuple[int, int]:
        """Where `[start, end)` of the other text, which is not empty, stands here."""
        first = max(bisect_right(self.there, start) - 1, 0)
        last = max(bisect_right(self.there, end - 1) - 1, 0)
        low = self.here[first] + (start - self.there[first] if self.kept[first] else 0)
        if self.kept[last]:
            return low, self.here[last] + end - self.there[last]
        return low, self.here[last + 1] if last + 1 < len(self.here) else len(self.text)


def replace(text: str, pattern: re.Pattern[str], decode: Callable[[str], str | None]) -> Trail | None:
    """Every match replaced by what `decode` gives, where it gives something; None where nothing changes."""
    found = ((match.start(), match.end(), decode(match.group())) for match in pattern.finditer(text))
    return derive(text, ((start, end, new) for start, end, new in found if new is not None))


def derive(text: str, edits: Iterable[tuple[int, int, str]]) -> Trail | None:
    """The text with disjoint edits made, in their order; None where there are none or nothing is left."""
    pieces: list[str] = []
    runs: list[tuple[int, int, int, bool]] = []
    at = here = 0
    for start, end, new in edits:
        if start > at:
            pieces.append(text[at:start])
            runs.append((here, at, start, True))
            here += start - at
        if new:
            pieces.append(new)
            runs.append((here, start, end, False))
            here += len(new)
        at = end
    if not at:
        return None
    if at < len(text):
        pieces.append(text[at:])
        runs.append((here, at, len(text), True))
    if not runs:
        return None
    columns = tuple(zip(*runs, strict=True))
    return Trail("".join(pieces), columns[0], columns[1], columns[2], columns[3])


def same_length(text: str) -> Trail:
    """A text that differs from the other one code point by code point."""
    return Trail(text, (0,), (0,), (len(text),), (True,))
