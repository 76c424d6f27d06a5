"""Which registered key a request carries. Messages never repeat what was sent."""

from __future__ import annotations

from collections.abc import Mapping

from isthmus.errors import ForbiddenError, UnauthorisedError
from isthmus.registry.keys import Key, digest

REMEDY = "send a key made by `isthmus keys new` as `Authorization: Bearer isk_...`"


def authenticate(headers: Mapping[str, str], keys: Mapping[str, Key], *, today: str) -> Key:
    """The key of a request, by its hash; raises `UnauthorisedError` for none, an unknown or an expired one."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    secret = secret.strip() if scheme.lower() == "bearer" else ""
    if not secret:
        raise UnauthorisedError("no key was sent", remedy=REMEDY)
    key = keys.get(digest(secret))
    if key is None:
        raise UnauthorisedError("the key is not known, or was revoked", remedy=REMEDY)
    if key.expires is not None and key.expires < today:
        raise UnauthorisedError(f"the key expired on {key.expires}", remedy="ask for a new one")
    return key


def may_name(key: Key, model: str) -> None:
    """Raise `ForbiddenError` unless the key may ask for this model, alias or deployment."""
    if key.models and model not in key.models:
        raise ForbiddenError(
            "the key may not ask for this model", where="model", remedy=f"it may ask for {', '.join(key.models)}"
        )
