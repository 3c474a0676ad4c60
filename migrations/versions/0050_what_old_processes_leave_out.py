"""a case that cannot be moved is left alone for a while, and one that an older process receives has its end too"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0047"
branch_labels = None
depends_on = None

OF_THE_LOG = """
update cases set wanted_until = (events.event ->> 'wanted_until')::timestamptz
from events
where events.case_id = cases.case_id and events.number = 1 and events.event ->> 'wanted_until' is not null
  and cases.wanted_until is null
"""
SINCE = "and cases.received_at >= now() - interval '1 hour'"
"""`now()` is the beginning of this transaction, and nobody takes an hour to file a case."""
FILL = """
create function filed_with_its_end() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $$
begin
  update cases set wanted_until = (new.event ->> 'wanted_until')::timestamptz
  where case_id = new.case_id and wanted_until is null;
  return null;
end $$
"""
"""Of the release before this one: whatever is newer writes the column itself, and the next release drops it."""
FILED = """
create trigger filed_with_its_end after insert on events for each row
when (new.number = 1 and new.archive_year = 0 and new.event ->> 'wanted_until' is not null)
execute function filed_with_its_end()
"""


def upgrade() -> None:
    op.add_column("cases_to_move", sa.Column("failed", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("cases_to_move", sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True))
    # All that is there first, while everybody files; under the lock of the trigger only what came meanwhile.
    op.execute(OF_THE_LOG)
    op.execute(FILL)
    op.execute(FILED)
    op.execute(OF_THE_LOG + SINCE)


def downgrade() -> None:
    op.execute("drop trigger filed_with_its_end on events")
    op.execute("drop function filed_with_its_end()")
    op.drop_column("cases_to_move", "retry_at")
    op.drop_column("cases_to_move", "failed")
