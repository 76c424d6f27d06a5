"""Checkpoints: size and root of the log, signed, in the form of C2SP `tlog-checkpoint` (a signed note, Ed25519).

    <origin>
    <size>
    <root, base64>

    — <key name> <base64 of key id and signature>

A verifier key is written `<name>+<key id, hex>+<base64 of 0x01 and the public key>`; the key id is the first four bytes
of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key). See c2sp.org/signed-note and c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from isthmus.errors import ConfigError, TamperedError

_ED25519 = b"\x01"
_MARK = "\u2014 "
_NUMBER = re.compile("0|[1-9][0-9]{0,18}")


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint as read: what it states, the text that was signed, and signatures by key name and key id."""

    origin: str
    size: int
    root: bytes
    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...] = ()


class Verifier(msgspec.Struct, frozen=True, kw_only=True):
    """A public key; an empty name stands for the origin of the checkpoint at hand."""

    name: str
    key: bytes


def key_id(name: str, public: bytes) -> bytes:
    """The four bytes by which a note names a key."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def public_bytes(key: Ed25519PrivateKey | Ed25519PublicKey) -> bytes:
    """The 32 bytes of a public key."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def verifier_key(name: str, key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """The public key in the form that other tools of transparency logs read."""
    public = public_bytes(key)
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(_ED25519 + public).decode()}"


def read_signer(pem: bytes) -> Ed25519PrivateKey:
    """The private key of a PEM file; raises `ConfigError`, never with its content."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(
            "the signer of the ledger is no Ed25519 private key in PEM",
            where="store.signer",
            remedy="make one with `openssl genpkey -algorithm ed25519`",
        )
    return key


def read_verifier(data: bytes) -> Verifier:
    """A public key from a verifier-key line or a PEM file (public or private); raises `ConfigError`."""
    text = data.decode("utf-8", "replace").strip()
    if not text.startswith("-----BEGIN"):
        return _verifier_line(text)
    try:
        key = load_pem_private_key(data, password=None) if "PRIVATE" in text else load_pem_public_key(data)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey | Ed25519PrivateKey):
        raise ConfigError("the key is no Ed25519 key in PEM")
    return Verifier(name="", key=public_bytes(key))


def _verifier_line(text: str) -> Verifier:
    name, _, rest = text.partition("+")
    number, _, encoded = rest.partition("+")
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not name or len(data) != 33 or data[:1] != _ED25519 or key_id(name, data[1:]).hex() != number:
        raise ConfigError("the key is neither PEM nor a verifier key `name+id+base64`")
    return Verifier(name=name, key=data[1:])


def signed(origin: str, size: int, root: bytes, key: Ed25519PrivateKey) -> str:
    """A checkpoint, signed under the origin's name."""
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    signature = key_id(origin, public_bytes(key)) + key.sign(text.encode())
    return f"{text}\n{_MARK}{origin} {base64.b64encode(signature).decode()}\n"


def parse(note: str) -> Checkpoint:
    """A checkpoint from its note; raises `TamperedError` where it is none. Signatures are not checked here."""
    text, _, rest = note.rpartition("\n\n")
    lines = text.split("\n")
    try:
        size, root = lines[1], base64.b64decode(lines[2], validate=True)
        signatures = tuple(_signature(line) for line in rest.removesuffix("\n").split("\n"))
    except (binascii.Error, ValueError, IndexError):
        raise TamperedError("not a signed checkpoint") from None
    if not (lines[0] and _NUMBER.fullmatch(size) and len(root) == 32 and rest.endswith("\n")):
        raise TamperedError("not a signed checkpoint")
    return Checkpoint(origin=lines[0], size=int(size), root=root, text=f"{text}\n", signatures=signatures)


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, gap, encoded = line.removeprefix(_MARK).rpartition(" ")
    data = base64.b64decode(encoded, validate=True)
    if not line.startswith(_MARK) or not gap or len(data) < 5:
        raise ValueError(line)
    return name, data[:4], data[4:]


def is_signed_by(checkpoint: Checkpoint, verifier: Verifier) -> bool:
    """Whether the checkpoint carries a valid signature of that key."""
    name = verifier.name or checkpoint.origin
    for signer, number, signature in checkpoint.signatures:
        if signer == name and number == key_id(name, verifier.key):
            try:
                Ed25519PublicKey.from_public_bytes(verifier.key).verify(signature, checkpoint.text.encode())
            except InvalidSignature:
                return False
            return True
    return False
