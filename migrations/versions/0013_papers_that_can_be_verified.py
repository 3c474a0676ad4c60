"""papers that can be verified"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY_BYTES = 32


def upgrade() -> None:
    keys = op.create_table(
        "paper_keys",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.bulk_insert(keys, [{"number": 1, "key": secrets.token_bytes(KEY_BYTES)}])


def downgrade() -> None:
    op.drop_table("paper_keys")
