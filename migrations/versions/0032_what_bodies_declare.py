"""what bodies declare outside every procedure, about which data, and what was marked of it since; all of it stays"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

KEYS = {
    "declarations": "'declaration_id'",
    "declared_datasets": "'dataset_id', 'declaration_id'",
    "declaration_marks": "'number'",
}


def upgrade() -> None:
    op.create_table(
        "declarations",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("declaration_id", "city", "kind", "body")),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("grant_case_id", sa.String(), nullable=True),
        sa.Column("says", postgresql.JSONB(), nullable=False),
        sa.Column("request_digest", sa.String(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"]),
        sa.PrimaryKeyConstraint("declaration_id"),
    )
    op.create_index("declarations_of_city", "declarations", ["city", "kind", "number"])
    op.create_table(
        "declared_datasets",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("dataset_id", "declaration_id")),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.dataset_id"]),
        sa.ForeignKeyConstraint(["declaration_id"], ["declarations.declaration_id"]),
        sa.PrimaryKeyConstraint("dataset_id", "declaration_id"),
    )
    op.create_index("datasets_of_declaration", "declared_datasets", ["declaration_id"])
    op.create_table(
        "declaration_marks",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("declaration_id", "mark", "account_id")),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("body", "reason")),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["declaration_id"], ["declarations.declaration_id"]),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("marks_of_declaration", "declaration_marks", ["declaration_id", "number"])
    for table, named in KEYS.items():
        op.execute(
            f"create trigger rows_stay before update or delete on {table} for each row "
            f"execute function refuse_rewriting({named})"
        )
        op.execute(
            f"create trigger all_stay before truncate on {table} for each statement execute function refuse_rewriting()"
        )


def downgrade() -> None:
    for table in reversed(KEYS):
        op.drop_table(table)
