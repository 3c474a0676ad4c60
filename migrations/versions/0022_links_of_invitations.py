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
    op.add_column("accounts", sa.Column("reopened_because", sa.String(), nullable=True))
    op.add_column("accounts", sa.Column("reopened_by", sa.String(), nullable=True))
    op.add_column("accounts", sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("reopened_at", "reopened_by", "reopened_because"):
        op.drop_column("accounts", name)
    op.drop_index("invitations_by_link", "invitations")
    op.execute("delete from invitations where token_digest is not null")
    op.drop_column("invitations", "token_digest")
