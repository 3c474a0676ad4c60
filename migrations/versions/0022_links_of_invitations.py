"""links of invitations, and accounts that are opened again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invitations", sa.Column("token_digest", sa.String(), nullable=True))
    op.create_index(
        "invitations_by_link",
        "invitations",
        ["token_digest"],
        unique=True,
        postgresql_where=sa.text("token_digest IS NOT NULL"),
    )
    op.create_index(
        "account_record_of_reopening",
        "account_record",
        ["account_id", "number"],
        postgresql_where=sa.text("what = 'account_reopened'"),
    )


def downgrade() -> None:
    op.drop_index("account_record_of_reopening", "account_record")
    op.drop_index("invitations_by_link", "invitations")
    op.execute("delete from invitations where token_digest is not null")
    op.drop_column("invitations", "token_digest")
