"""The first schema: entries, checkpoints, registry, persons and their counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def upgrade() -> None:
    """Make every table."""
    _evidence()
    _derived()
    _persons()
    tip = sa.table("tip", *(sa.column(name) for name in ("id", "size", "peaks", "next_person", "next_scope")))
    op.execute(sa.insert(tip).values(id=1, size=0, peaks=b"", next_person=1, next_scope=1))


def _evidence() -> None:
    op.create_table(
        "entries",
        _number("seq"),
        _bytes("leaf"),
        _bytes("root"),
        _bytes("body"),
        _text("call"),
        sa.PrimaryKeyConstraint("seq"),
    )
    named = sa.text("call <> ''")
    op.create_index("entries_call", "entries", ["call"], sqlite_where=named, postgresql_where=named)
    op.create_table("checkpoints", _number("size"), _text("at"), _text("note"), sa.PrimaryKeyConstraint("size"))
    op.create_table(
        "registry",
        _number("seq"),
        _text("at"),
        _text("author"),
        _text("what"),
        _text("id"),
        _text("content"),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("registry_id", "registry", ["what", "id"])


def _derived() -> None:
    op.create_table(
        "tip",
        _number("id"),
        _number("size"),
        _bytes("peaks"),
        _number("next_person"),
        _number("next_scope"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "instances",
        _number("number"),
        _text("id"),
        _text("started"),
        _text("ended", null=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table("open_sends", _text("send"), _text("call"), _number("instance"), sa.PrimaryKeyConstraint("send"))
    op.create_index("open_sends_instance", "open_sends", ["instance"])


def _persons() -> None:
    op.create_table("person_keys", _text("entity"), _text("key_id"), _text("since"), sa.PrimaryKeyConstraint("entity"))
    op.create_table(
        "identifiers",
        _bytes("digest"),
        _text("entity"),
        _number("person"),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_with_rowid=False,
    )
    op.create_index("identifiers_person", "identifiers", ["person"])
    key = ("entity", "scheme", "period", "counterparty")
    op.create_table(
        "scopes",
        _number("id"),
        *(_text(name) for name in key),
        _text("categories"),
        _text("as_of"),
        _text("tallies"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(*key, name="scopes_key"),
    )
    op.create_table(
        "counted",
        _number("person"),
        _number("scope"),
        _text("category"),
        _text("day"),
        sa.PrimaryKeyConstraint("person", "scope", "category"),
        sqlite_with_rowid=False,
    )
    dated = sa.text("day <> ''")
    op.create_index("counted_day", "counted", ["scope", "day"], sqlite_where=dated, postgresql_where=dated)
    op.create_table(
        "unresolved",
        _number("scope"),
        _text("conversation"),
        _number("names"),
        _text("day"),
        sa.PrimaryKeyConstraint("scope", "conversation"),
        sqlite_with_rowid=False,
    )
