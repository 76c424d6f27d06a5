"""Surrogates: values of the same shape as the original, for places where a pseudonym could not be written.

Digits become digits and letters letters, from the same HMAC as a pseudonym, until the surrogate satisfies the schema,
occurs nowhere in the request and passes no check: one with twelve digits or more satisfies neither Luhn nor ISO 7064
MOD 11-2, so that it is nobody's valid number. Mail addresses end in a domain reserved for examples (RFC 2606).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable

REVERSIBLE = True  # has its namesake in restore/
ATTEMPTS = 256
LONGEST_SURROGATE = 31  # with a separator behind every symbol it stays under what a stream may hold back
_DIGITS, _LOWER, _UPPER = "0123456789", "abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ"
_MAIL = re.compile(r"([^@\s]+)@[^@\s]+")


def has_shape(surface: str) -> bool:
    """Whether a surrogate can be made of `surface`: ASCII, short enough, with enough digits or a mail address."""
    if not surface.isascii() or not 6 <= len(surface) <= LONGEST_SURROGATE:
        return False
    return sum(char.isdigit() for char in surface) >= 6 or _MAIL.fullmatch(surface) is not None


def surrogate(key: bytes, kind: str, value: str, surface: str, admitted: Callable[[str], bool]) -> str | None:
    """A surrogate for `value`, written like `surface`, that is `admitted`; None where none was found."""
    message = f"surrogate\0{kind}\0{value}\0".encode("utf-8", "surrogatepass")
    for attempt in range(ATTEMPTS):
        stream = hmac.digest(key, message + attempt.to_bytes(4, "big"), "sha512")
        made = _shaped(surface, stream, keep=attempt % 4)
        if made != surface and not _passes_a_check(made) and admitted(made):
            return made
    return None


def _shaped(surface: str, stream: bytes, *, keep: int) -> str:
    """`surface` with its letters and digits exchanged, but for the first `keep` digits, which a pattern may ask for."""
    mail = _MAIL.fullmatch(surface)
    if mail is not None:
        name = "".join(_LOWER[byte % len(_LOWER)] for byte in stream[: max(6, min(len(mail[1]), 12))])
        return f"{name}@example.com"
    out = []
    digits = 0
    for char, byte in zip(surface, stream, strict=False):
        if char.isdigit():
            digits += 1
            out.append(char if digits <= keep else _DIGITS[byte % 10])
        else:
            out.append(_letter(char, byte))
    return "".join(out)


def _letter(char: str, byte: int) -> str:
    if char.islower():
        return _LOWER[byte % len(_LOWER)]
    return _UPPER[byte % len(_UPPER)] if char.isupper() else char


def _passes_a_check(text: str) -> bool:
    symbols = [char for char in text if char.isdigit() or char in "Xx"]
    if len(symbols) < 12 or any(char in "Xx" for char in symbols[:-1]):
        return False
    total = 0
    for char in symbols:
        total = (total * 2 + (10 if char in "Xx" else int(char))) % 11
    if total == 1:
        return True
    return symbols[-1] not in "Xx" and _luhn([int(char) for char in symbols])


def _luhn(digits: list[int]) -> bool:
    doubled = [digit * 2 - 9 * (digit > 4) if at % 2 else digit for at, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0
