"""Versions of records that were written over, for the view of an earlier moment.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

from orderdesk.store.tables import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was written over before this version is not known; from here on it is."""
    op.create_table(
        "past",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("doc", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", "version"),
    )
    op.create_index("past_by_time", "past", ["changed_at", "until"], unique=False)
