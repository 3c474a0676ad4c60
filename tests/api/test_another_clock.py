"""The service where a year begins, a leap day, or days that no notice covers: PostgreSQL's clock is its clock."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from activities.settings import Settings
from api.app import create_app
from tests.api.calling import open_task, serving
from tests.clocks import set_clock


@pytest.mark.parametrize("at", ["2026-12-30T23:30:00+08:00", "2027-02-10T12:00:00+08:00", "2028-02-29T00:00:00+08:00"])
async def test_a_receipt_has_the_day_of_postgresqls_clock_and_its_period_begins_then(
    settings: Settings, at: str
) -> None:
    await set_clock(settings.database_url, at)
    async with serving(create_app(settings, patience=timedelta(milliseconds=100)), settings) as service:
        case = await service.as_("applicant@demo").file("nanning")
        record = (await service.app.state.runtime.present()).record

    received_at, began = datetime.fromisoformat(case["received_at"]), datetime.fromisoformat(at)
    assert timedelta() <= received_at - began < timedelta(minutes=5)
    assert case["received_at"][:10] == at[:10]
    clock, due = open_task(case, "formal_review")["clock"], record.calendar("CN-GX").deadline(began, "2wd")
    assert (clock["last_day"], clock["provisional"]) == (str(due.last_day), due.provisional)
