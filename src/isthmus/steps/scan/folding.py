"""Look-alikes: what a reader takes for a digit or a Latin letter is read as one.

Full-width and mathematical forms, digits of other scripts, Cyrillic and Greek letters that look Latin, exotic spaces
and dashes become ASCII one by one (Unicode NFKC and the tables below); invisible characters are left out; Chinese
numerals become digits where a long row of them stands.
"""

from __future__ import annotations

import re
import unicodedata

from isthmus.steps.scan.trail import Trail, replace, same_length

_CYRILLIC = dict(zip("АВЕКМНОРСТХУаеорсхуѕіјԛԝһЅІЈкԁӏѵҮүԌ", "ABEKMHOPCTXYaeopcxysijqwhSIJkdlvYyG", strict=True))
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανικρυγ", "ABEZHIKMNOPTYXoavikpuy", strict=True))
_SPACES = "\u00a0\u1680\u202f\u205f\u3000\u3164" + "".join(map(chr, range(0x2000, 0x200B)))
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"
_INVISIBLE_RANGES = ((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xE0000, 0xE007F))
INVISIBLE = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\ufeff" + "".join(
    chr(code) for low, high in _INVISIBLE_RANGES for code in range(low, high + 1)
)
NUMERALS = dict(
    zip("零〇○一二三四五六七八九壹贰叁肆伍陆柒捌玖貳參陸幺两洞拐勾", "0001234567891234567892361" + "2079", strict=True)
)
_BLOCKS = (
    (0xA0, 0x3400),
    (0xA620, 0xABFA),
    (0xFE00, 0xFFFE),
    (0x104A0, 0x104AA),
    (0x11066, 0x11070),
    (0x1D400, 0x1D800),
    (0x1F100, 0x1F200),
    (0x1FBF0, 0x1FBFA),
)
# left alone unless something else in the text calls for folding: they are ordinary in Chinese and English text
_ORDINARY = frozenset("　，：；！？（）～｜“”‘’–—…′″ªº²³¹½¼¾·×°™©®㎡㎏㎜℃№")


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in (code for low, high in _BLOCKS for code in range(low, high)):
        character = chr(code)
        digit = unicodedata.digit(character, None)
        plain = str(digit) if digit is not None else unicodedata.normalize("NFKC", character)
        if len(plain) == 1 and plain.isascii() and plain.isprintable():
            table[code] = plain
    table |= {ord(k): v for k, v in (_CYRILLIC | _GREEK).items()}
    return table | dict.fromkeys(map(ord, _SPACES), " ") | dict.fromkeys(map(ord, _DASHES), "-")


_TABLE = _table()
_VISIBLE = _TABLE | dict.fromkeys(map(ord, INVISIBLE), "")
_INVISIBLE = re.compile(f"[{re.escape(INVISIBLE)}]+")
_NUMERAL = "[" + "".join(NUMERALS) + "]"
# between the numerals of one number: separators, and a letter or bracket that is part of it
_BETWEEN = r"[ \t._·•∙・*|,，、/\\~()（）A-Z-]"
_ROW = re.compile(f"(?:[0-9{_NUMERAL[1:]}{_BETWEEN}{{0,2}}+){{7,}}+")
_NUMERAL_TABLE = {ord(k): v for k, v in (NUMERALS | {"（": "(", "）": ")"}).items()}


def _ranges(codes: list[int]) -> str:
    pieces: list[str] = []
    start = end = codes[0]
    for code in [*codes[1:], -1]:
        if code == end + 1:
            end = code
            continue
        pieces.append(f"\\x{{{start:x}}}-\\x{{{end:x}}}" if end > start else f"\\x{{{start:x}}}")
        start = end = code
    return "".join(pieces)


_ODD = sorted({*_TABLE, *map(ord, INVISIBLE)} - {ord(c) for c in _ORDINARY})
# what calls for a second reading, in the syntax of the engine (UTF-8)
FOLD_TRIGGER = f"[{_ranges(_ODD)}]|[0-9][　–—][0-9]"
NUMERAL_TRIGGER = f"(?:{'|'.join(NUMERALS)})(?:(?:[0-9xA-Z ._/()-]|（|）){{0,2}}(?:{'|'.join(NUMERALS)}|[0-9])){{6}}"


def fold(text: str) -> Trail | None:
    """Look-alikes read as what they look like; None where the text has none."""
    plain = text.translate(_VISIBLE)
    if len(plain) < len(text):
        return replace(text.translate(_TABLE), _INVISIBLE, lambda _: "")
    return None if plain == text else same_length(plain)


def numerals(text: str) -> Trail | None:
    """Long rows of Chinese numerals read as digits."""
    plain = _ROW.sub(lambda match: match.group().translate(_NUMERAL_TABLE), text)
    return None if plain == text else same_length(plain)
