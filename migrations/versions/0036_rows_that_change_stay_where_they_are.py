"""rows that change stay on their page where they can, and indexes that nothing is read by are gone"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

FILLED = 80
"""Percent of a page of `cases` that new rows fill: the rest is for their next versions, seven of them over weeks."""
OFTEN = {
    "autovacuum_vacuum_scale_factor": "0.02",
    "autovacuum_vacuum_insert_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.02",
}
SWEPT_OFTEN = ("acts", "cases", "deliveries", "events", "messages", "tasks")


def upgrade() -> None:
    # Nobody asks for tasks of a city by their due day without saying that they are open, but for those urged, a few.
    op.create_index("tasks_urged", "tasks", ["city", "urged_at"], postgresql_where=sa.text("urgings > 0"))
    op.drop_index("tasks_of_city", "tasks")
    op.drop_index("tasks_of_body", "tasks")
    op.create_index("tasks_of_body", "tasks", ["body", "case_id"])
    # By whether an act is delivered, and not by its state: its first change then concerns no index.
    op.drop_index("acts_unsettled", "acts")
    op.create_index(
        "acts_unsettled", "acts", ["case_id", "received_at"], postgresql_where=sa.text("delivered_at IS NULL")
    )
    op.create_index(
        "dataset_versions_of_case",
        "dataset_versions",
        ["case_id"],
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.execute(f"alter table cases set (fillfactor = {FILLED})")
    for table in SWEPT_OFTEN:
        op.execute(f"alter table {table} set ({', '.join(f'{name} = {value}' for name, value in OFTEN.items())})")


def downgrade() -> None:
    for table in SWEPT_OFTEN:
        op.execute(f"alter table {table} reset ({', '.join(OFTEN)})")
    op.execute("alter table cases reset (fillfactor)")
    op.drop_index("dataset_versions_of_case", "dataset_versions")
    op.drop_index("acts_unsettled", "acts")
    op.create_index(
        "acts_unsettled", "acts", ["case_id", "received_at"], postgresql_where=sa.text("state = 'received'")
    )
    op.drop_index("tasks_of_body", "tasks")
    op.create_index("tasks_of_body", "tasks", ["body", sa.text("opened_at DESC"), "task_id"])
    op.create_index("tasks_of_city", "tasks", ["city", "due_at", "task_id"])
    op.drop_index("tasks_urged", "tasks")
