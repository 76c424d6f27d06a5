"""The key file of documents that were protected outside the gateway: a secret, and sealed with it the way back.

    {"isthmus_key_file": 1, "secret": ..., "nonce": ..., "sealed": ...}        base64; AES-256-GCM (NIST SP 800-38D)

Pseudonyms are derived with one key from the secret, the way back is sealed with another (HKDF-SHA256, RFC 5869).
Whoever has the file can bring its documents back; without it nothing in them can be. It is written before the document
is, in one go, and is for its owner only. A file that stands beside it while one works (`.new`) keeps others out.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from isthmus.errors import MalformedError
from isthmus.steps.transform import Issued

VERSION = 1
_SECRET, _NONCE = 32, 12
_REMEDY = "give the key file that the document was protected with"


class KeyFile(msgspec.Struct, frozen=True):
    """What a key file holds: its secret, what was issued so far, and the type words of those kinds by language."""

    secret: bytes
    issued: tuple[Issued, ...] = ()
    words: dict[str, dict[str, str]] = {}

    def __repr__(self) -> str:
        return f"KeyFile({len(self.issued)} pseudonyms)"

    @property
    def pseudonyms(self) -> bytes:
        """The key that pseudonyms are derived with."""
        return _derived(self.secret, "pseudonyms")


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    isthmus_key_file: int
    secret: bytes
    nonce: bytes
    sealed: bytes


class _Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    issued: tuple[Issued, ...]
    words: dict[str, dict[str, str]]


def new_key_file() -> KeyFile:
    """A key file with a new secret, of which nothing was issued yet."""
    return KeyFile(os.urandom(_SECRET))


def read_key_file(file: Path) -> KeyFile:
    """The key file at a path; raises `MalformedError` where it is none, or was damaged."""
    where = str(file)
    try:
        written = msgspec.json.decode(file.read_bytes(), type=_Written)
    except OSError as error:
        raise MalformedError(f"cannot be read: {error.strerror}", where=where, remedy=_REMEDY) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise MalformedError("is no key file, or was damaged", where=where, remedy=_REMEDY) from None
    if written.isthmus_key_file != VERSION:
        raise MalformedError(
            f"is a key file of form {written.isthmus_key_file}, expected {VERSION}", where=where, remedy=_REMEDY
        )
    try:
        sealed = _cipher(written.secret).decrypt(written.nonce, written.sealed, None)
        found = msgspec.json.decode(sealed, type=_Sealed)
    except (InvalidTag, ValueError):  # a nonce of another length is a ValueError
        raise MalformedError(
            "the key file was damaged: its seal does not fit", where=where, remedy="take it from a backup"
        ) from None
    return KeyFile(written.secret, found.issued, found.words)


@contextlib.contextmanager
def held(file: Path) -> Iterator[Path]:
    """Keep others from a key file while it is read and written; gives the place that `write_key_file` writes to."""
    fresh = file.with_name(f"{file.name}.new")
    try:
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise MalformedError(
            "another process is at work with this key file", where=str(file), remedy=f"wait for it, or remove {fresh}"
        ) from None
    try:
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)


def write_key_file(file: Path, fresh: Path, key: KeyFile) -> None:
    """Put a key file in its place, whole or not at all, for its owner only."""
    nonce = os.urandom(_NONCE)
    sealed = _cipher(key.secret).encrypt(nonce, msgspec.json.encode(_Sealed(key.issued, key.words)), None)
    written = msgspec.json.encode(_Written(VERSION, key.secret, nonce, sealed))
    with fresh.open("wb") as out:
        out.write(written + b"\n")
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)


def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(_derived(secret, "seal"))


def _derived(secret: bytes, use: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"isthmus/key file/{use}".encode()).derive(secret)
