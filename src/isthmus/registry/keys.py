"""Virtual keys: who may call, for which legal entity, and which facts a call may choose from.

A key is shown once, when it is made; the registry holds its SHA-256 only, which is enough for 256 random bits.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from functools import cache
from typing import Annotated, Literal, get_args, get_type_hints

import msgspec
from msgspec import Meta

from isthmus.config import Fraction, Id
from isthmus.facts import Day, Item, Place, Purpose, Service, UsTransaction

PREFIX = "isk_"
ChoiceName = Literal["purpose", "audience", "basis", "origin", "subjects", "transaction"]
Attestable = Literal["persons", "consents", "instruments"]


class Choice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The values that a call may choose from for one fact, and the one that holds where it does not choose.

    Without a default the fact is unknown until a call states it.
    """

    fact: ChoiceName
    values: Annotated[tuple[str, ...], Meta(min_length=1)]
    default: str | None = None


# Where a choice ends up among the facts; a purpose is a name of the configuration's.
_FACTS: dict[str, tuple[type, str]] = {
    "audience": (Service, "audience"),
    "basis": (Purpose, "basis"),
    "origin": (Item, "origin"),
    "subjects": (Item, "subjects"),
    "transaction": (UsTransaction, "kind"),
}


@cache
def values_of(fact: str) -> tuple[str, ...]:
    """The values that the facts know for a choice; empty for `purpose`, which takes its values from the operator."""
    if fact not in _FACTS:
        return ()
    group, field = _FACTS[fact]
    options = get_args(get_type_hints(group)[field])
    return tuple(value for option in options for value in get_args(option) or (option,) if isinstance(value, str))


class AttestedMedium(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `by` vouches for: media of a kind, which nothing here reads, hold data of nobody when sent for a purpose."""

    medium: Literal["image", "audio", "video", "file", "encoded"]
    purpose: Id
    by: Annotated[str, Meta(min_length=1)]


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A registered key. `models` limits what it may name (empty: all); `expires` is its last day, in UTC.

    `attests` names what its callers may state on their own word; `media` is what is vouched for about media that come
    with it; `clean_scan` is what a complete scan without a finding counts as; `reexport` obliges it to name
    conversations.
    """

    id: Id
    entity: Id
    hash: Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 of the key, in hex")]
    team: str = ""
    choices: tuple[Choice, ...] = ()
    attests: tuple[Attestable, ...] = ()
    media: tuple[AttestedMedium, ...] = ()
    models: tuple[str, ...] = ()
    located_in: Place | None = None
    clean_scan: Literal["none", "unknown"] = "none"
    min_quality: Fraction = Decimal(0)
    reexport: bool = False
    expires: Day | None = None


def digest(secret: str) -> str:
    """The SHA-256 of a key, in lower-case hex: what the registry holds of it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_key(random: bytes) -> str:
    """The text of a key from 32 random bytes."""
    if len(random) != 32:
        raise ValueError("a key needs 32 random bytes")
    return PREFIX + random.hex()
