"""when a body entered the directory: what is owed by the year is owed from then on"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TODAY = "(clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    op.add_column("bodies", sa.Column("entered_on", sa.Date(), nullable=True))
    # Since when the others have been there nobody knows: what is left of this year is theirs as it was, and what years
    # before it owed is not looked for.
    op.execute(f"update bodies set entered_on = date_trunc('year', {TODAY})::date")  # noqa: S608  # a constant of ours
    op.alter_column("bodies", "entered_on", nullable=False, server_default=sa.text(TODAY))


def downgrade() -> None:
    op.drop_column("bodies", "entered_on")
