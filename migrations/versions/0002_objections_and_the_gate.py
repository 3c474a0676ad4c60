"""objections and the gate"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
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
        sa.PrimaryKeyConstraint("decision_id"),
    )
    op.create_index("gate_decisions_of_dataset", "gate_decisions", ["dataset_id", "at"], unique=False)
    op.create_index("gate_decisions_of_grant", "gate_decisions", ["grant_case_id", "at"], unique=False)
    op.create_table(
        "gate_sessions",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("session"),
    )
    op.create_table(
        "evidence",
        sa.Column("evidence_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.case_id"],
        ),
        sa.PrimaryKeyConstraint("evidence_id"),
    )
    op.create_index("evidence_of_case", "evidence", ["case_id"], unique=False)
    op.create_table(
        "gate_calls",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.case_id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "on"),
    )
    op.create_table(
        "objections",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.case_id"],
        ),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_index(
        "objections_disputing", "objections", ["dataset_id"], unique=False, postgresql_where=sa.text("disputed")
    )
    op.create_index("objections_of_party", "objections", ["party", "dataset_id"], unique=False)
    op.create_table(
        "restrictions",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data_items", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.case_id"],
        ),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_index(
        "restrictions_in_force",
        "restrictions",
        ["dataset_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.add_column(
        "grants", sa.Column("access_modes", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column("grants", sa.Column("daily_calls", sa.Integer(), nullable=True))
    op.add_column("tasks", sa.Column("at_once", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.drop_index(op.f("tasks_open_of_body"), table_name="tasks", postgresql_where="(ended_at IS NULL)")
    op.create_index(
        "tasks_open_of_body",
        "tasks",
        ["body", sa.literal_column("at_once DESC"), "due_at", "task_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("tasks_open_of_city"), table_name="tasks", postgresql_where="(ended_at IS NULL)")
    op.create_index(
        "tasks_open_of_city",
        "tasks",
        ["city", sa.literal_column("at_once DESC"), "due_at", "task_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
