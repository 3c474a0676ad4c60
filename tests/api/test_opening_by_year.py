"""The focus of a year and the plans of bodies, over HTTP: filed once, walked to their ends, published, replaced."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from activities.filing.years import first_of_its_year
from tests.api.calling import Caller, Service, open_task

PARTS = {
    "plan_tasks": "Open the timetables",
    "milestones": "June: buses; December: ferries",
    "plan_datasets": "guangzhou-transport-ferries",
    "plan_safeguards": "Two officers and a budget",
}
YEAR = 2025
"""The first case of a body and a year has one id, and the engine is shared: another test takes another year."""


async def decided(service: Service, case: dict[str, Any], stage: str, outcome: str, **said: Any) -> dict[str, Any]:
    """The case, once the officer of the body before which the stage lies has decided it."""
    return dict(await service.decide(case, stage, outcome, **said))


async def sent(caller: Caller, path: str, body: dict[str, Any]) -> httpx.Response:
    return await caller.post(path, body, str(uuid.uuid4()))


async def begun(caller: Caller, path: str, **more: Any) -> dict[str, Any]:
    answer = await sent(caller, path, {"city": "guangzhou", "year": YEAR, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.mark.duty("GZ-6", "GZ-6b")
async def test_guangzhous_focus_is_drafted_heard_and_published(working: Service) -> None:
    authority, nobody = working.as_("reviewer@guangzhou.authority"), working.nobody()
    case = await begun(authority, "/v1/opening-focuses")
    assert (await begun(authority, "/v1/opening-focuses"))["case_id"] == case["case_id"], "one a year"
    case = await decided(working, case, "drafting", "submit", focus="Buses and hospitals, for comment")
    (draft,) = (await nobody.read("/v1/published-results", city="guangzhou", year=YEAR))["items"]
    assert (draft["stage"], draft["said"][0]["text"]) == ("drafting", "Buses and hospitals, for comment")
    asked = [task for task in case["tasks"] if task["stage"] == "sector_opinion"]
    bodies = await authority.read("/v1/bodies", city="guangzhou")
    assert {task["body"] for task in asked} == {b["body"] for b in bodies["items"] if b["role"] == "provider"}
    for task in asked:
        officer = working.as_(f"reviewer@{task['body']}")
        answer = await officer.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "agree"})
        assert answer.is_success, answer.text
    days = {"held_from": "2026-01-05", "held_until": "2026-01-20"}
    case = await authority.read(f"/v1/cases/{case['case_id']}")
    case = await decided(working, case, "public_consultation", "held", measure="Twelve opinions, nine adopted", **days)
    case = await decided(working, case, "determination", "determine", focus="Buses and clinics", reason="As heard")
    assert case["outcome"] == "determined"
    (published,) = (await nobody.read("/v1/published-results", city="guangzhou", year=YEAR))["items"]
    assert [each["text"] for each in published["said"] if each["field"] == "focus"] == ["Buses and clinics"]
    assert (published["stage"], published["rule"]["article"]) == ("determination", "focus_consultation")


@pytest.mark.duty("GZ-7")
@pytest.mark.duty("GZ-7b")
async def test_a_second_plan_of_a_year_replaces_the_first_and_both_stay_on_record(working: Service) -> None:
    provider, nobody = working.as_("reviewer@guangzhou.transport"), working.nobody()
    first = await begun(provider, "/v1/opening-plans")
    assert first["case_id"] == first_of_its_year("opening_plan", "guangzhou", "guangzhou.transport", YEAR)
    lacking = await provider.post(
        f"/v1/tasks/{open_task(first, 'submission')['task_id']}/decision", {"outcome": "submit", "plan_tasks": "Some"}
    )
    assert {each["field"] for each in lacking.json()["errors"]} == {*PARTS} - {"plan_tasks"}
    early = await sent(provider, "/v1/opening-plans", {"city": "guangzhou", "year": YEAR, "replaces": first["case_id"]})
    assert [each["code"] for each in early.json()["errors"]] == ["plan_not_on_record"]

    case = await decided(working, first, "submission", "submit", **PARTS)
    case = await decided(working, case, "filing", "record")
    case = await decided(working, case, "passing_up", "pass_up", reference="粤数〔2026〕1号")
    assert case["outcome"] == "passed_up"

    second = await begun(provider, "/v1/opening-plans", replaces=first["case_id"])
    assert second["case_id"] != first["case_id"]
    assert second["caused_by"]["case_id"] == first["case_id"]
    case = await decided(working, second, "submission", "submit", **PARTS | {"plan_tasks": "Open more"})
    await decided(working, case, "filing", "record")
    now, before = (await nobody.read("/v1/published-results", city="guangzhou", year=YEAR))["items"]
    assert (now["replaced_by"], before["replaced_by"]["case_id"]) == (None, second["case_id"])
    assert now["said"][0]["text"] == "Open more"
    assert [each["field"] for each in before["said"]] == list(PARTS), "all four parts, and nothing beside them"
    stranger = working.as_("reviewer@guangzhou.health")
    other = await sent(stranger, "/v1/opening-plans", {"city": "guangzhou", "year": YEAR, "replaces": first["case_id"]})
    assert [each["code"] for each in other.json()["errors"]] == ["plan_unknown"]


async def test_a_plan_that_another_has_replaced_is_not_replaced_again(working: Service) -> None:
    provider, year = working.as_("reviewer@guangzhou.transport"), {"city": "guangzhou", "year": YEAR - 1}
    first = (await sent(provider, "/v1/opening-plans", year)).json()
    case = await decided(working, first, "submission", "submit", **PARTS)
    case = await decided(working, case, "filing", "record")
    await decided(working, case, "passing_up", "pass_up", reference="粤数〔2024〕1号")

    instead, key = year | {"replaces": first["case_id"]}, str(uuid.uuid4())
    answers = await asyncio.gather(*(sent(provider, "/v1/opening-plans", instead) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [201, 422, 422, 422], "nor while the other is under way"
    second = next(each.json() for each in answers if each.status_code == 201)
    case = await decided(working, second, "submission", "submit", **PARTS)
    await decided(working, case, "filing", "record")
    third = await provider.post("/v1/opening-plans", instead, key)
    assert [(each["field"], each["code"]) for each in third.json()["errors"]] == [("replaces", "plan_replaced")]

    # What took its place can be replaced in its turn, by the same key of a page too; the same again is the same.
    last, again = [
        (await provider.post("/v1/opening-plans", year | {"replaces": second["case_id"]}, key)).json()["case_id"]
        for _ in range(2)
    ]
    assert last == again
    assert last not in (first["case_id"], second["case_id"])


@pytest.mark.duty("NN-18")
async def test_nannings_plan_goes_to_the_authority_and_only_a_body_begins_its_own(working: Service) -> None:
    provider = working.as_("reviewer@nanning.transport")
    plan = {"city": "nanning", "year": 2024}
    assert (await sent(working.as_("applicant@demo"), "/v1/opening-plans", plan)).status_code == 403
    assert (await sent(working.as_("reviewer@guangzhou.transport"), "/v1/opening-plans", plan)).status_code == 403
    far = await sent(provider, "/v1/opening-plans", plan | {"year": 2099})
    assert [each["code"] for each in far.json()["errors"]] == ["year_out_of_reach"]
    case = (await sent(provider, "/v1/opening-plans", plan)).json()
    case = await decided(working, case, "submission", "submit", plan="Ten more datasets")
    assert (case["outcome"], case["year"]["body"]) == ("submitted", "nanning.transport")
    read = await working.as_("reviewer@nanning.authority").read(f"/v1/cases/{case['case_id']}")
    assert read["year"]["results"][0]["said"][0]["text"] == "Ten more datasets"
    assert (await sent(provider, "/v1/opening-focuses", plan)).status_code == 422, "Nanning sets no focus"
