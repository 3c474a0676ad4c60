"""indexes that hold all that boards count, and the work list of what has ended"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ENDED, CLAIMED = "ended_at IS NOT NULL", "ended_at IS NULL AND claimed_by IS NOT NULL"


def upgrade() -> None:
    op.drop_index("tasks_ended_of_city", "tasks")
    op.create_index(
        "tasks_ended_of_city",
        "tasks",
        ["city", "ended_at"],
        postgresql_include=["body", "late", "state", "due_at", "procedure"],
        postgresql_where=sa.text(ENDED),
    )
    op.drop_index("tasks_claimed", "tasks")
    op.create_index(
        "tasks_claimed",
        "tasks",
        ["claimed_by", "city", "body"],
        postgresql_include=["due_at", "opened_at", "procedure"],
        postgresql_where=sa.text(CLAIMED),
    )
    op.create_index(
        "tasks_ended_of_body",
        "tasks",
        ["body", sa.text("ended_at DESC"), "task_id"],
        postgresql_where=sa.text(ENDED),
    )
