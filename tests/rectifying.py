"""Rectifications as they are filed through the inbox, without HTTP between."""

from __future__ import annotations

import uuid
from datetime import datetime

from activities.record.filings import Filing
from models.act_contents import TimeLimit
from rules.deadlines import to_shanghai
from rules.procedure_names import RECTIFICATION
from rules.resolving import resolve
from tests.driving import Driver

TEN_DAYS = TimeLimit(period="10wd")


async def breach(driver: Driver, city: str, case_id: str | None = None, *, hand_over: bool = True) -> str:
    """A breach of the city's transport department, as its authority records it; its case id."""
    case_id = case_id or str(uuid.uuid4())

    def filing(received_at: datetime) -> Filing:
        rules = resolve(driver.pack(city), RECTIFICATION, to_shanghai(received_at).date())
        bodies = {"authority": f"{city}.authority", "government": f"{city}.government"}
        return Filing(
            rules=rules,
            party=f"acc_{city}.authority_1",
            dataset_id="",
            bodies={**bodies, "provider": f"{city}.transport"},
            data_items=(),
            choices={"breach": rules.choices["breach"][0].value},
            given=frozenset({"breach", "statement"}),
        )

    await driver.inbox.receive_filing(case_id, RECTIFICATION, {"statement": "to be read by people only"}, filing)
    if hand_over:
        await driver.engine.hand_over(case_id, driver.patience)
    return case_id


async def ordered(driver: Driver, city: str, limit: TimeLimit = TEN_DAYS) -> str:
    """One whose rectification is ordered within that limit."""
    case_id = await breach(driver, city)
    assert await driver.decide(case_id, "order", "order", limit=limit) == "accepted"
    return case_id
