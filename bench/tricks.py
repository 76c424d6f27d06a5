"""What people do to a number so that a filter no longer sees it and a reader still does.

A trick changes a text that holds the number. What it makes must be readable for people: rows of Chinese numerals stand
for numbers only, gaps stand in what has gaps or none (no address of a mailbox, no key), and nobody puts either into
what is encoded already (`plain`); `gaps` change what stands between, so not where that is a part of the number.
`encodes`: the words before the number go into it; `whole`: they can no longer be told apart.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from functools import partial
from itertools import cycle
from typing import NamedTuple
from urllib.parse import quote

HAN, BANKERS, MIXED = "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "〇幺二叁4伍六7捌九"
CYRILLIC = dict(zip("ABCEHIJKMOPSTXYaceiopsxyj", "АВСЕНІЈКМОРЅТХУасеіорѕхуј", strict=True))
GREEK = dict(zip("NZvo", "ΝΖνο", strict=True))
_NUMBER = re.compile(r"[0-9A-Za-z](?:[ ./()-]{0,2}[0-9A-Za-z]){5,}\)?")
_GAPS = re.compile(r"[ ./()-]+")


class Trick(NamedTuple):
    """A name and what it does."""

    name: str
    do: Callable[[str], str]
    plain: bool = False
    gaps: bool = False
    encodes: bool = False
    whole: bool = False


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _digits(table: str, text: str) -> str:
    return "".join(table[int(c)] if "0" <= c <= "9" else c for c in text)


def _mapped(table: dict[str, str], text: str) -> str:
    return "".join(table.get(c, c) for c in text)


def _mathematical(text: str) -> str:
    return "".join(chr(0x1D7CE + int(c)) if "0" <= c <= "9" else c for c in text)


def _between(marks: str, size: int, text: str) -> str:
    """Marks in turn between groups of letters and digits, instead of what stood there."""
    closed = _GAPS.sub("", text)
    if not _NUMBER.fullmatch(text) or 3 * sum(map(str.isdigit, closed)) < len(closed) or _is_dotted(text):
        return text
    turn = cycle(marks)
    groups = [closed[at : at + size] for at in range(0, len(closed), size)]
    return "".join(group + (next(turn) if place < len(groups) - 1 else "") for place, group in enumerate(groups))


def _is_dotted(text: str) -> bool:
    """Whether it is an address of a machine, whose dots are part of it."""
    return bool(re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}", text))


def _invisible(marks: str, text: str) -> str:
    turn = cycle(marks)
    return "".join(c + next(turn) for c in text[:-1]) + text[-1:]


def _numerals(table: str, text: str) -> str:
    """Only where nearly all is digits, and enough of them to be read as a number."""
    digits, letters = sum(map(str.isdigit, text)), sum(map(str.isalpha, text))
    return _digits(table, text) if digits >= 7 and letters <= 2 and ":" not in text else text


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _hex(text: str) -> str:
    return text.encode().hex()


def _url(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode()) if text.isascii() else quote(text, safe="")


def _escaped(text: str) -> str:
    units = text.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


TRICKS = (
    Trick("full width", _wide),
    Trick("zero width", partial(_invisible, "\u200b\u200c\u200d\u2060\ufeff")),
    Trick("bidi", partial(_invisible, "\u202a\u200e\u202c\u2066\u2069\u061c")),
    Trick("spaces", partial(_between, " ", 4), plain=True, gaps=True),
    Trick("hyphens", partial(_between, "-", 3), plain=True, gaps=True),
    Trick("separators", partial(_between, ".·/_", 4), plain=True, gaps=True),
    Trick("odd separators", partial(_between, "\u2011\u00a0\u2003\u2012\u30fb", 4), plain=True, gaps=True),
    Trick("each apart", partial(_between, " ", 1), plain=True, gaps=True),
    Trick("numerals", partial(_numerals, HAN), plain=True),
    Trick("bankers", partial(_numerals, BANKERS), plain=True),
    Trick("mixed", partial(_numerals, MIXED), plain=True),
    Trick("letters", partial(_mapped, CYRILLIC | GREEK), plain=True),
    Trick("math digits", _mathematical),
    Trick("base64", _base64, encodes=True, whole=True),
    Trick("hex", _hex, encodes=True, whole=True),
    Trick("url", _url, encodes=True),
    Trick("escapes", _escaped, encodes=True),
    Trick("split", str),
)
SPLIT = TRICKS[-1]
