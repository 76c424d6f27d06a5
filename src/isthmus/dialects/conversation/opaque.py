"""State that only its issuer can read, on its way through another dialect's field for such state.

Signatures, encrypted reasoning and thought signatures travel as one token of base64 letters: the word `isthmus`, the
issuer's dialect, the state and its id. Nothing is kept: what a client sends back says by itself whose it is. A token
without the word belongs to the dialect it stands in.

A signature is of a text, letter by letter, but the client sees that text restored, and what it sends back is protected
anew, which need not give the same letters. So where texts are changed, the token also holds the text as it was issued
and by which deployment, under a seal (HMAC-SHA-256 with the conversation's key): the issuer gets back its own bytes.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import zlib

import msgspec

from isthmus.dialects.lenient_json import whole
from isthmus.exchange import Value

WORD = "isthmus-"
LONGEST = 4 * 1024 * 1024
URL_SAFE = str.maketrans("+/", "-_")
_encode = msgspec.json.Encoder().encode


class Opaque(Value, frozen=True, kw_only=True):
    """State of a dialect; `hidden`: it stands for reasoning that nobody may read. `id` is the item's own.

    `proof` seals the `text` that the state signs and the deployment (`origin`) that issued both.
    """

    source: str
    data: str
    id: str = ""
    hidden: bool = False
    text: str = ""
    origin: str = ""
    proof: str = ""

    def __repr__(self) -> str:
        return f"Opaque({self.source}, {len(self.data)})"


_decode = msgspec.json.Decoder(Opaque).decode


class Seal(Value, frozen=True, kw_only=True):
    """The seal of one conversation at one deployment."""

    key: bytes
    origin: str

    def __repr__(self) -> str:
        return f"Seal({self.origin})"

    def close(self, opaque: Opaque, text: str) -> Opaque:
        """The state with the text that it signs."""
        text = whole(text)
        proof = self._proof(opaque.source, opaque.data, text)
        return msgspec.structs.replace(opaque, text=text, origin=self.origin, proof=proof)

    def open(self, opaque: Opaque) -> Opaque | None:
        """The state as it was; None where this deployment did not issue it with that text, in this conversation."""
        proof = self._proof(opaque.source, opaque.data, opaque.text)
        if opaque.origin != self.origin or not hmac.compare_digest(proof, opaque.proof):
            return None
        return msgspec.structs.replace(opaque, text="", origin="", proof="")

    def _proof(self, source: str, data: str, text: str) -> str:
        told = _encode(["thought", self.origin, source, data, text])
        return hmac.new(self.key, told, "sha256").hexdigest()[:32]


def wrap(opaque: Opaque) -> str:
    """The token for a field of another dialect."""
    return WORD + base64.urlsafe_b64encode(zlib.compress(_encode(opaque))).decode()


def unwrap(token: str, *, source: str, ident: str = "", hidden: bool = False) -> Opaque:
    """What a field of the dialect `source` holds: its own state, or that of another one in a token."""
    plain = token.translate(URL_SAFE)  # an SDK may write the same bytes with other letters
    if plain.startswith(WORD):
        try:
            packed = base64.urlsafe_b64decode(plain[len(WORD) :])
            opener = zlib.decompressobj()
            data = opener.decompress(packed, LONGEST)
            return _decode(data if opener.eof else b"")
        except (binascii.Error, zlib.error, msgspec.DecodeError, ValueError):
            pass
    return Opaque(source=source, data=token, id=ident, hidden=hidden)


def put(opaque: Opaque | None, *, source: str) -> str:
    """What to write into a field of the dialect `source`: its own state as it is, any other as a token."""
    if opaque is None:
        return ""
    return opaque.data if opaque.source == source and not opaque.proof else wrap(opaque)
