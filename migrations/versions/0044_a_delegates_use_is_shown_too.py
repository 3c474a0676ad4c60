"""whose use a declaration is about, where it is that of a delegate of the grant"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("declarations", sa.Column("delegate", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("declarations", "delegate")
