"""how often somebody calls, in tables that need not outlive a crash; what is to be said of a file of evidence"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rate_buckets",
        sa.Column("bucket", sa.String(), nullable=False),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bucket"),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "rate_refusals",
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("what"),
        prefixes=["UNLOGGED"],
    )
    op.add_column("evidence", sa.Column("cautions", sa.ARRAY(sa.String()), nullable=False, server_default="{}"))
    op.add_column("evidence", sa.Column("scan", sa.String(), nullable=False, server_default="not_scanned"))
    op.add_column("evidence", sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "evidence_not_scanned", "evidence", ["uploaded_at"], postgresql_where=sa.text("scan = 'not_scanned'")
    )


def downgrade() -> None:
    op.drop_index("evidence_not_scanned", "evidence")
    for name in ("scanned_at", "scan", "cautions"):
        op.drop_column("evidence", name)
    op.drop_table("rate_refusals")
    op.drop_table("rate_buckets")
