"""The committed table of permissions is what the law of the program answers."""

from __future__ import annotations

from pathlib import Path

from tests.models.permissions import page

COMMITTED = Path(__file__).parents[2] / "docs" / "permissions.md"


def test_the_committed_table_of_permissions_is_the_one_that_the_law_gives() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == page(), "python -m tests.models.permissions > docs/permissions.md"
