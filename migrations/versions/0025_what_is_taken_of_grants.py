"""what is taken of a grant because of how data was used, and what is public of it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "curtailments",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("grant_case_id", sa.String(), nullable=False),
        sa.Column("effect", sa.String(), nullable=False),
        sa.Column("data_items", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("access_mode", sa.String(), nullable=True),
        sa.Column("misuse", sa.String(), nullable=True),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("body", "stage", "outcome", "source", "article", "basis")
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=True)
            for name in ("ended_at", "made_public_at", "corrected_at")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.ForeignKeyConstraint(["grant_case_id"], ["cases.case_id"]),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_index(
        "curtailments_in_force",
        "curtailments",
        ["grant_case_id"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "curtailments_made_public",
        "curtailments",
        ["city", "made_public_at"],
        postgresql_where=sa.text("made_public_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("curtailments")
