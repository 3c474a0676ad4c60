"""search in the catalogue"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("datasets", sa.Column("updated_on", sa.Date(), nullable=True))
    op.add_column("datasets", sa.Column("updated_by", sa.String(), nullable=True))
    op.add_column("datasets", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    # The day of the data stands in one place; index words are made by what prepares the database, and at publication.
    op.execute("update datasets set updated_on = (entry ->> 'updated_on')::date, entry = entry - 'updated_on'")
    op.execute("update dataset_versions set entry = entry - 'updated_on'")
    op.create_index("datasets_by_word", "datasets", ["search"], unique=False, postgresql_using="gin")
