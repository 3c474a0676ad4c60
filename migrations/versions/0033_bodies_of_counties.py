"""which county a body belongs to, by the authority of that county"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bodies", sa.Column("county", sa.String(), nullable=True))
    op.create_foreign_key("bodies_county_fkey", "bodies", "bodies", ["county"], ["body"])
    op.create_index("bodies_of_county", "bodies", ["county"], postgresql_where=sa.text("county IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("bodies_of_county", "bodies")
    op.drop_constraint("bodies_county_fkey", "bodies")
    op.drop_column("bodies", "county")
