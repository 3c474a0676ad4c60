"""a case that a sweeper has in hand has a lease, what waits is found lane by lane, and a calendar is locked by name"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

LANES = {"acts_waiting_people": "kind <> 'apply_notice'", "acts_waiting_notices": "kind = 'apply_notice'"}


def upgrade() -> None:
    op.create_table(
        "sweeps",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pause", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("case_id"),
        prefixes=["UNLOGGED"],
    )
    for name, kind in LANES.items():
        op.create_index(
            name, "acts", ["received_at", "act_id"], postgresql_where=sa.text(f"delivered_at IS NULL AND {kind}")
        )
    op.drop_index("acts_waiting", "acts")
    op.add_column(
        "pinned_rules", sa.Column("calendar", sa.String(), sa.Computed("rules ->> 'calendar'", persisted=True))
    )


def downgrade() -> None:
    op.drop_column("pinned_rules", "calendar")
    op.create_index("acts_waiting", "acts", ["received_at"], postgresql_where=sa.text("delivered_at IS NULL"))
    for name in LANES:
        op.drop_index(name, "acts")
    op.drop_table("sweeps")
