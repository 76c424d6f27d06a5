"""Derives pseudonyms: one canonical value, one pseudonym, the same on any worker and after any restart.

A code is taken from HMAC-SHA256(conversation key, kind, canonical value, attempt). An attempt that is all letters or
all digits, or that equals or is one symbol away from a code already issued, is passed over; colliding ones get longer.
Values are met in the order of the document, so a history that only grows keeps its pseudonyms.
"""

from __future__ import annotations

import hmac
from itertools import count

from isthmus.pseudonyms.form import ALPHABET, LENGTHS, check_symbol, is_mixed, type_word

REVERSIBLE = True  # has its namesake in restore/
_LITERAL = "\x1fliteral"  # the kind of text that looked like a pseudonym before there was one


class Issuer:
    """Issues the pseudonyms of one request; `originals` is the way back."""

    def __init__(self, key: bytes) -> None:
        self.originals: dict[str, str] = {}
        self.key = key
        self._issued: dict[tuple[str, str], str] = {}
        self._fixed: set[str] = set()
        self._codes: set[str] = set()
        self._lengths: set[int] = set()

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
    def codes(self) -> frozenset[str]:
        """The codes issued so far."""
        return frozenset(self._codes)

    def _code(self, kind: str, value: str) -> str:
        length = 0
        message = f"{kind}\0{value}\0".encode("utf-8", "surrogatepass")
        for attempt in count():
            digest = hmac.digest(self.key, message + attempt.to_bytes(4, "big"), "sha256")
            code = _symbols(digest, LENGTHS[length])
            if not is_mixed(code):
                continue
            if self._free(code):
                break
            length = min(length + 1, len(LENGTHS) - 1)
        self._codes.add(code)
        self._lengths.add(len(code))
        return code

    def _free(self, code: str) -> bool:
        """Whether no issued code is this one, or this one with a symbol more or less."""
        if code in self._codes:
            return False
        if len(code) - 1 in self._lengths and _shorter(code) & self._codes:
            return False
        return len(code) + 1 not in self._lengths or not any(code in _shorter(other) for other in self._codes)


def _symbols(digest: bytes, length: int) -> str:
    number = int.from_bytes(digest[:16], "big")
    symbols = ""
    for _ in range(length):
        number, index = divmod(number, len(ALPHABET))
        symbols += ALPHABET[index]
    return symbols + check_symbol(symbols)


def _shorter(code: str) -> set[str]:
    """The runs that leave out one symbol of `code`."""
    return {code[:at] + code[at + 1 :] for at in range(len(code))}
