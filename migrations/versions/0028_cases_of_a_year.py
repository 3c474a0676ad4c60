"""cases about a year are found by their city and procedure, however many others there are"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

OF_A_YEAR = sa.text("procedure IN ('opening_focus', 'opening_plan', 'evaluation', 'improvement')")


def upgrade() -> None:
    op.create_index("cases_of_years", "cases", ["city", "procedure"], postgresql_where=OF_A_YEAR)


def downgrade() -> None:
    op.drop_index("cases_of_years", table_name="cases")
