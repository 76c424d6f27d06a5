"""An exact list: values of an enterprise's own people, held only as keyed hashes.

    {"isthmus_exact": 1, "salt": ..., "nonce": ..., "sealed": ..., "mac": ...}     one line of JSON, base64
    65537 numbers of 32 bits: where the hashes begin that share their first 16 bits
    the hashes, 64 bits each, in their order                                       little-endian

A hash is the first 8 bytes of SHA-256 over a block that holds the key, and the value; keys are derived from the
operator's secret (HKDF-SHA256, RFC 5869). `sealed` (AES-256-GCM) says how names begin and how long they are. Without
the secret a value cannot be tried; a value that is not in the list matches by chance once in four million millions.
"""

from __future__ import annotations

import hashlib
import hmac
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from isthmus.errors import CatalogError

VERSION, MIN_SECRET = 1, 32
_BUCKETS = 1 << 16
_BLOCK = 64
_LITTLE = sys.byteorder == "little"


class Outline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What names look like: the first characters and lengths of those in Han script, the most words of others."""

    first: str
    lengths: tuple[int, ...]
    words: int


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    isthmus_exact: int
    salt: bytes
    nonce: bytes
    sealed: bytes
    mac: bytes


class Hasher:
    """Hashes values with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._begun = hashlib.sha256(key.ljust(_BLOCK, b"\0"))

    def __reduce__(self) -> tuple[Any, ...]:
        """Begin anew with the key."""
        return Hasher, (self._key,)

    def __call__(self, field: str, value: str) -> int:
        """The hash of a value of a field, a number of 64 bits."""
        digest = self._begun.copy()
        digest.update(f"{field}\0{value}".encode("utf-8", "surrogatepass"))
        return int.from_bytes(digest.digest()[:8], "big")


class ExactList:
    """The hashes in their order; shared by threads, picklable. It prints none of them."""

    def __init__(self, hasher: Hasher, outline: Outline, starts: array[int], hashes: array[int], version: str) -> None:
        self.hasher, self.outline, self.version = hasher, outline, version
        self._starts, self._hashes = starts, hashes

    def __repr__(self) -> str:
        return f"ExactList({len(self._hashes)} values)"

    def __reduce__(self) -> tuple[Any, ...]:
        """Its parts."""
        return ExactList, (self.hasher, self.outline, self._starts, self._hashes, self.version)

    def __len__(self) -> int:
        return len(self._hashes)

    def holds(self, field: str, value: str) -> bool:
        """Whether the list has this value, in its one spelling, in a field."""
        number = self.hasher(field, value)
        bucket = number >> 48
        end = self._starts[bucket + 1]
        place = bisect_left(self._hashes, number, self._starts[bucket], end)
        return place < end and self._hashes[place] == number


def sorted_hashes(numbers: Iterable[int]) -> tuple[array[int], array[int]]:
    """Where the hashes begin that share their first 16 bits, and the hashes in their order, each once."""
    buckets: list[array[int]] = [array("Q") for _ in range(_BUCKETS)]
    for number in numbers:
        buckets[number >> 48].append(number)
    hashes, starts = array("Q"), array("I", [0])
    for bucket in buckets:
        hashes.extend(sorted(set(bucket)))
        starts.append(len(hashes))
    return starts, hashes


def make(parts: tuple[array[int], array[int]], outline: Outline, secret: str, *, salt: bytes, nonce: bytes) -> bytes:
    """The file of `sorted_hashes` that `hasher_of` made for the same secret and salt."""
    body = b"".join(map(_bytes, parts))
    sealed = AESGCM(_derived(secret, salt, "seal")).encrypt(nonce, msgspec.json.encode(outline), None)
    head = _Head(VERSION, salt, nonce, sealed, _mac(secret, salt, body))
    return msgspec.json.encode(head) + b"\n" + body


def read(data: bytes, secret: str, where: str) -> ExactList:
    """The list in a file; raises `CatalogError` where it is none, was damaged, or has another secret."""
    line, _, body = data.partition(b"\n")
    try:
        head = msgspec.json.decode(line, type=_Head)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise CatalogError("is no exact list", where=where, remedy="make one with `isthmus match build`") from None
    if head.isthmus_exact != VERSION:
        raise CatalogError(f"is an exact list of form {head.isthmus_exact}, expected {VERSION}", where=where)
    try:
        opened = AESGCM(_derived(secret, head.salt, "seal")).decrypt(head.nonce, head.sealed, None)
        outline = msgspec.json.decode(opened, type=Outline)
    except (InvalidTag, ValueError):
        raise CatalogError(
            "the exact list was made with another secret, or was damaged", where=where, remedy="give its own secret"
        ) from None
    if not hmac.compare_digest(head.mac, _mac(secret, head.salt, body)):
        raise CatalogError("the exact list was damaged", where=where, remedy="make it anew")
    size = 4 * (_BUCKETS + 1)
    version = hashlib.sha256(line).hexdigest()
    return ExactList(hasher_of(secret, head.salt), outline, _array("I", body[:size]), _array("Q", body[size:]), version)


def hasher_of(secret: str, salt: bytes) -> Hasher:
    """What hashes the values of a list; raises `CatalogError` for a secret that is too short to be one."""
    if len(secret) < MIN_SECRET:
        raise CatalogError(
            f"the secret of an exact list is shorter than {MIN_SECRET} characters",
            remedy="make one with `openssl rand -hex 32`",
        )
    return Hasher(_derived(secret, salt, "values"))


def _derived(secret: str, salt: bytes, use: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=f"isthmus/exact/{use}".encode()).derive(secret.encode())


def _mac(secret: str, salt: bytes, body: bytes) -> bytes:
    return hashlib.blake2b(body, key=_derived(secret, salt, "mac"), digest_size=32).digest()


def _bytes(numbers: array[int]) -> bytes:
    if not _LITTLE:
        numbers = array(numbers.typecode, numbers)
        numbers.byteswap()
    return numbers.tobytes()


def _array(kind: str, data: bytes) -> array[int]:
    numbers = array(kind)
    numbers.frombytes(data)
    if not _LITTLE:
        numbers.byteswap()
    return numbers
