"""the log of accesses by month: partitions, what is counted by minute and by day, and months that need not be kept"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

PARTED = "(values ('gate_decisions', 'at'), ('gate_minutes', 'minute')) as parted (of_table, by_column)"
"""The tables in partitions, and by which instant."""
MAKE = f"""
create function make_gate_months(since date, through date) returns int language plpgsql security definer
set search_path = pg_catalog, public set timezone = 'Asia/Shanghai' as $$
declare
  parted record;
  begins date := date_trunc('month', since);
  until_on date;
  name text;
  made int := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('kaifang.gate_months', 0));
  while begins <= least(through, (clock_timestamp() + interval '1 year')::date) loop
    until_on := begins + interval '1 month';
    for parted in select * from {PARTED} loop
      name := format('%s_%s', parted.of_table, to_char(begins, 'YYYY_MM'));
      continue when to_regclass(format('months.%I', name)) is not null
        or exists (select from public.gate_months_dropped dropped where dropped.month = begins);
      execute format('lock table months.%I in access exclusive mode', parted.of_table || '_rest');
      execute format('create table months.%I (like public.%I including defaults)', name, parted.of_table);
      execute format(
        'with moved as (delete from months.%I where %I >= %L and %I < %L returning *) insert into months.%I '
        'select * from moved', parted.of_table || '_rest', parted.by_column, begins::timestamptz, parted.by_column,
        until_on::timestamptz, name);
      execute format('alter table public.%I attach partition months.%I for values from (%L) to (%L)',
        parted.of_table, name, begins::timestamptz, until_on::timestamptz);
      made := made + 1;
    end loop;
    begins := until_on;
  end loop;
  return made;
end $$
"""  # noqa: S608 - made of constants
DROP = f"""
create function drop_gate_months(before date, why text) returns int language plpgsql security definer
set search_path = pg_catalog, public set timezone = 'Asia/Shanghai' as $$
declare
  parted record;
  first_of date;
  rows_of bigint;
  calls_of bigint;
  done int := 0;
begin
  if before > date_trunc('month', clock_timestamp())::date - interval '6 months' then
    raise exception using errcode = 'insufficient_privilege', message = 'the log of accesses is kept for six months';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('kaifang.gate_months', 0));
  -- What a month that was never made has in it goes the same way.
  perform make_gate_months(month, month) from (
    select date_trunc('month', at)::date as month from months.gate_decisions_rest where at < before::timestamptz
    union select date_trunc('month', minute)::date from months.gate_minutes_rest where minute < before::timestamptz
  ) as left_over where not exists (select from gate_months_dropped dropped where dropped.month = left_over.month);
  for first_of in
    select to_date(right(relname, 7), 'YYYY_MM') as month from pg_class
    where relnamespace = 'months'::regnamespace and relkind = 'r' and relname ~ '^gate_decisions_[0-9]{{4}}_[0-9]{{2}}$'
      and to_date(right(relname, 7), 'YYYY_MM') < date_trunc('month', before::timestamp)
    order by 1
  loop
    execute format('select count(*) from months.%I', 'gate_decisions_' || to_char(first_of, 'YYYY_MM')) into rows_of;
    execute format('select coalesce(sum(calls), 0) from months.%I', 'gate_minutes_' || to_char(first_of, 'YYYY_MM'))
      into calls_of;
    for parted in select * from {PARTED} loop
      execute format('drop table months.%I', parted.of_table || to_char(first_of, '_YYYY_MM'));
    end loop;
    insert into gate_months_dropped (month, decisions, calls, basis, dropped_at)
    values (first_of, rows_of, calls_of, why, clock_timestamp());
    done := done + 1;
  end loop;
  delete from months.gate_decisions_rest where at < date_trunc('month', before::timestamp)::timestamptz;
  delete from months.gate_minutes_rest where minute < date_trunc('month', before::timestamp)::timestamptz;
  return done;
end $$
"""  # noqa: S608 - made of constants
"""The law of the State has logs of a network kept for six months at least: no rule of a city is shorter."""
DAYS = """
insert into gate_days (dataset_id, "on", access_mode, reason, calls)
select dataset_id, (at at time zone 'Asia/Shanghai')::date, coalesce(access_mode, ''), reason, count(*)
from gate_decisions group by 1, 2, 3, 4
"""
FIRST = "(select coalesce(min(at), clock_timestamp()) at time zone 'Asia/Shanghai' from gate_decisions_before)::date"
AHEAD = "((clock_timestamp() at time zone 'Asia/Shanghai')::date + interval '3 months')::date"


def upgrade() -> None:
    op.execute("create schema months")
    op.execute("alter table gate_decisions rename to gate_decisions_before")
    op.execute("alter index gate_decisions_pkey rename to gate_decisions_before_pkey")
    op.drop_index("gate_decisions_of_dataset", "gate_decisions_before")
    op.drop_index("gate_decisions_of_grant", "gate_decisions_before")
    op.execute("alter sequence gate_decisions_decision_id_seq rename to gate_decisions_before_seq")
    op.create_table(
        "gate_decisions",
        sa.Column("decision_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("grant_case_id", sa.String(), nullable=True),
        sa.Column("data_items", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("access_mode", sa.String(), nullable=True),
        sa.Column("use", sa.String(), nullable=True),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("at", "decision_id"),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index("gate_decisions_of_dataset", "gate_decisions", ["dataset_id", "at", "decision_id"])
    op.create_index("gate_decisions_of_grant", "gate_decisions", ["grant_case_id", "at", "decision_id"])
    op.create_index(
        "gate_decisions_refused",
        "gate_decisions",
        ["dataset_id", "reason", "at", "decision_id"],
        postgresql_where=sa.text("NOT allowed"),
    )
    op.create_table(
        "gate_minutes",
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("access_mode", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("dataset_id", "minute", "access_mode", "reason"),
        postgresql_partition_by="RANGE (minute)",
    )
    op.create_table(
        "gate_days",
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("access_mode", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("dataset_id", "on", "access_mode", "reason"),
    )
    op.create_table(
        "gate_months_dropped",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("decisions", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("month"),
    )
    for table in ("gate_decisions", "gate_minutes"):
        op.execute(f"create table months.{table}_rest partition of {table} default")
    op.execute(MAKE)
    op.execute(DROP)
    op.execute(f"select make_gate_months({FIRST}, {AHEAD})")
    columns = "decision_id, at, session, dataset_id, grant_case_id, data_items, access_mode, use, allowed, reason"
    op.execute(f"insert into gate_decisions ({columns}) select {columns} from gate_decisions_before")  # noqa: S608 - names of columns
    op.execute(
        "select setval(pg_get_serial_sequence('gate_decisions', 'decision_id'), "
        "(select coalesce(max(decision_id), 0) + 1 from gate_decisions_before), false)"
    )
    op.execute("drop table gate_decisions_before")
    op.execute(DAYS)
