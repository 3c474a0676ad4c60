"""at which interval a grantee owes reports on use, and when the next is owed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("grants", sa.Column("report_days", sa.Integer(), nullable=True))
    op.add_column("grants", sa.Column("next_report_on", sa.Date(), nullable=True))
    op.create_index(
        "grants_to_report_on",
        "grants",
        ["next_report_on"],
        postgresql_where=sa.text("next_report_on IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("grants_to_report_on", "grants")
    op.drop_column("grants", "next_report_on")
    op.drop_column("grants", "report_days")
