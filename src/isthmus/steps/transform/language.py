"""Which language the text around a finding is in, so that a pseudonym's type word fits its sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Lang = Literal["auto", "en", "zh"]
_AROUND = 40  # code points on each side
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
FALLBACK: dict[str, str] = {"en": "Item", "zh": "条目"}


def word_for(kind: str, words: Mapping[str, Mapping[str, str]], lang: str) -> str:
    """The type word of `kind` in `lang`, in the other language where there is none, else `Item` or `条目`."""
    known = words.get(kind, FALLBACK)
    return known.get(lang) or next(iter(known.values()), FALLBACK[lang])


def language(text: str, start: int, end: int, pointer: str, lang: Lang) -> str:
    """`zh` where Chinese stands around `[start, end)`, else `en`.

    Without words around, the value itself and the names of the members that lead to it decide.
    """
    if lang != "auto":
        return lang
    low, high = max(0, start - _AROUND), end + _AROUND
    if _HAN.search(text, low, start) or _HAN.search(text, end, high):
        return "zh"
    if _LATIN.search(text, low, start) or _LATIN.search(text, end, high):
        return "en"
    return "zh" if _HAN.search(text[start:end]) or _HAN.search(pointer) else "en"
