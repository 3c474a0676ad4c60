"""What an applicant may choose of its own: a review (复核) of a refusal, by the law of a city that is only a file."""

from __future__ import annotations

import uuid

from temporalio.client import Client

from activities.database import Pool
from rules.sample_accounts import account_id_of
from tests.api.calling import Caller, Service, open_stages
from tests.driving import Driver
from tests.seventh_city.test_seventh_city import CITY, PACK


async def refused_in_heyang(pool: Pool, temporal: Client, task_queue: str) -> tuple[Driver, str]:
    """A request of the applicant that Heyang's centre has refused, so that the choice lies before the applicant."""
    driver = Driver(pool, temporal, task_queue, packs={CITY: PACK})
    case_id = await driver.file(CITY, party=account_id_of("applicant@demo"))
    assert await driver.decide(case_id, "look_through", "incomplete") == "accepted"
    return driver, case_id


async def test_a_refused_applicant_chooses_a_review_and_the_review_has_the_reason(
    working: Service, applicant: Caller, pool: Pool, temporal: Client, task_queue: str
) -> None:
    driver, case_id = await refused_in_heyang(pool, temporal, task_queue)
    path, key = f"/v1/cases/{case_id}/choice", str(uuid.uuid4())
    case = await applicant.read(f"/v1/cases/{case_id}")
    (mine,) = [each for each in case["possible"] if each["act"] == "decide"]
    assert mine["outcomes"] == ["ask_for_review"], "what comes of time alone is for nobody to choose"
    passive = await applicant.post(path, {"outcome": "no_review"})
    assert (passive.status_code, passive.json()["type"].rsplit(":", 1)[-1]) == (422, "outcome-not-allowed")

    chosen = {"outcome": "ask_for_review", "reason": "Nothing is missing"}
    answered = await applicant.do(path, chosen, key)

    assert open_stages(answered["case"]) == ["consultation", "review"]
    assert [(each["outcome"], each["text"]) for each in answered["case"]["reasons"]] == [
        ("ask_for_review", {"reason": "Nothing is missing"})
    ]
    assert (await applicant.do(path, chosen, key))["act_id"] == answered["act_id"]
    again = await applicant.post(path, chosen)
    assert (again.status_code, again.json()["type"].rsplit(":", 1)[-1]) == (409, "nothing-to-choose")
    assert await driver.decide(case_id, "review", "overturn") == "accepted"


async def test_a_case_in_which_the_law_leaves_nothing_to_choose_says_so(service: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    answer = await applicant.post(f"/v1/cases/{case['case_id']}/choice", {"outcome": "ask_for_review"})
    assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]) == (409, "nothing-to-choose")
    stranger = service.as_("applicant2@demo")
    strange = await stranger.post(f"/v1/cases/{case['case_id']}/choice", {"outcome": "ask_for_review"})
    assert strange.status_code == 404
