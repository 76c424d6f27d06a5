"""Checkpoints are signed notes that other tools of transparency logs read."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from isthmus.errors import ConfigError, TamperedError
from isthmus.steps.record import new_signer
from isthmus.steps.record.checkpoint import (
    is_signed_by,
    parse,
    public_bytes,
    read_signer,
    read_verifier,
    signed,
    verifier_key,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ROOT = hashlib.sha256(b"root").digest()
NOTE = signed("log.example/ledger", 42, ROOT, KEY)


def test_the_form_is_that_of_the_specification():
    """Origin, size, root, an empty line, and a signature line that begins with an em dash; ids as specified."""
    origin, size, root, empty, line, rest = NOTE.split("\n")
    assert (origin, size, base64.b64decode(root), empty, rest) == ("log.example/ledger", "42", ROOT, "", "")
    assert line.startswith("\u2014 log.example/ledger ")
    data = base64.b64decode(line.rsplit(" ", 1)[1])
    assert len(data) == 4 + 64
    assert data[:4] == hashlib.sha256(b"log.example/ledger\n\x01" + public_bytes(KEY)).digest()[:4]
    KEY.public_key().verify(data[4:], NOTE.rpartition("\u2014")[0].removesuffix("\n").encode())


@pytest.mark.parametrize("form", ["line", "private", "public"])
def test_a_key_is_read_in_each_of_its_forms(form: str):
    """A verifier-key line, a private PEM and a public PEM all verify the note."""
    data = {
        "line": verifier_key("log.example/ledger", KEY).encode(),
        "private": KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        "public": KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    }[form]
    assert is_signed_by(parse(NOTE), read_verifier(data))


def test_another_key_or_another_text_does_not_verify():
    """A changed size, a foreign key and a foreign name are noticed."""
    key = read_verifier(verifier_key("log.example/ledger", KEY).encode())
    assert not is_signed_by(parse(NOTE.replace("\n42\n", "\n43\n")), key)
    assert not is_signed_by(parse(NOTE), read_verifier(new_signer()))
    assert not is_signed_by(parse(NOTE), read_verifier(verifier_key("other", KEY).encode()))
    cosigned = NOTE + "\u2014 witness.example " + base64.b64encode(b"x" * 76).decode() + "\n"
    assert is_signed_by(parse(cosigned), key)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "x",
        NOTE.rstrip("\n"),
        NOTE.replace("\n42\n", "\n042\n"),
        NOTE.replace("\n42\n", "\n-1\n"),
        NOTE.replace("\n42\n", "\n٤٢\n"),
        NOTE.replace("\u2014 ", "- "),
        NOTE.replace("log.example/ledger\n42", "\n42"),
        NOTE.replace(base64.b64encode(ROOT).decode(), "AAAA"),
    ],
)
def test_what_is_no_checkpoint_is_said_so(note: str):
    """A broken note is an error, never a checkpoint of something else."""
    with pytest.raises(TamperedError):
        parse(note)


def test_a_key_of_another_kind_is_refused():
    """Only Ed25519 signs; the message never holds the key."""
    other = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for bad in (b"", b"secret", other):
        with pytest.raises(ConfigError) as caught:
            read_signer(bad)
        assert "secret" not in str(caught.value)
    for bad in (b"", b"a+b+c", other, verifier_key("a", KEY).replace("a+", "b+", 1).encode()):
        with pytest.raises(ConfigError):
            read_verifier(bad)
