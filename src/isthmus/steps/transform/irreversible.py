"""What does not come back: a marker, a keyed hash that only tells equal from unequal, or something less exact."""

from __future__ import annotations

import hmac
import re

_MARKERS = {"en": "[removed: {}]", "zh": "[已移除：{}]"}
_LESS = {"en": "[{}: {}]", "zh": "[{}：{}]"}
_RESIDENT_ID = re.compile(r"\d{6}(?P<decade>(?:19|20)\d)\d(?:0[1-9]|1[0-2])\d{5}[\dXx]")
_DATE = re.compile(r"(?P<decade>(?:19|20)\d)\d\s?(?:[-/.年]\s?)?\d{1,2}(?:\s?[-/.月]\s?\d{1,2}\s?日?)?")
_MAIL = re.compile(r"[^@\s]+@([^@\s]+)")
_IPV4 = re.compile(r"(\d{1,3}\.\d{1,3})\.\d{1,3}\.\d{1,3}")
_CITY = re.compile(
    r"(?:中国)?((?:[\u4e00-\u9fff]{2,7}?(?:省|自治区|特别行政区))?[\u4e00-\u9fff]{2,6}?(?:市|自治州|地区|盟))[\u4e00-\u9fff\w]"
)
_AGE = re.compile(r"(\d{1,2})(?:\s?(?:岁|years? old))?")


def removed(word: str, lang: str) -> str:
    """The fixed marker of something dropped."""
    return _MARKERS[lang].format(word.lower())


def hashed(key: bytes, kind: str, value: str, word: str) -> str:
    """A keyed hash: equal for equal values of one conversation; longer than a pseudonym, so never taken for one."""
    digest = hmac.digest(key, f"hash\0{kind}\0{value}".encode("utf-8", "surrogatepass"), "sha256")
    return f"{word}-{digest.hex()[:16]}"


def generalised(surface: str, word: str, lang: str) -> str:
    """Something less exact in place of a value: a decade, a city, a network, a domain, an age band; else the marker."""
    text = surface.strip()
    return _LESS[lang].format(word, less) if (less := _less(text, lang)) else removed(word, lang)


def _less(text: str, lang: str) -> str:
    decade = _RESIDENT_ID.fullmatch(text) or _DATE.fullmatch(text)
    if decade is not None:
        return f"{decade['decade']}0 年代" if lang == "zh" else f"{decade['decade']}0s"
    if (mail := _MAIL.fullmatch(text)) is not None:
        return mail[1]
    if (address := _IPV4.fullmatch(text)) is not None:
        return f"{address[1]}.0.0/16"
    if (age := _AGE.fullmatch(text)) is not None:
        low = int(age[1]) // 10 * 10
        return f"{low}-{low + 9}"
    city = _CITY.match(text)
    return city[1] if city is not None else ""
