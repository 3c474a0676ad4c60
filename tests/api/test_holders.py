"""The public list of those who hold conditional data."""

from __future__ import annotations

import pytest

from tests.api.calling import Caller, Service
from tests.api.test_five_cities import granted


@pytest.mark.duty("GZ-29a")
async def test_guangzhou_publishes_who_holds_conditional_data_and_by_which_article(
    working: Service, applicant: Caller
) -> None:
    case = await granted(working, applicant, "guangzhou")
    page = await working.nobody().read("/v1/holders", city="guangzhou")
    (held,) = page["items"]
    assert (held["name"], held["dataset_id"]) == ("Demo applicant A", case["dataset_id"])
    assert (page["rule"]["article"], page["rule"]["basis"]) == ("29.1", "law")

    await applicant.do(f"/v1/grants/{case['granted']['access_case_id']}/renunciation")
    assert (await working.nobody().read("/v1/holders", city="guangzhou"))["items"] == []


async def test_a_city_whose_law_does_not_make_the_list_public_has_none(service: Service) -> None:
    answer = await service.nobody().get("/v1/holders", city="yulin")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:kaifang:problem:holders-not-public")
