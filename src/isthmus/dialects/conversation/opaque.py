"""State that only its issuer can read, on its way through another dialect's field for such state.

Signatures, encrypted reasoning and thought signatures travel as one token of base64 letters: the word `isthmus`, the
issuer's dialect, the state and its id. Nothing is kept: what a client sends back says by itself whose it is. A token
without the word belongs to the dialect it stands in.
"""

from __future__ import annotations

import base64
import binascii

import msgspec

from isthmus.exchange import Value

WORD = "isthmus-"
URL_SAFE = str.maketrans("+/", "-_")
_encode = msgspec.json.Encoder().encode


class Opaque(Value, frozen=True, kw_only=True):
    """State of a dialect; `hidden`: it stands for reasoning that nobody may read. `id` is the item's own."""

    source: str
    data: str
    id: str = ""
    hidden: bool = False

    def __repr__(self) -> str:
        return f"Opaque({self.source}, {len(self.data)})"


def wrap(opaque: Opaque) -> str:
    """The token for a field of another dialect."""
    data = _encode([opaque.source, opaque.data, opaque.id, opaque.hidden])
    return WORD + base64.urlsafe_b64encode(data).decode()


def unwrap(token: str, *, source: str, ident: str = "", hidden: bool = False) -> Opaque:
    """What a field of the dialect `source` holds: its own state, or that of another one in a token."""
    plain = token.translate(URL_SAFE)  # an SDK may write the same bytes with other letters
    if plain.startswith(WORD):
        try:
            found = msgspec.json.decode(base64.urlsafe_b64decode(plain[len(WORD) :]), type=tuple[str, str, str, bool])
        except (binascii.Error, msgspec.DecodeError, ValueError):
            return Opaque(source=source, data=token, id=ident, hidden=hidden)
        return Opaque(source=found[0], data=found[1], id=found[2], hidden=found[3])
    return Opaque(source=source, data=token, id=ident, hidden=hidden)


def put(opaque: Opaque | None, *, source: str) -> str:
    """What to write into a field of the dialect `source`: its own state as it is, any other as a token."""
    if opaque is None:
        return ""
    return opaque.data if opaque.source == source else wrap(opaque)
