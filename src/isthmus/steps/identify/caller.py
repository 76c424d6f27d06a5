"""What a key's registration and a call's wishes say together about the caller."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any, get_args

from isthmus.errors import ForbiddenError, MalformedError
from isthmus.exchange import Caller, Slot
from isthmus.registry.acts import EVIDENCE, INSTRUMENTS
from isthmus.registry.keys import ChoiceName, Key

ABROAD = "abroad"
UNKNOWN = "unknown"  # what a registered fact without a default is until a call states it
# those of the choices that decisions would otherwise take for the schema's own default
FACTS = frozenset({"audience", "origin", "subjects", "transaction"})
CHOICES: frozenset[str] = frozenset(get_args(ChoiceName))
ATTESTED: dict[str, str] = {
    "persons": "persons",
    "persons_sensitive": "persons",
    "persons_by_category": "persons",
    "consents": "consents",
    "instruments": "instruments",
}
# the names that decisions know for what is stated in lists
NAMES: dict[str, frozenset[str]] = {"consents": EVIDENCE, "instruments": INSTRUMENTS}


def caller_of(key: Key, wishes: Mapping[str, Any], slots: tuple[Slot, ...], secret: bytes) -> Caller:
    """The caller; `secret` keys the hash of an unnamed conversation.

    Raises `ForbiddenError` for a value outside what the key registers, or a statement that it may not attest, and
    `MalformedError` for a consent or instrument that no decision knows, and where a key for re-export does not name its
    conversation.
    """
    attested = {name: wishes[name] for name in ATTESTED if name in wishes}
    for name, stated in attested.items():
        if ATTESTED[name] not in key.attests:
            raise ForbiddenError(
                f"the key may not attest `{name}`", where=f"isthmus.{name}", remedy="register it with `attests`"
            )
        _known(name, stated)
    named = wishes.get("conversation", "")
    if key.reexport and not named:
        raise MalformedError(
            "this key re-exports data and must name its conversations",
            where="isthmus.conversation",
            remedy="send x-isthmus-conversation",
        )
    chosen = _chosen(key, wishes)
    return Caller(
        key_id=key.id,
        entity=key.entity,
        team=key.team,
        chosen=chosen,
        attested=attested,
        attested_by=key.id if attested else "",
        media=tuple((row.medium, row.by) for row in key.media if row.purpose == chosen.get("purpose")),
        conversation=_conversation(key.id, named, slots, secret),
        conversation_named=bool(named),
        reexports=key.reexport or any(row.fact == "origin" and ABROAD in row.values for row in key.choices),
        located_in=key.located_in,
        clean_scan=key.clean_scan,
        min_quality=max(key.min_quality, wishes.get("min_quality", key.min_quality)),
        strict=wishes.get("strict", False),
    )


def _known(name: str, stated: Any) -> None:
    known = NAMES.get(name)
    if known is not None and not known.issuperset(stated):
        raise MalformedError(
            f"`{name}` holds a name that no decision knows, so it would count for nothing",
            where=f"isthmus.{name}",
            remedy=f"known: {', '.join(sorted(known))}",
        )


def _chosen(key: Key, wishes: Mapping[str, Any]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for choice in key.choices:
        if choice.default is not None or choice.fact in FACTS:
            chosen[choice.fact] = UNKNOWN if choice.default is None else choice.default
    for name in sorted(CHOICES & wishes.keys()):
        allowed = next((choice.values for choice in key.choices if choice.fact == name), ())
        if wishes[name] not in allowed:
            raise ForbiddenError(
                f"the key does not allow this value of `{name}`",
                where=f"isthmus.{name}",
                remedy=f"allowed: {', '.join(allowed) or 'none: register it for the key'}",
            )
        chosen[name] = wishes[name]
    return chosen


def _conversation(key_id: str, named: str, slots: tuple[Slot, ...], secret: bytes) -> str:
    """The keyed hash of (key, name), or of (key, system prompt, first user message); never across keys."""
    parts = ("named", named) if named else ("derived", _first(slots, "system"), _first(slots, "user"))
    text = "\x00".join((key_id, *parts)).encode("utf-8", "surrogatepass")
    return hmac.digest(secret, text, "sha256").hex()[:32]


def _first(slots: tuple[Slot, ...], role: str) -> str:
    """The text of the first message of that role: all its slots, in order."""
    for number, slot in enumerate(slots):
        if slot.role == role:
            message = "/".join(slot.pointer.split("/")[:3])
            below = f"{message}/"
            return "\x1f".join(s.text for s in slots[number:] if s.pointer.startswith(below) or s.pointer == message)
    return ""
