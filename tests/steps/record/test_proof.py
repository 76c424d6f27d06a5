"""A proof of one entry: every entry has one, and nothing else passes for it."""

from __future__ import annotations

import base64

import pytest
from tests.steps.record.ledger_parts import SIGNER

from isthmus.errors import TamperedError
from isthmus.steps.record.checkpoint import Verifier, is_signed_by, public_bytes, read_signer, signed
from isthmus.steps.record.merkle import inclusion_proof, leaf_hash, root_of
from isthmus.steps.record.proof import HEADER, read_proof, write_proof

KEY = read_signer(SIGNER)


def entry(number: int) -> bytes:
    return b'{"kind":"send.opened","seq":%d}' % number


def proof(seq: int, size: int) -> str:
    leaves = [leaf_hash(entry(number)) for number in range(size)]
    return write_proof(entry(seq), seq, inclusion_proof(leaves, seq), signed("test.local", size, root_of(leaves), KEY))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 33])
def test_every_entry_is_proven_under_the_key_of_the_log(size: int) -> None:
    for seq in range(size):
        found = read_proof(proof(seq, size))
        assert (found.seq, found.entry, found.checkpoint.size) == (seq, entry(seq), size)
        assert is_signed_by(found.checkpoint, Verifier(name="test.local", key=public_bytes(KEY)))
        assert not is_signed_by(found.checkpoint, Verifier(name="test.local", key=bytes(32)))


def test_another_entry_number_or_log_is_not_proven() -> None:
    text = proof(5, 9)
    other = base64.b64encode(entry(6)).decode()
    own = base64.b64encode(entry(5)).decode()
    for bad in (text.replace(own, other), text.replace("index 5", "index 4")):
        with pytest.raises(TamperedError):
            read_proof(bad)
    resized = read_proof(text.replace("\n9\n", "\n10\n"))
    assert not is_signed_by(resized.checkpoint, Verifier(name="test.local", key=public_bytes(KEY)))


@pytest.mark.parametrize("bad", ["", HEADER, f"{HEADER}\n\n", "x" * 99, "\n" * 99])
def test_what_is_no_proof_is_said_to_be_none(bad: str) -> None:
    with pytest.raises(TamperedError, match="not a"):
        read_proof(bad)


def test_no_line_of_a_proof_may_be_missing_or_changed() -> None:
    lines = proof(5, 9).split("\n")
    head = lines.index("")
    for at in range(head):
        for changed in ([], [lines[at][:-2]], [lines[at], lines[at]], ["?" + lines[at]]):
            with pytest.raises(TamperedError):
                read_proof("\n".join([*lines[:at], *changed, *lines[at + 1 :]]))
