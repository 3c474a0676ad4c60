"""delegations of grants, how often each was used, by which an access was made; what bodies file of themselves"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delegations",
        sa.Column("delegation_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("delegate", sa.String(), nullable=False),
        sa.Column("accesses", sa.Integer(), nullable=False),
        sa.Column("delegated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_digest", sa.String(), nullable=True),
        sa.Column("ended", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["grants.case_id"]),
        sa.PrimaryKeyConstraint("delegation_id"),
    )
    op.create_index(
        "delegations_by_key",
        "delegations",
        ["key_digest"],
        unique=True,
        postgresql_where=sa.text("key_digest IS NOT NULL"),
    )
    op.create_index("delegations_of_grant", "delegations", ["case_id"])
    op.create_index("delegations_to", "delegations", ["delegate"])
    op.create_table(
        "delegated_calls",
        sa.Column("delegation_id", sa.String(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegations.delegation_id"]),
        sa.PrimaryKeyConstraint("delegation_id"),
    )
    op.create_index("curtailments_of_grant", "curtailments", ["grant_case_id", "since"])
    op.add_column("gate_decisions", sa.Column("delegation_id", sa.String(), nullable=True))
    op.create_table(
        "filed_of_bodies",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.ForeignKeyConstraint(["body"], ["bodies.body"]),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_index("filed_of_bodies_by_body", "filed_of_bodies", ["body", "since"])


def downgrade() -> None:
    op.drop_table("filed_of_bodies")
    op.drop_column("gate_decisions", "delegation_id")
    op.drop_index("curtailments_of_grant", "curtailments")
    op.drop_table("delegated_calls")
    op.drop_table("delegations")
