"""for which body a case was filed or a grant is held, and how what departments share came to be shared"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.beforehand import is_there

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Mostly both are there, made while everybody wrote (`migrations/beforehand.py`). The column is filled in afterwards
    # (`migrations/filling_after.py`).
    if not is_there(op.get_bind(), "cases", column="for_body"):
        op.add_column("cases", sa.Column("for_body", sa.String(), nullable=True))
    if not is_there(op.get_bind(), "cases", index="cases_for_body"):
        op.create_index(
            "cases_for_body",
            "cases",
            ["for_body", sa.text("received_at DESC"), "case_id"],
            postgresql_where=sa.text("for_body IS NOT NULL"),
        )
    op.add_column("grants", sa.Column("shared", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("grants", "shared")
    op.drop_index("cases_for_body", "cases")
    op.drop_column("cases", "for_body")
