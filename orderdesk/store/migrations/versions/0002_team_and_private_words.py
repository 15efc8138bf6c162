"""Availability of the team, and words of facts where they can be erased.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

from orderdesk.store.tables import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What stands already gets what it meant until now: every weekday, no first or last day."""
    every_day = "[0, 1, 2, 3, 4, 5, 6]"
    op.add_column("person", sa.Column("district", sa.String(), nullable=False, server_default=""))
    op.add_column("person", sa.Column("weekdays", sa.JSON(), nullable=False,
                                      server_default=every_day))  # fmt: skip
    op.add_column("person", sa.Column("since", sa.Date(), nullable=True))
    op.add_column("person", sa.Column("until", sa.Date(), nullable=True))
    op.add_column("person", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    for table in ("case_", "organiser"):
        op.add_column(table, sa.Column("salt", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "private",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_private_subject", "private", ["subject"], unique=False)
    op.create_index("ix_private_made_at", "private", ["made_at"], unique=False)
