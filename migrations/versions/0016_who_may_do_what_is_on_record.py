"""who may do what is on record, is confirmed by a second administrator, and tokens can be revoked"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NEVER_CHANGED = """
create function account_record_is_never_changed() returns trigger language plpgsql as $$
begin
  raise exception 'account_record is only added to';
end $$
"""
ON_CHANGE = """
create trigger never_changed before update or delete or truncate on account_record
for each statement execute function account_record_is_never_changed()
"""


def upgrade() -> None:
    op.add_column("accounts", sa.Column("tokens_since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "revoked_tokens",
        sa.Column("account_id", sa.String(), sa.ForeignKey("accounts.account_id"), nullable=False),
        sa.Column("jti", sa.String(), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "jti"),
    )
    op.create_index("revoked_tokens_by_end", "revoked_tokens", ["until_at"])
    op.create_table(
        "account_record",
        sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("by_account", sa.String(), nullable=True),
        sa.Column("by_command", sa.String(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("details", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("account_record_of_account", "account_record", ["account_id", "number"])
    op.create_table(
        "account_record_addresses",
        sa.Column("number", sa.BigInteger(), sa.ForeignKey("account_record.number"), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("account_record_addresses_by_end", "account_record_addresses", ["until_at"])
    op.create_table(
        "role_proposals",
        sa.Column("proposal_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), sa.ForeignKey("accounts.account_id"), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=True),
        sa.Column("by_command", sa.String(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("proposal_id"),
    )
    op.create_index(
        "role_proposals_waiting",
        "role_proposals",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.execute(NEVER_CHANGED)
    op.execute(ON_CHANGE)


def downgrade() -> None:
    for table in ("role_proposals", "account_record_addresses", "account_record", "revoked_tokens"):
        op.drop_table(table)
    op.execute("drop function account_record_is_never_changed")
    op.drop_column("accounts", "tokens_since")
