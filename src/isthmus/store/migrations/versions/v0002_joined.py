"""Conversations remember what data joined them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    names = ("conversation", "origin", "classes", "entity", "at")
    op.create_table(
        "joined",
        *(sa.Column(name, sa.Text, nullable=False) for name in names),
        sa.PrimaryKeyConstraint("conversation", "origin", "classes"),
        sqlite_with_rowid=False,
    )
