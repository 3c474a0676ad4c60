"""since when a feed is what it is"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    served = postgresql.JSONB(astext_type=sa.Text())
    op.add_column("feeds", sa.Column("served", served, server_default=sa.text("'{}'::jsonb"), nullable=False))


def downgrade() -> None:
    op.drop_column("feeds", "served")
