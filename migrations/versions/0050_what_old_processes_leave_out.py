"""a case that cannot be moved is left alone for a while, and one that an older process receives has its end too"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0047"
branch_labels = None
depends_on = None

FILL = """
create function filed_with_its_end() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $$
begin
  update cases set wanted_until = (new.event ->> 'wanted_until')::timestamptz
  where case_id = new.case_id and wanted_until is null;
  return null;
end $$
"""
"""Of the release before this one: whatever is newer writes the column itself, and the next release drops it. What was
filed before it was there is filled in after the migration (`migrations/filling_after.py`), and 0052 says what it does
now."""
FILED = """
create trigger filed_with_its_end after insert on events for each row
when (new.number = 1 and new.archive_year = 0 and new.event ->> 'wanted_until' is not null)
execute function filed_with_its_end()
"""


def upgrade() -> None:
    op.execute(FILL)
    op.execute(FILED)
    op.add_column("cases_to_move", sa.Column("failed", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("cases_to_move", sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("drop trigger filed_with_its_end on events")
    op.execute("drop function filed_with_its_end()")
    op.drop_column("cases_to_move", "retry_at")
    op.drop_column("cases_to_move", "failed")
