"""The keys derived from an entity's one secret, each for one use (HKDF-SHA256, RFC 5869).

Losing or changing the secret makes person counts unreadable, so the id of the derived key stands beside the counts and
a different one stops the start.
"""

from __future__ import annotations

import hashlib
import hmac

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from isthmus.errors import ConfigError

MIN_CHARACTERS = 32


class EntityKeys(msgspec.Struct, frozen=True, kw_only=True):
    """Derived keys of 32 bytes: for identifiers of persons, for conversations, for kept responses."""

    persons: bytes
    conversations: bytes
    kept: bytes
    persons_id: str

    def __repr__(self) -> str:
        return f"EntityKeys(persons_id={self.persons_id})"


def derive(secret: str, entity: str) -> EntityKeys:
    """The keys of an entity; raises `ConfigError` for a secret that is too short to be one."""
    if len(secret) < MIN_CHARACTERS:
        raise ConfigError(
            f"the secret of entity `{entity}` is shorter than {MIN_CHARACTERS} characters",
            remedy="make one with `openssl rand -hex 32`",
        )

    def key(use: str) -> bytes:
        info = f"isthmus/{entity}/{use}".encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode())

    persons = key("persons")
    return EntityKeys(
        persons=persons,
        conversations=key("conversations"),
        kept=key("kept"),
        persons_id=hmac.new(persons, b"id", hashlib.sha256).hexdigest()[:16],
    )


def conversation_key(keys: EntityKeys, conversation: str) -> bytes:
    """The key that a conversation's pseudonyms are derived with: the same on every worker and after a restart."""
    return hmac.digest(keys.conversations, conversation.encode(), "sha256")
