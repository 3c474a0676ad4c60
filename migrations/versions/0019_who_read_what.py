"""who read what of a person's"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "readings",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("evidence_id", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.String(), nullable=True),
        sa.Column("whose", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "reader", "part", "evidence_id", "on_day"),
    )
    op.create_index("readings_by_number", "readings", ["number"], unique=True)
    op.create_index("readings_of_person", "readings", ["whose", "number"])
    op.create_index("readings_by_body", "readings", ["body", "number"])
