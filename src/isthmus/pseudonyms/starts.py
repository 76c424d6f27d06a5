"""Finds where a type word may begin, in any case, width or escape, or be cut off by the end of the text.

Only the first few code points are compared: a closer look follows. Made quickly, for each set of words anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_TELLING = 4  # code points of a word that make a closer look worth its time
_WIDE = 0xFEE0
FOLD = {n: n + 32 for n in range(65, 91)}
FOLD |= {code: ord(chr(code - _WIDE).lower()) for code in range(0xFF01, 0xFF5F)}


class Starts:
    """The beginnings of words, which come in lower case and half width."""

    def __init__(self, words: Iterable[str]) -> None:
        forms = {form for word in words for form in (word[:_TELLING], *_escaped(word[0]))}
        self._search = re.compile(_pattern(forms)).search
        cut = {form[:length] for form in forms for length in range(1, len(form))}
        self._longest = max(map(len, cut), default=0)
        self._cut: dict[str, list[str]] = {}  # beginnings of the forms by their last character, longest first
        for beginning in sorted(cut, key=len, reverse=True):
            self._cut.setdefault(beginning[-1], []).append(beginning)

    def find(self, low: str, at: int) -> int:
        """Where the first word at or after `at` may begin in what `lowered` gave for a text, -1 where none does."""
        match = self._search(low, at)
        start = match.start() if match is not None else -1
        beginnings = self._cut.get(low[-1:])
        if beginnings is not None and (start < 0 or len(low) - start < self._longest):
            tail = low[max(at, len(low) - self._longest) :]
            for beginning in beginnings:
                if tail.endswith(beginning):
                    begun = len(low) - len(beginning)
                    return begun if start < 0 else min(start, begun)
        return start


def lowered(text: str) -> str:
    """`text` in lower case, each code point in its place."""
    low = text.lower()
    return low if len(low) == len(text) else text.translate(FOLD)


def _pattern(forms: Iterable[str]) -> str:
    """All forms, by their first character, so that a search skips what no form begins with.

    A wide letter is worth a closer look by itself.
    """
    rests: dict[str, list[str]] = {}
    for form in sorted(forms):
        rests.setdefault(form[0], []).append(re.escape(form[1:]))
    branches = [f"{re.escape(first)}(?:{'|'.join(found)})" for first, found in rests.items()]
    branches += [chr(ord(first) + _WIDE) for first in rests if "a" <= first <= "z"]
    return "|".join(branches) or r"(?!)"


def _escaped(char: str) -> list[str]:
    """How JSON (once and twice over), URLs and HTML write a character that is not ASCII; of a letter, its wide form."""
    if char.isascii():
        wide = (ord(char) + _WIDE, ord(char) - 32 + _WIDE) if "a" <= char <= "z" else ()
        return [f"{slashes}u{code:04x}" for code in wide for slashes in ("\\", "\\\\")]
    percent = "".join(f"%{byte:02x}" for byte in char.encode())
    unit = f"u{ord(char):04x}"
    return [f"\\{unit}", f"\\\\{unit}", percent, f"&#{ord(char)};", f"&#x{ord(char):x};"]
