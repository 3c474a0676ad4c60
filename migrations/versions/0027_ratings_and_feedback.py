"""what people think of data: ratings, which stay as they are, and feedback, which is answered once"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

KEY = ("dataset_id", "version", "account_id", "revision")
RECEIVED = (
    *("feedback_id", "number", "city", "kind", "dataset_id", "provider", "account_id", "key_id", "text"),
    *("request_digest", "received_at"),
)
ANSWER = ("answer", "answered_by", "answered_body", "answered_at")


def upgrade() -> None:
    op.create_table(
        "ratings",
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("scores", postgresql.JSONB(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.dataset_id"]),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"]),
        sa.PrimaryKeyConstraint(*KEY),
    )
    op.create_index("ratings_by_number", "ratings", ["number"], unique=True)
    op.create_index("ratings_of_account", "ratings", ["account_id", "number"])
    op.create_index("ratings_of_city", "ratings", ["city", "number"])
    named = ", ".join(f"'{column}'" for column in KEY)
    op.execute(
        "create trigger rows_stay before update or delete on ratings for each row "
        f"execute function refuse_rewriting({named})"
    )
    op.execute(
        "create trigger all_stay before truncate on ratings for each statement execute function refuse_rewriting()"
    )
    op.create_table(
        "feedback",
        sa.Column("feedback_id", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("city", "kind")),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("dataset_id", "provider")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("account_id", "key_id", "text", "request_digest")),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("answer", "answered_by", "answered_body")),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.dataset_id"]),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"]),
        sa.PrimaryKeyConstraint("feedback_id"),
    )
    op.create_index("feedback_by_number", "feedback", ["number"], unique=True)
    op.create_index("feedback_of_account", "feedback", ["account_id", "number"])
    op.create_index("feedback_of_city", "feedback", ["city", "number"])
    for name, when, where in (
        ("rows_stay", "delete", "true"),
        ("received_stays", f"update of {', '.join(RECEIVED)}", different(RECEIVED)),
        ("answer_stays", f"update of {', '.join(ANSWER)}", f"old.answered_at is not null and ({different(ANSWER)})"),
    ):
        op.execute(
            f"create trigger {name} before {when} on feedback for each row when ({where}) "
            "execute function refuse_rewriting('feedback_id')"
        )
    op.execute(
        "create trigger all_stay before truncate on feedback for each statement execute function refuse_rewriting()"
    )


def different(columns: tuple[str, ...]) -> str:
    return " or ".join(f"new.{column} is distinct from old.{column}" for column in columns)


def downgrade() -> None:
    op.drop_table("feedback")
    op.drop_table("ratings")
