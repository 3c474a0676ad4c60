"""chains over log and inbox; what is there already is adopted, and the record says so"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from activities.proof.adopting import adopt

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("events", "acts"):
        op.add_column(table, sa.Column("hash", sa.String(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("head", sa.String(), nullable=False, server_default=""))
    op.add_column("acts", sa.Column("files", JSONB(), nullable=True))
    op.add_column("acts", sa.Column("content_digest", sa.String(), nullable=True))
    op.add_column("acts", sa.Column("content_salt", sa.String(), nullable=True))
    op.create_table(
        "chain_adoptions",
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("acts", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("adopted_at"),
    )
    op.create_table(
        "erasures",
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("what", "id"),
    )
    op.create_table(
        "signed_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "signed_heads",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("acts", sa.Integer(), nullable=False),
        sa.Column("acts_head", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("path", sa.ARRAY(sa.String()), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "day"),
    )
    adopt(op.get_bind())


def downgrade() -> None:
    for table in ("signed_heads", "signed_days", "erasures", "chain_adoptions"):
        op.drop_table(table)
    for name in ("content_salt", "content_digest", "files", "hash"):
        op.drop_column("acts", name)
    op.drop_column("events", "hash")
    op.drop_column("cases", "head")
