"""a case keeps data back in more than one way"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "restrictions",
        sa.Column("except_items", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.drop_constraint("restrictions_pkey", "restrictions")
    op.create_primary_key("restrictions_pkey", "restrictions", ["case_id", "kind"])
