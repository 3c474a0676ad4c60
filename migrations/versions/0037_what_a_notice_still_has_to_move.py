"""a notice is on record at once, and which cases it still has to move is beside it until they are moved"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notices_moving",
        sa.Column("position", sa.Integer(), sa.ForeignKey("calendar_notices.position"), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index("notices_not_done", "notices_moving", ["position"], postgresql_where=sa.text("done_at IS NULL"))
    op.create_table(
        "cases_to_move",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), sa.ForeignKey("notices_moving.position"), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "position"),
    )
    op.create_index("cases_to_move_first", "cases_to_move", ["position", "ends_at", "case_id"])


def downgrade() -> None:
    op.drop_table("cases_to_move")
    op.drop_table("notices_moving")
