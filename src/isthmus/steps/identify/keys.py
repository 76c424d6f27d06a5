"""Which registered key a request carries. Messages never repeat what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from isthmus.errors import ForbiddenError, MalformedError, UnauthorisedError
from isthmus.registry.keys import Key, digest

REMEDY = "send a key made by `isthmus keys new` as `Authorization: Bearer isk_...`"
# where the SDKs of the dialects put it; each works on every route
HEADERS = ("x-api-key", "x-goog-api-key", "api-key")
MEMBER = "key"


def authenticate(headers: Mapping[str, str], keys: Mapping[str, Key], *, today: str, query: str = "") -> Key:
    """The key of a request, by its hash; raises `UnauthorisedError` for none, an unknown or an expired one.

    Raises `MalformedError` where a request carries two that differ.
    """
    secret = _sent(headers, query)
    if not secret:
        raise UnauthorisedError("no key was sent", remedy=REMEDY)
    key = keys.get(digest(secret))
    if key is None:
        raise UnauthorisedError("the key is not known, or was revoked", remedy=REMEDY)
    not_expired(key, today=today)
    return key


def not_expired(key: Key, *, today: str) -> None:
    """Raise `UnauthorisedError` after the key's last day."""
    if key.expires is not None and key.expires < today:
        raise UnauthorisedError(f"the key expired on {key.expires}", remedy="ask for a new one")


def _sent(headers: Mapping[str, str], query: str) -> str:
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    sent = [bearer if scheme.lower() == "bearer" else "", *(headers.get(name, "") for name in HEADERS)]
    if query:
        sent += parse_qs(query).get(MEMBER, [])
    found = {secret.strip() for secret in sent} - {""}
    if len(found) > 1:
        raise MalformedError("two different keys were sent", where="authorization", remedy="send one key, in one place")
    return found.pop() if found else ""


def may_name(key: Key, model: str) -> None:
    """Raise `ForbiddenError` unless the key may ask for this model, alias or deployment."""
    if key.models and model not in key.models:
        raise ForbiddenError(
            "the key may not ask for this model", where="model", remedy=f"it may ask for {', '.join(key.models)}"
        )
