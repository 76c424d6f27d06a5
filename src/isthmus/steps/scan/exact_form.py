"""The one spelling of a value of an exact list: what two spellings of it have in common. Pure.

Names in Han script lose spaces and dots and are read as simplified; names in Latin script lose case, accents and the
order of their words. Telephones lose separators and China's own country code, other identifiers separators and case,
mail addresses case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Literal, get_args

Field = Literal["name", "phone", "id", "email"]
FIELDS: tuple[Field, ...] = get_args(Field)
WORD: Literal["word"] = "word"  # a word of a name in Latin script, so that a text is not hashed in every combination
FEWEST_DIGITS, MOST_DIGITS = 7, 15  # of a telephone (ITU-T E.164)
SHORTEST_ID, SHORTEST_NAME, MOST_WORDS = 5, 2, 5
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_NOT_HAN = re.compile(r"[^\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+")
_ALL_HAN = re.compile(rf"{HAN.pattern}+")
_LATIN = re.compile(r"[a-z]+")
_NO_DIGIT = re.compile(r"\D+")
_NOT_ALNUM = re.compile(r"[^0-9A-Z]+")
_APOSTROPHES = dict.fromkeys(map(ord, "'’ʼ`´"), "")
_NO_MARK = "ßss øo łl đd æae œoe ıi"
_PLAIN = {ord(pair[0]): pair[1:] for pair in _NO_MARK.split()}


def canonical(field: Field, value: str, simplify: Mapping[int, str]) -> str:
    """The one spelling of a value; empty where it is too little to be looked for."""
    if field == "name":
        return han_name(value, simplify) if HAN.search(value) else " ".join(sorted(latin_words(value)))
    return _FORMS[field](value)


def han_name(value: str, simplify: Mapping[int, str]) -> str:
    """A name in Han script; empty where it has one character only."""
    name = (value if _ALL_HAN.fullmatch(value) else _NOT_HAN.sub("", value)).translate(simplify)
    return name if len(name) >= SHORTEST_NAME else ""


def latin_words(value: str) -> list[str]:
    """The words of a name in Latin script; none where it has only one, or more than names have."""
    words = _LATIN.findall(plain(value))
    return words if SHORTEST_NAME <= len(words) <= MOST_WORDS else []


def plain(value: str) -> str:
    """A text in lower case without accents and apostrophes."""
    if value.isascii():
        return value.lower().translate(_APOSTROPHES)
    decomposed = unicodedata.normalize("NFKD", value.casefold()).translate(_PLAIN)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_APOSTROPHES)


def _folded(value: str) -> str:
    return value if value.isascii() else unicodedata.normalize("NFKC", value)


def phone(value: str) -> str:
    """A telephone number: digits without `+`, `00`, or China's 86."""
    digits = value if value.isascii() and value.isdigit() else _NO_DIGIT.sub("", unicodedata.normalize("NFKC", value))
    digits = digits.removeprefix("00")
    digits = digits[2:] if len(digits) == 13 and digits.startswith("861") else digits  # a mobile has eleven
    return digits if FEWEST_DIGITS <= len(digits) <= MOST_DIGITS else ""


def identifier(value: str) -> str:
    """Any other number: capitals and digits, at least one digit among them."""
    text = value.upper() if value.isascii() and value.isalnum() else _NOT_ALNUM.sub("", _folded(value).upper())
    return text if len(text) >= SHORTEST_ID and not text.isalpha() else ""


def email(value: str) -> str:
    """A mail address in lower case."""
    text = _folded(value).strip().casefold()
    return text if "@" in text else ""


_FORMS = {"phone": phone, "id": identifier, "email": email}
