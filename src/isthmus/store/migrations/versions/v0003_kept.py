"""Responses can be kept at home for a while."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    names = ("id", "entity", "caller", "conversation", "until")
    op.create_table(
        "kept",
        *(sa.Column(name, sa.Text, nullable=False) for name in names),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("kept_until", "kept", ["until"])
