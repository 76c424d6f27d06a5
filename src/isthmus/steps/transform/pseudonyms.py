"""Derives pseudonyms: one canonical value, one pseudonym, the same on any worker and after any restart.

A code is taken from HMAC-SHA256(conversation key, kind, canonical value, attempt). An attempt that is all letters or
all digits, or that equals or is one symbol away from a code already issued, is passed over; colliding ones get longer.
Values are met in the order of the document, so a history that only grows keeps its pseudonyms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import count
from typing import NamedTuple

from isthmus.pseudonyms.form import ALPHABET, LENGTHS, check_symbol, is_mixed, type_word

REVERSIBLE = True  # has its namesake in restore/
_LITERAL = "\x1fliteral"  # the kind of text that looked like a pseudonym before there was one
_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
_SIZE = len(ALPHABET)
_PAIR = _SIZE**2
_PAIRS = [ALPHABET[number % _SIZE] + ALPHABET[number // _SIZE] for number in range(_PAIR)]  # lowest digit first
_ROOM = {length: _SIZE**length for length in LENGTHS}


class Issued(NamedTuple):
    """A pseudonym, what it was issued for, and the spelling that it comes back as."""

    kind: str
    value: str
    name: str
    original: str


class Issuer:
    """Issues the pseudonyms of one request; `originals` is the way back. What was `issued` before keeps its place."""

    def __init__(self, key: bytes, issued: Iterable[Issued] = ()) -> None:
        self.originals: dict[str, str] = {}
        self.key = key
        self._inner, self._outer = hashlib.sha256(_padded(key, _INNER)), hashlib.sha256(_padded(key, _OUTER))
        self._issued: dict[tuple[str, str], str] = {}
        self._fixed: set[str] = set()
        self._codes: set[str] = set()
        self._lengths: set[int] = set()
        self._shortened: set[str] = set()  # the codes with one symbol left out, once they differ in length
        for one in issued:
            self.take(one.kind, one.value, one.name, one.original, fixed=False)
            self._codes.add(code := one.name.rpartition("-")[2])
            self._lengths.add(len(code))

    def pseudonym(self, kind: str, value: str, word: str, surface: str) -> str:
        """The pseudonym of a value; it comes back as `surface`, the latest spelling wins."""
        issued = self._issued.get((kind, value))
        if issued is None:
            issued = f"{type_word(word) or 'Item'}-{self._code(kind, value)}"
            self._issued[kind, value] = issued
        if issued not in self._fixed:
            self.originals[issued] = surface
        return issued

    def known(self, kind: str, value: str) -> str | None:
        """What was issued for a value."""
        return self._issued.get((kind, value))

    def take(self, kind: str, value: str, name: str, original: str, *, fixed: bool) -> str:
        """Issue `name`, which was made elsewhere, for a value; `fixed`: it always comes back as `original`."""
        self._issued[kind, value] = name
        if fixed:
            self._fixed.add(name)
        self.originals[name] = original
        return name

    def literal(self, text: str, word: str) -> str:
        """A pseudonym for text that already looks like one, so that it comes back as it was."""
        return self.pseudonym(_LITERAL, text, word, text)

    @property
    def issued(self) -> tuple[Issued, ...]:
        """Everything issued so far, in its order."""
        return tuple(Issued(kind, value, name, self.originals[name]) for (kind, value), name in self._issued.items())

    @property
    def codes(self) -> frozenset[str]:
        """The codes issued so far."""
        return frozenset(self._codes)

    def _code(self, kind: str, value: str) -> str:
        length = 0
        message = f"{kind}\0{value}\0".encode("utf-8", "surrogatepass")
        for attempt in count():
            code = _symbols(self._digest(message + attempt.to_bytes(4, "big")), LENGTHS[length])
            if not is_mixed(code):
                continue
            if self._free(code):
                break
            length = min(length + 1, len(LENGTHS) - 1)
        self._codes.add(code)
        self._lengths.add(len(code))
        if self._shortened:
            self._shortened |= _shorter(code)
        return code

    def _digest(self, message: bytes) -> bytes:
        """HMAC-SHA256 (RFC 2104) of a message; the key was taken in once for all, which saves most of its time."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()

    def _free(self, code: str) -> bool:
        """Whether no issued code is this one, or this one with a symbol more or less."""
        if code in self._codes:
            return False
        if self._lengths <= {len(code)}:
            return True
        if not self._shortened:
            self._shortened = set().union(*map(_shorter, self._codes))
        return code not in self._shortened and self._codes.isdisjoint(_shorter(code))


def _padded(key: bytes, pad: bytes) -> bytes:
    block = key if len(key) <= _BLOCK else hashlib.sha256(key).digest()
    return block.ljust(_BLOCK, b"\0").translate(pad)


def _symbols(digest: bytes, length: int) -> str:
    number = int.from_bytes(digest[:16], "big") % _ROOM[length]
    pairs = _PAIRS[number % _PAIR], _PAIRS[number // _PAIR % _PAIR], _PAIRS[number // _PAIR // _PAIR]
    symbols = "".join(pairs)[:length]
    return symbols + check_symbol(symbols)


def _shorter(code: str) -> set[str]:
    """The runs that leave out one symbol of `code`."""
    return {code[:at] + code[at + 1 :] for at in range(len(code))}
