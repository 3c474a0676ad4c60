"""claims that lapse, and tasks that are handed over"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WHAT_WAS_ASKED_FOR = """
update tasks set supplement_asked_at = asked.at, supplement_act = asked.act
from (
  select distinct on (event ->> 'task_id') event ->> 'task_id' as of_task, type, at, event ->> 'act' as act
  from events where type in ('SupplementAsked', 'SupplementReceived') order by event ->> 'task_id', number desc
) as asked
where of_task = task_id and asked.type = 'SupplementAsked' and state <> 'done'
"""
"""As the logs of the tasks that are not decided have it."""
LOOK_AT_THE_OLD = """
update tasks set remind_at = opened_at where ended_at is null and remind_at is null
and (due_at is not null or at_once or clock -> 'own_due_at' <> '{}')
"""
"""What was opened before reminders were told is looked at for the first time."""


def upgrade() -> None:
    op.add_column("tasks", sa.Column("lapsed_of", sa.String(), nullable=True))
    op.create_index(
        "tasks_claimed",
        "tasks",
        ["claimed_by"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL AND claimed_by IS NOT NULL"),
    )
    op.create_index(
        "tasks_lapsed",
        "tasks",
        ["lapsed_of"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL AND lapsed_of IS NOT NULL"),
    )
    op.add_column("tasks", sa.Column("supplement_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tasks", sa.Column("supplement_act", sa.String(), nullable=True))
    op.create_index(
        "tasks_asking_party",
        "tasks",
        ["party"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL AND supplement_asked_at IS NOT NULL"),
    )
    op.execute(WHAT_WAS_ASKED_FOR)
    op.create_index(
        "tasks_owed_promptly",
        "tasks",
        ["city", "opened_at", "task_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL AND at_once AND due_at IS NULL"),
    )
    op.execute(LOOK_AT_THE_OLD)
    op.create_table(
        "hand_overs",
        sa.Column("hand_over_id", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("to_account", sa.String(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_digest", sa.String(), nullable=False),
        sa.Column("tasks", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("hand_over_id"),
    )
