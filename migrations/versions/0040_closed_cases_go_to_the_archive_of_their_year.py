"""logs and inboxes of closed cases go to the archive of the year in which they ended, and stay in the same tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.beforehand import is_there

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TABLES = ("events", "acts")
WAITING = "delivered_at IS NULL"
INDEXES = {
    "acts_waiting_people": (["received_at", "act_id"], f"{WAITING} AND kind <> 'apply_notice'"),
    "acts_waiting_notices": (["received_at", "act_id"], f"{WAITING} AND kind = 'apply_notice'"),
    "acts_unsettled": (["case_id", "received_at"], WAITING),
}
FIXED = (
    *("act_id", "case_id", "seq", "kind", "account", "received_at", "act", "content", "request_digest", "files"),
    *("content_digest", "content_salt", "hash", "archive_year"),
)
"""As in 0017, and where the row lies."""
REFUSE = """
create or replace function refuse_rewriting() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $$
declare
  named text := case tg_table_schema when 'years' then regexp_replace(tg_table_name, '_(current|[0-9]{{4}})$', '')
    else tg_table_name end;
  what text := format('%s of %s', lower(tg_op), named);
  who text := format('%s (%s, %s)', session_user, current_setting('application_name'), inet_client_addr());
  why text := coalesce(current_setting('kaifang.rewriting', true), '');
  is_owner boolean := pg_has_role(session_user, (select relowner from pg_class where oid = tg_relid), 'member');
begin
  {unless_archived}
  if tg_op <> 'TRUNCATE' then
    what := what || coalesce((select string_agg(format(' %s=%s', argument, to_jsonb(old) ->> argument), '')
      from unnest(tg_argv) argument), '');
  end if;
  if is_owner and why <> '' then
    if current_setting('kaifang.rewriting_noted', true) is distinct from format('%s %s', named, why) then
      raise log 'kaifang: rewriting, % by %: %', what, who, why;
      perform set_config('kaifang.rewriting_noted', format('%s %s', named, why), true);
    end if;
    return case tg_op when 'DELETE' then old else new end;
  end if;
  perform nextval('public.refused_rewritings');
  raise log 'kaifang: refused, % by %', what, who;
  raise exception using errcode = 'insufficient_privilege', message = format('what is on record stays: %s', what);
end $$
"""
UNLESS_ARCHIVED = """
  if tg_op = 'DELETE' and tg_table_schema = 'years' then
    if tg_table_name = 'events_current' then
      if exists (
        select from events kept where kept.archive_year > 0 and kept.case_id = old.case_id and kept.number = old.number
          and to_jsonb(kept) - 'archive_year' = to_jsonb(old) - 'archive_year'
      ) then
        return old;
      end if;
    elsif tg_table_name = 'acts_current' then
      if exists (
        select from acts kept where kept.archive_year > 0 and kept.act_id = old.act_id
          and to_jsonb(kept) - 'archive_year' = to_jsonb(old) - 'archive_year'
      ) then
        return old;
      end if;
    end if;
  end if;
"""
"""A row leaves its table only where the same row lies in an archive: the whole of it is compared."""
MAKE = """
create function make_archives(closed_before timestamptz) returns int language plpgsql security definer
set search_path = pg_catalog, public set timezone = 'Asia/Shanghai' set lock_timeout = '2s' as $$
declare
  of_year int;
  parent text;
  name text;
  made int := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('kaifang.archives', 0));
  for of_year in
    select distinct extract(year from closed_at)::int from cases where closed_at < closed_before and archived_at is null
    order by 1
  loop
    foreach parent in array array['events', 'acts'] loop
      name := format('%s_%s', parent, of_year);
      continue when to_regclass(format('years.%I', name)) is not null;
      execute format('create table years.%I (like years.%I including defaults including indexes)', name,
        parent || '_current');
      execute format('alter table years.%I add check (archive_year = %s)', name, of_year);
      if parent = 'acts' then
        execute format('alter table years.%I add check (delivered_at is not null)', name);
      end if;
      execute format('create trigger all_stay before truncate on years.%I for each statement '
        'execute function refuse_rewriting()', name);
      execute format('alter table public.%I attach partition years.%I for values in (%s)', parent, name, of_year);
      made := made + 1;
    end loop;
  end loop;
  return made;
end $$
"""
COLUMNS = {
    "events": "case_id, number, type, at, recorded_at, event, hash",
    "acts": "act_id, case_id, seq, kind, account, received_at, state, problem, delivered_at, act, content, "
    "request_digest, files, content_digest, content_salt, hash",
}
ARCHIVE = f"""
create function archive_cases(closed_before timestamptz, at_most int) returns int language plpgsql security definer
set search_path = pg_catalog, public set timezone = 'Asia/Shanghai' as $$
declare
  chosen text[];
