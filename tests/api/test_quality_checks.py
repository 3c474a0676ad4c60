"""Quality checks: who raises them in which time, what is refused by field, and what their provider reports."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from activities.database import Pool
from tests.api.calling import Caller, Service
from tests.api.objecting import decided
from tests.api.test_five_cities import granted

STATEMENT = "Two stops of line 4 are swapped"
RESULT = {"result": "They were, and are put right"}


async def check(caller: Caller, **body: Any) -> httpx.Response:
    return await caller.post("/v1/quality-checks", {"statement": STATEMENT, **body}, str(uuid.uuid4()))


async def has_data(working: Service, applicant: Caller, city: str) -> tuple[str, date]:
    """Conditional data that the applicant was granted, and the day of that."""
    case = await granted(working, applicant, city)
    return case["dataset_id"], date.fromisoformat(case["closed_at"][:10])


def wrong(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(each["field"], each["code"]) for each in answer.json()["errors"]]


@pytest.mark.duty("NN-20.6", "NN-21")
async def test_nannings_user_is_told_the_result_and_the_data_stays_served(
    working: Service, applicant: Caller, pool: Pool
) -> None:
    dataset, today = await has_data(working, applicant, "nanning")
    about = {"city": "nanning", "dataset_id": dataset}

    tomorrow = await check(applicant, **about, discovered_on=str(today + timedelta(days=2)))
    before = await check(applicant, **about, discovered_on=str(today - timedelta(days=1)))
    no_day = await check(applicant, **about)
    stranger = await check(working.as_("applicant2@demo"), **about, discovered_on=str(today))
    answer = await check(applicant, **about, discovered_on=str(today))

    assert wrong(tomorrow) == [("discovered_on", "day_in_the_future")]
    assert wrong(before) == [("discovered_on", "found_before_the_grant")]
    assert wrong(no_day) == [("discovered_on", "field_required")]
    assert wrong(stranger) == [("dataset_id", "never_obtained")]
    assert answer.status_code == 201, answer.text
    case = answer.json()
    raised = case["quality_check"]
    assert (raised["statement"], raised["discovered_on"], raised["late"]) == (STATEMENT, str(today), False)
    (task,) = case["tasks"]
    assert (task["body"], task["clock"]["period"], task["rule"]["article"]) == ("nanning.transport", "3wd", "20(6)")
    closed = await decided(working, case, [("check", "correct", RESULT | {"entry_changes": True})])
    assert (closed["status"], closed["outcome"]) == ("closed", "corrected")
    told = (await applicant.read(f"/v1/cases/{case['case_id']}"))["reasons"]
    assert [each["text"] for each in told] == [RESULT]
    assert closed["catalogue_update"]["case_number"].startswith("NN-CU-")
    assert await pool.fetchval("select count(*) from restrictions") == 0


@pytest.mark.duty("NN-20.6")
async def test_what_is_raised_late_is_late_on_record_and_checked_all_the_same(working: Service) -> None:
    stranger = working.as_("applicant2@demo")
    dataset = (await stranger.read("/v1/datasets", city="nanning", openness="unconditional", limit=1))["items"][0]

    answer = await check(stranger, city="nanning", dataset_id=dataset["dataset_id"], discovered_on="2026-01-05")

    assert answer.status_code == 201, answer.text
    case = answer.json()
    raised = case["quality_check"]
    assert (raised["late"], raised["wanted_until"]) == (True, "2026-01-08T00:00:00+08:00")
    assert [each["state"] for each in case["tasks"]] == ["open"]
    closed = await decided(working, case, [("check", "confirm", RESULT)])
    assert closed["outcome"] == "confirmed"


@pytest.mark.duty("YL-24b")
@pytest.mark.duty("YL-24")
async def test_yulins_user_is_told_the_result_with_no_period_on_either_side(
    working: Service, applicant: Caller
) -> None:
    dataset, _ = await has_data(working, applicant, "yulin")

    answer = await check(applicant, city="yulin", dataset_id=dataset)

    assert answer.status_code == 201, answer.text
    case = answer.json()
    assert (case["quality_check"]["late"], case["quality_check"]["wanted_until"]) == (False, None)
    assert [(t["body"], t["clock"]["period"]) for t in case["tasks"]] == [("yulin.transport", None)]
    await decided(working, case, [("check", "confirm", RESULT)])
    told = await applicant.read(f"/v1/cases/{case['case_id']}")
    assert (told["outcome"], [each["text"] for each in told["reasons"]]) == ("confirmed", [RESULT])


async def test_a_city_whose_law_has_no_quality_check_receives_none(applicant: Caller) -> None:
    answer = await check(applicant, city="nanjing", dataset_id="nanjing-transport-bus-lines")
    assert wrong(answer) in ([("city", "procedure_unknown")], [("dataset_id", "dataset_unknown")])
