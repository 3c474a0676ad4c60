"""a row says until when the law wants its case filed, and what came later is found"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.beforehand import is_there

revision = "0046"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Mostly both are there, made while everybody wrote (`migrations/beforehand.py`). The column is filled in afterwards
    # (`migrations/filling_after.py`).
    if not is_there(op.get_bind(), "cases", column="wanted_until"):
        op.add_column("cases", sa.Column("wanted_until", sa.DateTime(timezone=True), nullable=True))
    if not is_there(op.get_bind(), "cases", index="cases_filed_late"):
        op.create_index(
            "cases_filed_late",
            "cases",
            ["city", sa.text("received_at DESC"), "case_id"],
            postgresql_where=sa.text("received_at >= wanted_until"),
        )


def downgrade() -> None:
    op.drop_index("cases_filed_late", "cases")
    op.drop_column("cases", "wanted_until")
