"""The public list of those who hold conditional data."""

from __future__ import annotations

from datetime import datetime

import pytest

from activities.database import Pool
from tests.api.calling import Caller, Service
from tests.api.test_five_cities import granted
from tests.owning import owner_of


@pytest.mark.duty("GZ-29a")
async def test_guangzhou_publishes_who_holds_conditional_data_and_by_which_article(
    working: Service, applicant: Caller
) -> None:
    case = await granted(working, applicant, "guangzhou")
    page = await working.nobody().read("/v1/holders", city="guangzhou")
    (held,) = page["items"]
    assert (held["name"], held["dataset_id"]) == ("Demo applicant A", case["dataset_id"])
    assert (page["rule"]["article"], page["rule"]["basis"]) == ("29.1", "law")

    assert held["ended_at"] is None


@pytest.mark.duty("GZ-29a")
async def test_who_had_conditional_data_stays_on_the_list_with_the_end_of_the_grant(
    working: Service, applicant: Caller, pool: Pool
) -> None:
    renounced, expired = [await granted(working, applicant, "guangzhou") for _ in range(2)]
    ended = await applicant.do(f"/v1/grants/{renounced['granted']['access_case_id']}/renunciation")
    yesterday = "update grants set valid_until = now() - interval '1 day' where case_id = $1 returning valid_until"
    async with owner_of(pool) as connection:
        ran_out = await connection.fetchval(yesterday, expired["granted"]["access_case_id"])

    latest, first = (await working.nobody().read("/v1/holders", city="guangzhou"))["items"]
    assert datetime.fromisoformat(latest["ended_at"]) == ran_out
    assert first["ended_at"] == ended["case"]["closed_at"]


async def test_a_city_whose_law_does_not_make_the_list_public_has_none(service: Service) -> None:
    answer = await service.nobody().get("/v1/holders", city="yulin")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:kaifang:problem:holders-not-public")
