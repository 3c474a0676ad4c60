"""supervision and the outbox"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "maintenance",
        sa.Column("maintenance_id", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_by", sa.String(), nullable=False),
        sa.Column("said", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["body"],
            ["bodies.body"],
        ),
        sa.PrimaryKeyConstraint("maintenance_id"),
    )
    op.create_index("maintenance_of_city", "maintenance", ["city", sa.literal_column("starts_at DESC")], unique=False)
    op.create_table(
        "absences",
        sa.Column("absence_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("substitute", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.account_id"],
        ),
        sa.ForeignKeyConstraint(
            ["substitute"],
            ["accounts.account_id"],
        ),
        sa.PrimaryKeyConstraint("absence_id"),
    )
    op.create_index("absences_of_account", "absences", ["account_id", "until_on"], unique=False)
    op.create_table(
        "channels",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("given_up", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.account_id"],
        ),
        sa.PrimaryKeyConstraint("channel_id"),
    )
    op.create_index(
        "channels_of_account", "channels", ["account_id"], unique=False, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "feeds",
        sa.Column("feed_id", sa.String(), nullable=False),
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("wanted", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.account_id"],
        ),
        sa.PrimaryKeyConstraint("feed_id"),
        sa.UniqueConstraint("token_digest"),
    )
    op.create_index("feeds_of_account", "feeds", ["account_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.account_id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.case_id"],
        ),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index("messages_by_number", "messages", ["number"], unique=True)
    op.create_index("messages_of_account", "messages", ["account_id", sa.literal_column("number DESC")], unique=False)
    op.create_index("messages_of_case", "messages", ["case_id"], unique=False)
    op.create_index(
        "messages_to_hand_out", "messages", ["number"], unique=False, postgresql_where=sa.text("handed_out_at IS NULL")
    )
    op.create_table(
        "posts",
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.account_id"],
        ),
        sa.ForeignKeyConstraint(
            ["body"],
            ["bodies.body"],
        ),
        sa.PrimaryKeyConstraint("body", "post"),
    )
    op.create_table(
        "deliveries",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channels.channel_id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.message_id"],
        ),
        sa.PrimaryKeyConstraint("message_id", "channel_id"),
    )
    op.create_index(
        "deliveries_waiting",
        "deliveries",
        ["channel_id", "next_at", "number"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "deliveries_in_order",
        "deliveries",
        ["channel_id", "case_id", "number"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "accounts_of_body", "accounts", ["body"], unique=False, postgresql_where=sa.text("body IS NOT NULL")
    )
    op.create_index(
        "accounts_of_city", "accounts", ["city"], unique=False, postgresql_where=sa.text("city IS NOT NULL")
    )
    op.create_index(
        "cases_closed_of_city", "cases", ["city", "closed_at"], postgresql_where=sa.text("closed_at IS NOT NULL")
    )
    op.create_index(
        "tasks_ended_of_city", "tasks", ["city", "ended_at"], postgresql_where=sa.text("ended_at IS NOT NULL")
    )
    op.create_index(
        "cases_rectifying",
        "cases",
        ["city"],
        unique=False,
        postgresql_where=sa.text("procedure = 'rectification' AND closed_at IS NULL"),
    )
    op.add_column("tasks", sa.Column("urgings", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("tasks", sa.Column("urged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tasks", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "tasks_to_remind_of", "tasks", ["remind_at"], unique=False, postgresql_where=sa.text("ended_at IS NULL")
    )
    with_a_due_day = sa.text("ended_at IS NULL AND due_at IS NOT NULL")
    op.create_index("tasks_due_of_body", "tasks", ["body", "due_at", "task_id"], postgresql_where=with_a_due_day)
    op.create_index("tasks_due_of_city", "tasks", ["city", "due_at", "task_id"], postgresql_where=with_a_due_day)
    op.create_index(
        "tasks_due_counted",
        "tasks",
        ["city", "body", "procedure", "stage", "due_at"],
        postgresql_where=with_a_due_day,
    )
