"""tasks know when their case was received and what they took, and what lists and figures read is in their indexes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

OF_ITS_CASE = """
create function task_knows_its_case() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $$
begin
  new.case_received_at := (select received_at from cases where case_id = new.case_id);
  return new;
end $$
"""
"""For whoever does not write it, as programs of the release before."""
FILL_IN = """
create trigger case_is_known before insert on tasks for each row when (new.case_received_at is null)
execute function task_knows_its_case()
"""
OF_THE_CASES = """
update tasks set case_received_at = cases.received_at from cases where cases.case_id = tasks.case_id
"""
# Immutable, though it reads instants from text: those of a clock are always written with their offset.
TOOK = """
create function what_a_task_took(clock jsonb, outcome text, due_at timestamptz, ended_at timestamptz) returns int[]
language plpgsql immutable parallel safe as $$
declare
  since timestamptz := clock ->> 'started_at';
  ran_until timestamptz := coalesce((clock ->> 'stopped_at')::timestamptz, ended_at);
  ends_at timestamptz := coalesce((clock -> 'own_due_at' ->> outcome)::timestamptz, due_at);
  period text := coalesce(clock -> 'own_periods' ->> outcome, clock ->> 'period');
  stood tstzmultirange;
  counted int := case when ends_at is null and period is null then 0 when period like '%h' then 2 else 1 end;
  hours int := 0;
begin
  if ended_at is null then
    return null;
  end if;
  if jsonb_array_length(clock -> 'stops') > 0 then
    -- What two rules stopped at once stood still once.
    select range_agg(tstzrange(stopped_at, greatest(stopped_at, least(resumed_at, ran_until)))) into stood
    from jsonb_to_recordset(clock -> 'stops') as stop (stopped_at timestamptz, resumed_at timestamptz);
  end if;
  if counted <> 1 then
    select ceil((date_part('epoch', ran_until - since)
      - coalesce(sum(date_part('epoch', upper(span) - lower(span))), 0)) / 3600) into hours from unnest(stood) as span;
  end if;
  return (
    select array[counted, hours] || array_agg(greatest((at at time zone 'Asia/Shanghai')::date - date '2010-01-01', 0)
      order by place)
    from unnest(array[since, ran_until, coalesce(ends_at - interval '1 microsecond', ended_at)] || coalesce((
      select array_agg(at order by span, at) from unnest(stood) as span
      cross join lateral unnest(array[lower(span), upper(span) - interval '1 microsecond']) as at
    ), '{}')) with ordinality as instants (at, place)
  );
end $$
"""
"""Whether it has no limit (0), one in days (1) or in hours (2); how many hours it ran, where that is no limit in days;
then days since 2010: on which its clock began, until which it ran, on which it was due (that of its end, where nothing
was), and from which to which it stood still in between, as often as it did."""
SINCE_RECEIVED = sa.text("received_at DESC")
ENDED, CLOSED = sa.text("ended_at IS NOT NULL"), sa.text("closed_at IS NOT NULL")
OPEN_OF_CITY = ["city", sa.text("at_once DESC"), "due_at", "task_id"]
OLD_INDEXES = {"tasks_of_body": "tasks", "tasks_ended_of_city": "tasks", "tasks_open_of_city": "tasks"} | dict.fromkeys(
    ("cases_of_city", "cases_closed_of_city"), "cases"
)


def upgrade() -> None:
    # The indexes go first: a row that changes then has fewer to be entered in, and all are made anew at once.
    for name, table in OLD_INDEXES.items():
        op.drop_index(name, table)
    op.add_column("tasks", sa.Column("case_received_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(OF_THE_CASES)
    op.execute(OF_ITS_CASE)
    op.execute(FILL_IN)
    op.execute(TOOK)
    op.add_column(
        "tasks",
        sa.Column(
            "took",
            sa.ARRAY(sa.Integer()),
            sa.Computed("what_a_task_took(clock, outcome, due_at, ended_at)", persisted=True),
            nullable=True,
        ),
    )
    op.create_index("tasks_of_body", "tasks", ["body", sa.text("case_received_at DESC"), "case_id"])
    op.create_index(
        "tasks_ended_of_city",
        "tasks",
        ["city", "ended_at"],
        postgresql_include=["body", "late", "state", "due_at", "procedure", "stage", "outcome", "took"],
        postgresql_where=ENDED,
    )
    op.create_index(
        "tasks_open_of_city",
        "tasks",
        OPEN_OF_CITY,
        postgresql_include=["body", "procedure", "stage", "opened_at", "state"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "cases_of_city",
        "cases",
        ["city", SINCE_RECEIVED, "case_id"],
        postgresql_include=["provider", "procedure", "closed_at"],
    )
    op.create_index(
        "cases_closed_of_city",
        "cases",
        ["city", "closed_at"],
        postgresql_include=["case_id", "provider", "procedure", "outcome", "received_at"],
        postgresql_where=CLOSED,
    )


def downgrade() -> None:
    for name, table in OLD_INDEXES.items():
        op.drop_index(name, table)
    op.drop_column("tasks", "took")
    op.execute("drop function what_a_task_took(jsonb, text, timestamptz, timestamptz)")
    op.execute("drop trigger case_is_known on tasks")
    op.execute("drop function task_knows_its_case()")
    op.drop_column("tasks", "case_received_at")
    op.create_index("tasks_of_body", "tasks", ["body", "case_id"])
    op.create_index(
        "tasks_ended_of_city",
        "tasks",
        ["city", "ended_at"],
        postgresql_include=["body", "late", "state", "due_at", "procedure"],
        postgresql_where=ENDED,
    )
    op.create_index("tasks_open_of_city", "tasks", OPEN_OF_CITY, postgresql_where=sa.text("ended_at IS NULL"))
    op.create_index("cases_of_city", "cases", ["city", SINCE_RECEIVED, "case_id"])
    op.create_index("cases_closed_of_city", "cases", ["city", "closed_at"], postgresql_where=CLOSED)
