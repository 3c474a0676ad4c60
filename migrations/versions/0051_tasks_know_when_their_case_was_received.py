"""tasks know when their case was received, and the cases of a body are found by it in their order"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.beforehand import is_there
from migrations.filling_first import IS_SAID, OF_ITS_CASE, TRIGGER

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

FILL_IN = """
update tasks set case_received_at = cases.received_at from cases
where cases.case_id = tasks.case_id and tasks.case_received_at is null
"""


def upgrade() -> None:
    # Mostly all of it is there and filled in (`migrations/filling_first.py`): then nothing is locked here but the
    # index that goes, for a moment. What somebody had in hand comes afterwards (`migrations/filling_after.py`).
    if not is_there(op.get_bind(), "tasks", column="case_received_at"):
        op.add_column("tasks", sa.Column("case_received_at", sa.DateTime(timezone=True), nullable=True))
    if not op.get_bind().execute(sa.text(IS_SAID)).scalar_one():
        op.execute(OF_ITS_CASE)
        op.execute(TRIGGER)
        op.execute(FILL_IN)
    if not is_there(op.get_bind(), "tasks", index="tasks_of_body_latest"):
        op.create_index("tasks_of_body_latest", "tasks", ["body", sa.text("case_received_at DESC"), "case_id"])
    op.drop_index("tasks_of_body", "tasks")


def downgrade() -> None:
    op.create_index("tasks_of_body", "tasks", ["body", "case_id"])
    op.drop_index("tasks_of_body_latest", "tasks")
    op.execute("drop trigger case_is_known on tasks")
    op.execute("drop function task_knows_its_case()")
    op.drop_column("tasks", "case_received_at")
