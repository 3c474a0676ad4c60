"""the planner knows the tables of the gate that are in partitions by month"""

from __future__ import annotations

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

LOOK = """
create function look_at_gate_tables() returns void language plpgsql security definer
set search_path = pg_catalog, public as $$
begin
  if current_setting('server_version_num')::int >= 180000 then
    execute 'analyze only gate_decisions, only gate_minutes';
  else
    execute 'analyze gate_decisions, gate_minutes';
  end if;
end $$
"""
"""As 0040 has it for logs and inboxes."""


def upgrade() -> None:
    op.execute(LOOK)


def downgrade() -> None:
    op.execute("drop function look_at_gate_tables()")
