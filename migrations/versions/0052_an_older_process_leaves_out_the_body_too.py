"""a case that an older process receives has its body too, and objections are found by their dataset"""

from __future__ import annotations

from alembic import op

from migrations.beforehand import is_there

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

BOTH = """
create or replace function filed_with_its_end() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $$
begin
  update cases set wanted_until = coalesce(wanted_until, (new.event ->> 'wanted_until')::timestamptz),
    for_body = coalesce(for_body, new.event ->> 'for_body')
  where case_id = new.case_id and (
    (wanted_until is null and new.event ->> 'wanted_until' is not null)
    or (for_body is null and new.event ->> 'for_body' is not null)
  );
  return null;
end $$
"""
"""Of the release before this one: whatever is newer writes both columns itself, and the next release drops it. What
was filed before it was there is filled in after the migration (`migrations/filling_after.py`)."""
EITHER = "new.event ->> 'wanted_until' is not null or new.event ->> 'for_body' is not null"
THE_END = """
create or replace function filed_with_its_end() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $$
begin
  update cases set wanted_until = (new.event ->> 'wanted_until')::timestamptz
  where case_id = new.case_id and wanted_until is null;
  return null;
end $$
"""
"""As 0050 has it."""
FILED = """
create or replace trigger filed_with_its_end after insert on events for each row
when (new.number = 1 and new.archive_year = 0 and ({lacks}))
execute function filed_with_its_end()
"""
UNSAID = "comment on trigger filed_with_its_end on events is null"
"""That rows of before have it too was said of what the trigger did before."""


def upgrade() -> None:
    op.execute(BOTH)
    op.execute(FILED.format(lacks=EITHER))
    op.execute(UNSAID)
    # Mostly it is there (`migrations/beforehand.py`).
    if not is_there(op.get_bind(), "objections", index="objections_of_dataset"):
        op.create_index("objections_of_dataset", "objections", ["dataset_id"])


def downgrade() -> None:
    op.drop_index("objections_of_dataset", "objections")
    op.execute(THE_END)
    op.execute(FILED.format(lacks="new.event ->> 'wanted_until' is not null"))
    op.execute(UNSAID)
