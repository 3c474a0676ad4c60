"""people who come by themselves, and what they have read"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "messages_unread", "messages", ["account_id", "number"], postgresql_where=sa.text("read_at IS NULL")
    )
    for name in ("issuer", "subject", "kind", "organisation", "contact"):
        op.add_column("accounts", sa.Column(name, sa.String(), nullable=True))
    op.create_index(
        "accounts_of_issuer",
        "accounts",
        ["issuer", "subject"],
        unique=True,
        postgresql_where=sa.text("subject IS NOT NULL"),
    )
    op.create_table(
        "invitations",
        sa.Column("account_id", sa.String(), sa.ForeignKey("accounts.account_id"), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.create_index("invitations_of_issuer", "invitations", ["issuer"])
    op.create_table(
        "logins_under_way",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remembered", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.add_column("sessions", sa.Column("id_token", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("sessions", "id_token")
    op.drop_table("logins_under_way")
    op.drop_table("invitations")
    op.drop_index("accounts_of_issuer", "accounts")
    for name in ("contact", "organisation", "kind", "subject", "issuer"):
        op.drop_column("accounts", name)
    op.drop_index("messages_unread", "messages")
    op.drop_column("messages", "read_at")
