"""each case and each file names the key under which what is personal in it is sealed; what is there stays plain"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("key_id", sa.String(), nullable=True))
    op.add_column("evidence", sa.Column("key_id", sa.String(), nullable=True))
    op.add_column("accounts", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("accounts", "erased_at")
    op.drop_column("evidence", "key_id")
    op.drop_column("cases", "key_id")
