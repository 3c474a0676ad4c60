"""The service where a year begins, a leap day, or days that no notice covers: PostgreSQL's clock is its clock."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from activities.settings import Settings
from api.app import create_app
from stack.postgres import Login
from tests.api.calling import open_task, serving
from tests.clocks import present, set_clock
from tests.owning import url_as


@pytest.mark.parametrize("at", ["2026-12-30T23:30:00+08:00", "2027-02-10T12:00:00+08:00", "2028-02-29T00:00:00+08:00"])
async def test_a_receipt_has_the_day_of_postgresqls_clock_and_its_period_begins_then(
    settings: Settings, at: str
) -> None:
    await set_clock(url_as(settings.database_url, Login.OWNER), at)
    async with serving(create_app(settings, patience=timedelta(milliseconds=100)), settings) as service:
        case = await service.as_("applicant@demo").file("nanning")
        record = (await service.app.state.runtime.present()).record

    received_at, began = datetime.fromisoformat(case["received_at"]), datetime.fromisoformat(at)
    assert timedelta() <= received_at - began < timedelta(minutes=5)
    assert case["received_at"][:10] == at[:10]
    clock, due = open_task(case, "formal_review")["clock"], record.calendar("CN-GX").deadline(began, "2wd")
    assert (clock["last_day"], clock["provisional"]) == (str(due.last_day), due.provisional)


async def test_where_no_law_is_in_force_any_more_a_filing_is_refused_on_the_city(settings: Settings) -> None:
    await set_clock(url_as(settings.database_url, Login.OWNER), "2028-02-29T00:00:00+08:00")
    async with serving(create_app(settings), settings) as service:
        applicant = service.as_("applicant@demo")
        answer = await applicant.post("/v1/access-requests", await applicant.form("guangzhou"), str(uuid.uuid4()))

    assert answer.status_code == 422
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [("city", "not_in_force")]


async def test_a_database_without_a_clock_of_its_own_is_not_where_the_one_before_it_was(settings: Settings) -> None:
    await set_clock(url_as(settings.database_url, Login.OWNER), "2028-02-29T00:00:00+08:00")
    assert present().year == 2028
    await set_clock(url_as(settings.database_url, Login.OWNER), None)
    assert abs(present() - datetime.now(UTC)) < timedelta(minutes=1)  # noqa: TID251 - PostgreSQL runs on this machine
