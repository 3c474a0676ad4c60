"""What a case costs the engine is a number that we know, and that changes only on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import recorded
from tests.costing import cost_of, page

COMMITTED = Path(__file__).parents[2] / "docs" / "cost-of-a-case.md"


def test_the_committed_table_of_costs_is_the_one_that_the_recorded_histories_give() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == page(), "python -m tests.costing > docs/cost-of-a-case.md"


def test_a_granted_nanning_request_with_claims_stays_below_sixty_events_of_history() -> None:
    assert cost_of("nanning-claimed").history_events <= 60


@pytest.mark.parametrize("city", ["nanning", "yulin", "guangzhou", "lianyungang", "nanjing"])
def test_claims_cost_the_engine_no_action_and_a_rejected_update_costs_one(city: str) -> None:
    plain, claimed = cost_of(f"{city}-granted"), cost_of(f"{city}-claimed")
    assert claimed.log_events > plain.log_events
    assert claimed.billable == plain.billable + 1
    assert [each.problem for each in recorded.log(f"{city}-claimed").acts if each.state == "refused"]
