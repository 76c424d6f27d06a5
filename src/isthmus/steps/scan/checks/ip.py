"""Public Internet addresses (RFC 791, RFC 4291); private, loopback and reserved ones are another matter.

Most addresses lie in no block of special purpose (RFC 6890) and are written in full; the rest are read by the library.
"""

from __future__ import annotations

import ipaddress
import re

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_V4 = re.compile(rf"({_OCTET})(?:\.{_OCTET}){{3}}").fullmatch
_V6 = re.compile(r"([0-9a-f]{1,4})(?::[0-9a-f]{1,4}){7}").fullmatch
# first octets and first groups below which blocks of special purpose lie
_SPECIAL_V4 = frozenset({0, 10, 100, 127, 169, 172, 192, 198, 203, *range(224, 256)})
_SPECIAL_V6 = ((0x0, 0x2FF), (0x2001, 0x2002), (0x3F00, 0x3FFF), (0x5F00, 0x5FFF), (0xFC00, 0xFFFF))


def canonical(surface: str) -> str:
    """The address in its shortest form (RFC 5952), or the text itself."""
    if _V4(surface):
        return surface
    lower = surface.lower()
    if _V6(lower):
        groups = ":".join([group.lstrip("0") or "0" for group in lower.split(":")])
        if ":0:0:" not in f":{groups}:":
            return groups
    if not may_be_address(lower):
        return lower
    try:
        return str(ipaddress.ip_address(surface))
    except ValueError:
        return lower


def is_ordinary(value: str) -> bool:
    """Whether a canonical address, which has a digit, lies in no block of special purpose, so that it is public."""
    if (four := _V4(value)) is not None:
        return int(four[1]) not in _SPECIAL_V4
    if (six := _V6(value)) is not None:
        first = int(six[1], 16)
        return not any(low <= first <= high for low, high in _SPECIAL_V6) and any(map(str.isdigit, value))
    return False


def may_be_address(value: str) -> bool:
    """Whether it has as many colons as an address may have; a time of day has not."""
    return "::" in value or "." in value or value.count(":") in (0, 7)


def problem(value: str) -> str:
    """Say what is wrong with a public address."""
    if is_ordinary(value):
        return ""
    if not may_be_address(value):
        return "form"
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return "form"
    if address.version == 6 and not (any(c.isdigit() for c in value) and value.count(":") >= 3):
        return "form"
    return "" if address.is_global and not address.is_multicast else "range"
