"""The one schema, on SQLite and PostgreSQL.

Only `entries`, `checkpoints` and `registry` are evidence and never change once written. The rest is derived from what
was recorded and is kept so that nothing has to be counted anew: the tip of the tree, open sends, persons and tallies.
A change of this file comes with a file in `migrations/versions/`; a test holds the two equal.
"""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()


def _id(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, autoincrement=False, nullable=False)


def _text(name: str, *, key: bool = False, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=null)


def _bytes(name: str, *, key: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, primary_key=key, nullable=False)


# Evidence: canonical bytes, leaf hash, and the root of the tree that ends with this entry.
ENTRIES = sa.Table(
    "entries",
    METADATA,
    _id("seq", key=True),
    _bytes("leaf"),
    _bytes("root"),
    _bytes("body"),
    _text("call"),
    sa.Index("entries_call", "call", sqlite_where=sa.text("call <> ''"), postgresql_where=sa.text("call <> ''")),
)
CHECKPOINTS = sa.Table("checkpoints", METADATA, _id("size", key=True), _text("at"), _text("note"))
REGISTRY = sa.Table(
    "registry",
    METADATA,
    _id("seq", key=True),
    _text("at"),
    _text("author"),
    _text("what"),
    _text("id"),
    _text("content"),
    sa.Index("registry_id", "what", "id"),
)
# The size of the log, the peaks of its tree, and the next free numbers.
TIP = sa.Table(
    "tip", METADATA, _id("id", key=True), _id("size"), _bytes("peaks"), _id("next_person"), _id("next_scope")
)
INSTANCES = sa.Table(
    "instances", METADATA, _id("number", key=True), _text("id"), _text("started"), _text("ended", null=True)
)
OPEN_SENDS = sa.Table(
    "open_sends",
    METADATA,
    _text("send", key=True),
    _text("call"),
    _id("instance"),
    sa.Index("open_sends_instance", "instance"),
)
PERSON_KEYS = sa.Table("person_keys", METADATA, _text("entity", key=True), _text("key_id"), _text("since"))
IDENTIFIERS = sa.Table(
    "identifiers",
    METADATA,
    _bytes("digest", key=True),
    _text("entity"),
    _id("person"),
    sa.Index("identifiers_person", "person"),
    sqlite_with_rowid=False,
)
# Within what persons are distinct; `categories` strongest first; `as_of` is the last day of a rolling window.
SCOPES = sa.Table(
    "scopes",
    METADATA,
    _id("id", key=True),
    _text("entity"),
    _text("scheme"),
    _text("period"),
    _text("counterparty"),
    _text("categories"),
    _text("as_of"),
    _text("tallies"),
    sa.UniqueConstraint("entity", "scheme", "period", "counterparty", name="scopes_key"),
)
COUNTED = sa.Table(
    "counted",
    METADATA,
    _id("person", key=True),
    _id("scope", key=True),
    _text("category", key=True),
    _text("day"),
    sa.Index("counted_day", "scope", "day", sqlite_where=sa.text("day <> ''"), postgresql_where=sa.text("day <> ''")),
    sqlite_with_rowid=False,
)
UNRESOLVED = sa.Table(
    "unresolved",
    METADATA,
    _id("scope", key=True),
    _text("conversation", key=True),
    _id("names"),
    _text("day"),
    sqlite_with_rowid=False,
)
# What came into a named conversation of a key that may re-export; `classes` is JSON, null where unread.
JOINED = sa.Table(
    "joined",
    METADATA,
    _text("conversation", key=True),
    _text("origin", key=True),
    _text("classes", key=True),
    _text("entity"),
    _text("at"),
    sqlite_with_rowid=False,
)
# Responses that are kept at home for a while; `caller` is a key's id, `body` is sealed by the entity's key.
KEPT = sa.Table(
    "kept",
    METADATA,
    _text("id", key=True),
    _text("entity"),
    _text("caller"),
    _text("conversation"),
    _text("until"),
    _bytes("body"),
    sa.Index("kept_until", "until"),
)
