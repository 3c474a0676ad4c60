"""what those who obtained data think of it: each rating stays as it is, and a later one counts in its place"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0025"
branch_labels = None
depends_on = None

KEY = ("dataset_id", "version", "account_id", "revision")


def upgrade() -> None:
    op.create_table(
        "ratings",
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("scores", postgresql.JSONB(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.dataset_id"]),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"]),
        sa.PrimaryKeyConstraint(*KEY),
    )
    op.create_index("ratings_by_number", "ratings", ["number"], unique=True)
    op.create_index("ratings_of_account", "ratings", ["account_id", "number"])
    op.create_index("ratings_of_city", "ratings", ["city", "number"])
    named = ", ".join(f"'{column}'" for column in KEY)
    op.execute(
        "create trigger rows_stay before update or delete on ratings for each row "
        f"execute function refuse_rewriting({named})"
    )
    op.execute(
        "create trigger all_stay before truncate on ratings for each statement execute function refuse_rewriting()"
    )


def downgrade() -> None:
    op.drop_table("ratings")
