"""what is on record stays, whoever comes; an attempt is refused, counted and named in PostgreSQL's log"""

from __future__ import annotations

from collections.abc import Mapping

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

REFUSE = """
create function refuse_rewriting() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $$
declare
  what text := format('%s of %s', lower(tg_op), tg_table_name);
  who text := format('%s (%s, %s)', session_user, current_setting('application_name'), inet_client_addr());
  why text := coalesce(current_setting('kaifang.rewriting', true), '');
  is_owner boolean := pg_has_role(session_user, (select relowner from pg_class where oid = tg_relid), 'member');
begin
  if tg_op <> 'TRUNCATE' then
    what := what || coalesce((select string_agg(format(' %s=%s', named, to_jsonb(old) ->> named), '')
      from unnest(tg_argv) named), '');
  end if;
  if is_owner and why <> '' then
    if current_setting('kaifang.rewriting_noted', true) is distinct from format('%s %s', tg_table_name, why) then
      raise log 'kaifang: rewriting, % by %: %', what, who, why;
      perform set_config('kaifang.rewriting_noted', format('%s %s', tg_table_name, why), true);
    end if;
    return case tg_op when 'DELETE' then old else new end;
  end if;
  perform nextval('public.refused_rewritings');
  raise log 'kaifang: refused, % by %', what, who;
  raise exception using errcode = 'insufficient_privilege', message = format('what is on record stays: %s', what);
end $$
"""
"""A sequence is not rolled back with the transaction that is refused, so it counts what leaves no row."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "calendar_notices": ("position",),
    "chain_adoptions": ("adopted_at",),
    "dataset_versions": ("dataset_id", "number"),
    "erasures": ("what", "id"),
    "events": ("case_id", "number"),
    "pinned_rules": ("digest",),
    "signed_days": ("day",),
}
"""Tables whose rows never change, and by what a row is named."""
FIXED = (
    *("act_id", "case_id", "seq", "kind", "account", "received_at", "act", "content", "request_digest", "files"),
    *("content_digest", "content_salt", "hash"),
)
HEAD = ("case_id", "day", "events", "head", "acts", "acts_head")


def upgrade() -> None:
    op.execute("create sequence refused_rewritings")
    op.execute(REFUSE)
    for table, key in KEYS.items():
        guard(table, "rows_stay", "update or delete", key)
    guard("acts", "rows_stay", "delete", ("act_id",))
    guard("acts", "received_stays", f"update of {', '.join(FIXED)}", ("act_id",), different(FIXED))
    settled = f"old.state <> 'received' and ({different(('state', 'problem'))})"
    guard("acts", "settled_stays", "update of state, problem", ("act_id",), settled)
    guard("signed_heads", "rows_stay", "delete", ("case_id", "day"))
    guard("signed_heads", "head_stays", f"update of {', '.join(HEAD)}", ("case_id", "day"), different(HEAD))
    guard("signed_heads", "place_stays", "update of place, path", ("case_id", "day"), "old.place <> -1")
    for table in (*KEYS, "acts", "signed_heads"):
        op.execute(
            f"create trigger all_stay before truncate on {table} for each statement execute function refuse_rewriting()"
        )


def guard(table: str, name: str, when: str, key: tuple[str, ...], where: str = "true") -> None:
    arguments = ", ".join(f"'{column}'" for column in key)
    op.execute(
        f"create trigger {name} before {when} on {table} for each row when ({where}) "
        f"execute function refuse_rewriting({arguments})"
    )


def different(columns: tuple[str, ...]) -> str:
    return " or ".join(f"new.{column} is distinct from old.{column}" for column in columns)


def downgrade() -> None:
    op.execute("drop function refuse_rewriting cascade")
    op.execute("drop sequence refused_rewritings")