begin
  if closed_before > clock_timestamp() - interval '30 days' then
    raise exception using errcode = 'insufficient_privilege', message = 'a case is archived 30 days after its end';
  end if;
  select array_agg(case_id) into chosen from (
    select case_id from cases where closed_at < closed_before and archived_at is null
      and to_regclass(format('years.events_%s', extract(year from closed_at))) is not null
      and to_regclass(format('years.acts_%s', extract(year from closed_at))) is not null
      and not exists (select from acts where acts.case_id = cases.case_id and delivered_at is null)
    order by closed_at limit at_most for update skip locked
  ) as locked;
  -- A statement of its own, which sees what came before the lock.
  select array_agg(case_id) into chosen from cases where case_id = any(chosen) and closed_at < closed_before
    and not exists (select from acts where acts.case_id = cases.case_id and delivered_at is null);
  if chosen is null then
    return 0;
  end if;
  insert into events ({COLUMNS["events"]}, archive_year)
    select {", ".join(f"events.{each}" for each in COLUMNS["events"].split(", "))}, extract(year from closed_at)::int
    from cases join events using (case_id) where case_id = any(chosen) and archive_year = 0;
  insert into acts ({COLUMNS["acts"]}, archive_year)
    select {", ".join(f"acts.{each}" for each in COLUMNS["acts"].split(", "))}, extract(year from closed_at)::int
    from cases join acts using (case_id) where case_id = any(chosen) and archive_year = 0;
  delete from events where archive_year = 0 and case_id = any(chosen);
  delete from acts where archive_year = 0 and case_id = any(chosen);
  update cases set archived_at = clock_timestamp() where case_id = any(chosen);
  return cardinality(chosen);
end $$
"""  # noqa: S608 - made of constants
LOOK = """
create function look_at_archived_tables() returns void language plpgsql security definer
set search_path = pg_catalog, public as $$
begin
  if current_setting('server_version_num')::int >= 180000 then
    execute 'analyze only events, only acts';
  else
    execute 'analyze events, acts';
  end if;
end $$
"""
"""Autovacuum looks at partitions and never at the table that they make up."""


SAID = """
do $$ begin
  if not exists (
    select from pg_constraint where conrelid = 'public.{table}'::regclass and conname = '{table}_current_year'
  ) then
    alter table public.{table} add constraint {table}_current_year check (archive_year = 0);
  end if;
end $$
"""
"""Mostly it is there, and known of every row (`migrations/looking_first.py`): so nothing is read under a lock here."""


def upgrade() -> None:
    # Mostly both are there, made while everybody wrote (`migrations/beforehand.py`).
    if not is_there(op.get_bind(), "cases", column="archived_at"):
        op.add_column("cases", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    if not is_there(op.get_bind(), "cases", index="cases_to_archive"):
        op.create_index(
            "cases_to_archive",
            "cases",
            ["closed_at"],
            postgresql_where=sa.text("closed_at IS NOT NULL AND archived_at IS NULL"),
        )
    op.execute("create schema years")
    for table in TABLES:
        op.execute(f"alter table {table} add column if not exists archive_year int not null default 0")
        op.execute(SAID.format(table=table))
        drop_guards(table)
        op.execute(f"alter table {table} rename to {table}_current")
        op.execute(f"alter table {table}_current set schema years")
        like = f"like years.{table}_current including defaults"
        op.execute(f"create table {table} ({like}) partition by list (archive_year)")
        op.create_foreign_key(f"{table}_case_id_fkey", table, "cases", ["case_id"], ["case_id"])
    for name, (columns, where) in INDEXES.items():
        op.create_index(name, "acts", columns, postgresql_where=sa.text(where))
    op.execute(REFUSE.format(unless_archived=UNLESS_ARCHIVED))
    for table in TABLES:
        op.execute(f"alter table {table} attach partition years.{table}_current for values in (0)")
        guard(table)
    op.execute(MAKE)
    op.execute(ARCHIVE)
    op.execute(LOOK)


def drop_guards(table: str) -> None:
    guards = {"events": ("rows_stay",), "acts": ("rows_stay", "received_stays", "settled_stays")}
    for name in (*guards[table], "all_stay"):
        op.execute(f"drop trigger {name} on {table}")


def guard(table: str, fixed: tuple[str, ...] = FIXED) -> None:
    """As 0017 has it, for all partitions, those to come too."""
    if table == "events":
        row(table, "rows_stay", "update or delete", "'case_id', 'number'")
    else:
        row(table, "rows_stay", "delete", "'act_id'")
        row(table, "received_stays", f"update of {', '.join(fixed)}", "'act_id'", different(fixed))
        settled = f"old.state <> 'received' and ({different(('state', 'problem'))})"
        row(table, "settled_stays", "update of state, problem", "'act_id'", settled)
    for each in (table, f"years.{table}_current") if fixed == FIXED else (table,):
        op.execute(
            f"create trigger all_stay before truncate on {each} for each statement execute function refuse_rewriting()"
        )


def row(table: str, name: str, when: str, arguments: str, where: str = "true") -> None:
    op.execute(
        f"create trigger {name} before {when} on {table} for each row when ({where}) "
        f"execute function refuse_rewriting({arguments})"
    )


def different(columns: tuple[str, ...]) -> str:
    return " or ".join(f"new.{column} is distinct from old.{column}" for column in columns)


def downgrade() -> None:
    for function in ("look_at_archived_tables()", "archive_cases", "make_archives"):
        op.execute(f"drop function {function}")
    for table in TABLES:
        drop_guards(table)
        op.execute(f"alter table {table} detach partition years.{table}_current")
        op.execute(f"drop trigger all_stay on years.{table}_current")
        op.execute(f"alter table years.{table}_current drop constraint {table}_current_year")
        op.execute(f"insert into years.{table}_current select * from {table}")  # noqa: S608 - names of tables
        op.execute(f"drop table {table}")
        op.execute(f"alter table years.{table}_current set schema public")
        op.execute(f"alter table {table}_current rename to {table}")
        op.execute(f"alter table {table} drop column archive_year")
    op.execute(REFUSE.format(unless_archived=""))
    for table in TABLES:
        guard(table, tuple(column for column in FIXED if column != "archive_year"))
    op.execute("drop schema years")
    op.drop_index("cases_to_archive", "cases")
    op.drop_column("cases", "archived_at")
