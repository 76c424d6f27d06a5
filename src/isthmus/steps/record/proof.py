"""A proof that one entry stands in a signed log, so that it can be shown without showing the others.

The form is C2SP `tlog-proof`; its extra data is the entry itself, in its canonical bytes. See c2sp.org/tlog-proof.

    c2sp.org/tlog-proof@v1
    extra <base64 of the entry>
    index <its number>
    <the hashes beside its way to the root, base64, one a line>

    <the signed checkpoint>
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

import msgspec

from isthmus.errors import TamperedError
from isthmus.steps.record.checkpoint import Checkpoint, parse
from isthmus.steps.record.merkle import leaf_hash, root_from_inclusion

HEADER = "c2sp.org/tlog-proof@v1"


class Proven(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that is one of those a checkpoint was signed for; whether by the right key is not checked here."""

    seq: int
    entry: bytes
    checkpoint: Checkpoint


def write_proof(entry: bytes, seq: int, hashes: Iterable[bytes], note: str) -> str:
    """The proof as text."""
    lines = [HEADER, f"extra {_encoded(entry)}", f"index {seq}", *(_encoded(each) for each in hashes)]
    return "\n".join(lines) + f"\n\n{note}"


def read_proof(text: str) -> Proven:
    """The entry of a proof; raises `TamperedError` where it proves nothing."""
    head, _, note = text.partition("\n\n")
    checkpoint = parse(note)
    try:
        header, extra, index, *hashes = head.split("\n")
        entry, seq = _decoded(_after("extra ", extra)), int(_after("index ", index))
        root = root_from_inclusion(leaf_hash(entry), seq, checkpoint.size, [_decoded(line) for line in hashes])
    except (binascii.Error, ValueError):
        raise TamperedError("not a proof of one entry") from None
    if header != HEADER:
        raise TamperedError("not a proof of one entry")
    if root != checkpoint.root:
        raise TamperedError("this entry is not among those that the checkpoint was signed for")
    return Proven(seq=seq, entry=entry, checkpoint=checkpoint)


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _after(word: str, line: str) -> str:
    """What follows the word that a line begins with."""
    begin, found, rest = line.partition(word)
    if begin or not found:
        raise ValueError(word)
    return rest
