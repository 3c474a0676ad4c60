"""messages that need not be kept go, once they were delivered and their case has ended; that they were written stays"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0037"
branch_labels = None
depends_on = None

LET_GO = """
create function let_messages_go(
  before timestamptz, why text, after_number bigint, at_most int, out through bigint, out gone int
) language plpgsql security definer set search_path = pg_catalog, public set timezone = 'Asia/Shanghai' as $$
declare
  ids text[];
  sent int;
begin
  if before > clock_timestamp() - interval '5 years' then
    raise exception using errcode = 'insufficient_privilege', message = 'messages are kept for five years';
  end if;
  if coalesce(why, '') = '' then
    raise exception using errcode = 'insufficient_privilege', message = 'messages go on a basis that is named';
  end if;
  with looked_at as (
    select * from messages where number > after_number and created_at < before order by number limit at_most
  )
  select max(number), array_agg(message_id) filter (where
    handed_out_at is not null
    and not exists (
      select from deliveries where deliveries.message_id = looked_at.message_id and deliveries.state = 'waiting')
    and (read_at < before
      or exists (
        select from deliveries where deliveries.message_id = looked_at.message_id and deliveries.state = 'sent'
          and deliveries.sent_at < before)
      or exists (select from accounts where accounts.account_id = looked_at.account_id
        and (accounts.body is not null or accounts.erased_at is not null)))
    and (case_id is null or exists (
      select from cases where cases.case_id = looked_at.case_id and closed_at < before))
    and not exists (
      select from delegations where delegation_id = facts ->> 'delegation_id' and ended is null and until_at >= before)
  ) into through, ids from looked_at;
  insert into messages_gone (message_id) select unnest(ids) on conflict do nothing;
  delete from deliveries where message_id = any(ids);
  get diagnostics sent = row_count;
  delete from messages where message_id = any(ids);
  get diagnostics gone = row_count;
  if gone > 0 then
    insert into messages_let_go (on_day, basis, messages, deliveries)
    values ((clock_timestamp() at time zone 'Asia/Shanghai')::date, why, gone, sent)
    on conflict (on_day, basis) do update set messages = messages_let_go.messages + excluded.messages,
      deliveries = messages_let_go.deliveries + excluded.deliveries;
  end if;
end $$
"""
"""The law of the State lets a decision be sued over for five years: what shows that somebody was told of it stays for
as long from then on, whatever it is told. What nobody has read, and no receiver has taken, stays for ever."""


def upgrade() -> None:
    op.create_table(
        "messages_gone",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_table(
        "messages_let_go",
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.Column("deliveries", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("on_day", "basis"),
    )
    op.execute(LET_GO)


def downgrade() -> None:
    op.execute("drop function let_messages_go")
    op.drop_table("messages_let_go")
    op.drop_table("messages_gone")
