"""Whether a text may hold a code in any tolerated form: a few passes over its bytes, before any closer reading.

Never wrong where it says no. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from isthmus.pseudonyms.escapes import may_be_escaped
from isthmus.pseudonyms.form import ALPHABET

_UPPER = bytes(code - 32 if 97 <= code <= 122 else code for code in range(256))
_KINDS = bytes(ord("1") if chr(c).isdecimal() else ord("a") if chr(c).isalpha() else 32 for c in range(128)).ljust(256)
_HALF = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B)}
# full-width letters and digits, then what may part a code beside `-`, a space and a line break; in UTF-8
_FULL = re.compile(rb"\xef(?:\xbb\xbf|\xbc[\x8d\x90-\x99\xa1-\xba]|\xbd[\x81-\x9a])")
_WIDE = re.compile(rb"\xef(?:\xbc[\x90-\x99\xa1-\xba]|\xbd[\x81-\x9a])")
_PARTING = re.compile(rb"\xe2(?:\x80[\x8b-\x8d\x90-\x94]|\x81\xa0)|\xc2[\xa0\xad]|\xef(?:\xbb\xbf|\xbc\x8d)")
# of letters (a) and digits (1): a digit with a run of at least five around it
_LONG = re.compile(rb"1(?:(?<=[a1]{4}1)|(?<=[a1]{3}1)[a1]|(?<=[a1]{2}1)[a1]{2}|(?<=[a1]1)[a1]{3}|[a1]{4})")
_NUMBER = re.compile(rb"1++(?!a)")
_CAPITALS = re.compile(f"-[{ALPHABET[8:]}]{{5}}".encode())


def joined(text: str) -> bytes:
    """`text` in UTF-8, upper case and half width, without what may part the symbols of a code."""
    data = text.encode("utf-8", "replace")
    if b"\xe2" in data or b"\xc2" in data or (b"\xef" in data and _FULL.search(data)):
        if _WIDE.search(data):
            data = text.translate(_HALF).encode("utf-8", "replace")
        data = _PARTING.sub(b"", data)
    return data.translate(_UPPER, b"- \n")


def may_hold(text: str, codes: Iterable[str]) -> bool:
    """Whether one of `codes` may stand in `text`, in any form but an escaped one."""
    run = joined(text)
    for code in codes:  # noqa: SIM110 - half the time of `any` for a few
        if code.encode() in run:
            return True
    return False


def may_look_issued(text: str) -> bool:
    """Whether a run in `text` may look like a code of anyone, or something in it is written as an escape."""
    if may_be_escaped(text):
        return True
    data = text.encode("utf-8", "replace")
    if _CAPITALS.search(data) or (b"\xef" in data and _WIDE.search(data)):
        return True
    kinds = data.translate(_KINDS)
    at = 0
    while (found := _LONG.search(kinds, at)) is not None:
        begin = found.start()
        number = _NUMBER.match(kinds, begin)
        if number is None or kinds[begin - 1 : begin] == b"a":
            return True
        at = number.end()
    return False
