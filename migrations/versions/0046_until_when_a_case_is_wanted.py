"""a row says until when the law wants its case filed, of older cases by their logs, and what came later is found"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0044"
branch_labels = None
depends_on = None

OF_THE_LOG = """
update cases set wanted_until = (events.event ->> 'wanted_until')::timestamptz
from events
where events.case_id = cases.case_id and events.number = 1 and events.event ->> 'wanted_until' is not null
"""


def upgrade() -> None:
    op.add_column("cases", sa.Column("wanted_until", sa.DateTime(timezone=True), nullable=True))
    op.execute(OF_THE_LOG)
    op.create_index(
        "cases_filed_late",
        "cases",
        ["city", sa.text("received_at DESC"), "case_id"],
        postgresql_where=sa.text("received_at >= wanted_until"),
    )


def downgrade() -> None:
    op.drop_index("cases_filed_late", "cases")
    op.drop_column("cases", "wanted_until")
