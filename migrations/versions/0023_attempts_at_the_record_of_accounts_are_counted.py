"""an attempt to change the record of accounts is refused as before, and counted and named as at every other record"""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

REFUSE = """
create or replace function account_record_is_never_changed() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $$
declare
  what text := format('%s of %s', lower(tg_op), tg_table_name);
begin
  perform nextval('public.refused_rewritings');
  raise log 'kaifang: refused, % by %', what,
    format('%s (%s, %s)', session_user, current_setting('application_name'), inet_client_addr());
  raise exception using errcode = 'insufficient_privilege', message = format('what is on record stays: %s', what);
end $$
"""
"""Unlike at the other records no reason lets anybody by, the owner neither: nothing of ours ever rewrites this one."""
AS_BEFORE = """
create or replace function account_record_is_never_changed() returns trigger language plpgsql security invoker
as $$
begin
  raise exception 'account_record is only added to';
end $$
"""


def upgrade() -> None:
    op.execute(REFUSE)


def downgrade() -> None:
    op.execute(AS_BEFORE)
    op.execute("alter function account_record_is_never_changed() reset all")
