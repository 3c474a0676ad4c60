"""names, contacts and channels are sealed under a key of the account; what is there is sealed by the worker's job"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("key_id", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("accounts", "key_id")
