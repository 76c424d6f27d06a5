"""Both homes of what an enterprise has, as one immutable value whose hash is in every decision.

What the operator declares is configuration; what acts of people create (keys, instruments, consents) are rows of the
store, append-only. A snapshot is swapped whole when either changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import msgspec

from isthmus.errors import LedgerError
from isthmus.registry.acts import Act
from isthmus.registry.declared import Declared
from isthmus.registry.keys import Key


class Row(Protocol):
    """A row of the registry in the store: `what` is key, act or revoke; `content` is its JSON."""

    @property
    def seq(self) -> int: ...
    @property
    def what(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def content(self) -> Mapping[str, Any]: ...


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What holds now: `keys` by the hash of the key, `acts` by entity; `seq` is the last row of the store in it.

    `homeless` are keys of an entity that is not declared: nobody is known by them.
    """

    declared: Declared
    keys: dict[str, Key]
    acts: dict[str, tuple[Act, ...]]
    seq: int
    version: str
    homeless: tuple[Key, ...] = ()

    def __repr__(self) -> str:
        return f"Snapshot({self.version[:12]})"


def snapshot(declared: Declared, rows: Iterable[Row], *, versions: tuple[str, ...] = ()) -> Snapshot:
    """The snapshot of a configuration and the store's rows; `versions` are those of the rules and the scanner.

    Raises `LedgerError` for a row that is none of this version.
    """
    keys: dict[str, Key] = {}
    acts: dict[str, Act] = {}
    digest = hashlib.sha256("\x00".join((declared.version, *versions)).encode())
    last = 0
    for row in rows:
        last = max(last, row.seq)
        digest.update(msgspec.json.encode((row.seq, row.what, row.id, row.content), order="deterministic"))
        try:
            if row.what == "key":
                keys[row.id] = msgspec.convert(row.content, Key, strict=False)
            elif row.what == "act":
                acts[row.id] = msgspec.convert(row.content, Act, strict=False)
            else:
                {"key": keys, "act": acts}[row.content["what"]].pop(row.id, None)  # type: ignore[attr-defined] # both are dicts
        except (msgspec.ValidationError, KeyError):
            message = f"row {row.seq} of the registry is not understood"
            raise LedgerError(message, remedy="use the version of isthmus that wrote it") from None
    by_entity: dict[str, tuple[Act, ...]] = {}
    for act in acts.values():
        by_entity[act.entity] = (*by_entity.get(act.entity, ()), act)
    return Snapshot(
        declared=declared,
        keys={key.hash: key for key in keys.values() if key.entity in declared.entities},
        acts=by_entity,
        seq=last,
        version=digest.hexdigest(),
        homeless=tuple(key for key in keys.values() if key.entity not in declared.entities),
    )
