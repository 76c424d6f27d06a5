"""Tokens of service accounts: a signed statement is changed for a token that lives for an hour (RFC 7523).

Nothing of a call goes to the address that gives tokens; it is part of the credential that the operator chose.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable

import msgspec
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from isthmus.errors import BrokenReplyError, ConfigError
from isthmus.exchange import Value

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
HOUR = 3600
# a token is renewed this many seconds before it ends
EARLY = 120


class Account(Value, frozen=True, kw_only=True):
    """A service account: who it is, its key, and where tokens are given."""

    client_email: str
    private_key: str
    token_uri: str
    private_key_id: str = ""

    def __repr__(self) -> str:
        return f"Account({self.token_uri})"


class Token(msgspec.Struct, frozen=True):
    """A token and the second (Unix time) from which it is no longer used."""

    value: str
    until: float


class _Given(msgspec.Struct):
    access_token: str
    expires_in: float = HOUR


def read_account(credential: str) -> Account:
    """A service account from its key file's JSON; raises `ConfigError`."""
    try:
        account = msgspec.json.decode(credential.encode(), type=Account)
        key = load_pem_private_key(account.private_key.encode(), None)
    except (msgspec.DecodeError, ValueError, TypeError):
        raise ConfigError(
            "this is no key of a service account", remedy="refer to the JSON file: `credential: file:key.json`"
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ConfigError("the key of a service account is an RSA key", remedy="make a new key for the account")
    return account


def statement(account: Account, at: float) -> bytes:
    """What is posted for a token at the second `at`."""
    head = {"alg": "RS256", "typ": "JWT", **({"kid": account.private_key_id} if account.private_key_id else {})}
    claims = {
        "iss": account.client_email,
        "scope": SCOPE,
        "aud": account.token_uri,
        "iat": int(at),
        "exp": int(at) + HOUR,
    }
    text = b".".join(_url_safe(msgspec.json.encode(part)) for part in (head, claims))
    key = load_pem_private_key(account.private_key.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    signed = text + b"." + _url_safe(key.sign(text, padding.PKCS1v15(), SHA256()))
    return f"grant_type={GRANT.replace(':', '%3A')}&assertion=".encode() + signed


class Tokens:
    """The tokens that were given so far; `post` sends a form to an address and gives the body of the answer."""

    def __init__(self, post: Callable[[str, bytes], Awaitable[bytes]]) -> None:
        self._post = post
        self._held: dict[Account, Token] = {}

    async def token(self, account: Account, at: float) -> str:
        """A token that holds at the second `at`; raises `UpstreamError` where none is given."""
        held = self._held.get(account)
        if held is None or at >= held.until:
            data = await self._post(account.token_uri, statement(account, at))
            try:
                given = msgspec.json.decode(data, type=_Given)
            except msgspec.DecodeError:
                raise BrokenReplyError("no token was given for the service account") from None
            held = self._held[account] = Token(given.access_token, at + given.expires_in - EARLY)
        return held.value


def _url_safe(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
