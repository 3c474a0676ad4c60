"""What an objection means for those who use the data, or ask for it: a grant ends, a request waits or ends."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from tests.api.calling import Caller, Service
from tests.api.objecting import TOLD, Decision, decided, filed
from tests.api.test_five_cities import REVIEWS, granted

ANSWER: dict[str, Any] = {"answer": TOLD}
SUSPEND: Decision = ("suspension", "suspend", {})
KEEP_OPEN: Decision = ("suspension", "keep_open", {"reason": "Nothing personal in it"})
WITHDRAW: Decision = ("verification", "withdraw", ANSWER)


async def settled(service: Service, caller: Caller, case_id: str) -> Any:
    """A case when it has learned what other cases did."""
    await service.app.state.runtime.courier.finish()
    async with asyncio.timeout(30):
        while await service.app.state.runtime.pool.fetchval(
            "select exists (select from acts where case_id = $1 and state = 'received')", case_id
        ):
            await service.app.state.runtime.courier.send(case_id)
    return await caller.read(f"/v1/cases/{case_id}")


async def all_but_signed(service: Service, applicant: Caller, city: str, **fields: Any) -> Any:
    """A request that all have agreed to and its provider has signed."""
    case = await applicant.file(city, **fields)
    for stage, outcome in REVIEWS[city]:
        case = await service.decide(case, stage, outcome)
    return await service.decide(case, "provider_signature", "sign")


async def test_a_withdrawal_ends_every_grant_and_request_on_the_data_and_says_why(
    working: Service, applicant: Caller
) -> None:
    access = (await granted(working, applicant, "nanning"))["granted"]["access_case_id"]
    request = await working.as_("applicant2@demo").file("nanning")

    objection = await decided(working, await filed(working.as_("objector@demo"), "nanning"), [WITHDRAW])

    ended = await settled(working, applicant, access)
    refused = await settled(working, working.as_("applicant2@demo"), request["case_id"])
    for case in (ended, refused):
        assert (case["status"], case["outcome"]) == ("closed", "data_withdrawn")
        assert case["outcome_label"] == "Ended because the data was withdrawn"
        assert [(by["restriction"], by["case_number"]) for by in case["restricted_by"]] == [("withdrawal", None)]
    assert {task["state"] for task in refused["tasks"]} == {"cancelled"}
    seen = await working.as_("reviewer@nanning.operator").read(f"/v1/cases/{request['case_id']}")
    assert [by["case_number"] for by in seen["restricted_by"]] == [objection["case_number"]]
    assert (await applicant.read("/v1/grants"))["items"][0]["ended"] == "data_withdrawn"


async def test_no_applicant_reads_whose_case_keeps_the_data_back(working: Service, applicant: Caller) -> None:
    request = await applicant.file("nanning")
    objection = await filed(working.as_("objector@demo"), "nanning")
    await settled(working, applicant, request["case_id"])
    path = f"/v1/cases/{request['case_id']}"

    for answer in (await applicant.get(path), await applicant.get(f"{path}/events")):
        assert objection["case_id"] not in answer.text
        assert objection["case_number"] not in answer.text
        assert "objector@demo" not in answer.text
    log = (await applicant.read(f"{path}/events"))["items"]
    assert "RestrictionMet" in [event["type"] for event in log]
    for_officers = await working.as_("reviewer@nanning.operator").get(f"{path}/events")
    assert objection["case_id"] in for_officers.text


async def test_a_request_for_data_that_is_all_withdrawn_is_not_received(working: Service, applicant: Caller) -> None:
    await decided(working, await filed(working.as_("objector@demo"), "nanning"), [WITHDRAW])

    answer = await applicant.post("/v1/access-requests", await applicant.form("nanning"), str(uuid.uuid4()))
    chinese = await applicant.post(
        "/v1/access-requests",
        await applicant.form("nanning"),
        str(uuid.uuid4()),
        headers={"Accept-Language": "zh-CN"},
    )

    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("dataset_id", "data_withdrawn")]
    assert "撤回" in chinese.json()["errors"][0]["detail"]


async def test_a_suspension_makes_a_request_wait_and_its_lifting_grants_it(working: Service, applicant: Caller) -> None:
    request = await all_but_signed(working, applicant, "nanning")
    objection = await decided(working, await filed(working.as_("objector@demo"), "nanning"), [SUSPEND])
    await settled(working, applicant, request["case_id"])

    waiting = (await applicant.sign(request["case_id"]))["case"]
    assert (waiting["status"], waiting["waits_for_data"], waiting["granted"]) == ("open", True, None)
    assert [by["restriction"] for by in waiting["restricted_by"]] == ["suspension"]
    await decided(working, objection, [("verification", "restore", ANSWER)])

    case = await settled(working, applicant, request["case_id"])
    assert (case["status"], case["outcome"], case["waits_for_data"]) == ("closed", "granted", False)
    assert case["restricted_by"] == []
    assert (await applicant.read("/v1/grants"))["items"][0]["ended"] is None


async def test_a_request_that_waits_ends_when_its_data_is_withdrawn(working: Service, applicant: Caller) -> None:
    request = await all_but_signed(working, applicant, "nanning")
    objection = await filed(working.as_("objector@demo"), "nanning")
    await settled(working, applicant, request["case_id"])
    waiting = (await applicant.sign(request["case_id"]))["case"]
    assert waiting["waits_for_data"] is True

    await decided(working, objection, [WITHDRAW])

    case = await settled(working, applicant, request["case_id"])
    assert (case["outcome"], case["waits_for_data"], case["granted"]) == ("data_withdrawn", False, None)


async def test_a_grant_says_that_its_data_is_held_and_goes_on_when_it_is_not_any_more(
    working: Service, applicant: Caller
) -> None:
    access = (await granted(working, applicant, "nanning"))["granted"]["access_case_id"]
    objection = await filed(working.as_("objector@demo"), "nanning")

    held = await applicant.read(f"/v1/cases/{access}")
    (listed,) = (await applicant.read("/v1/grants"))["items"]
    await settled(working, applicant, access)
    await decided(working, objection, [KEEP_OPEN])
    await settled(working, applicant, access)
    free = await applicant.read(f"/v1/cases/{access}")
    (listed_then,) = (await applicant.read("/v1/grants"))["items"]
    messages = (await applicant.read("/v1/messages"))["items"]
    kinds = [each["kind"] for each in messages if each["case_id"] == access and each["kind"].startswith("data_")]

    assert sorted(kinds) == ["data_kept_back", "data_served_again"]
    assert ([each["restriction"] for each in listed["restricted_by"]], listed["ended"]) == (["hold"], None)
    assert listed_then["restricted_by"] == []
    assert (held["status"], [by["restriction"] for by in held["restricted_by"]]) == ("open", ["hold"])
    assert (free["status"], free["restricted_by"]) == ("open", [])


async def test_items_that_no_objection_names_are_granted_meanwhile(working: Service, applicant: Caller) -> None:
    items = [each["item"] for each in (await applicant.conditional_dataset("nanning"))["items"]]
    request = await all_but_signed(working, applicant, "nanning", data_items=items[:1])
    await filed(working.as_("objector@demo"), "nanning", data_items=items[1:2])
    await settled(working, applicant, request["case_id"])

    case = (await applicant.sign(request["case_id"]))["case"]

    assert (case["outcome"], case["restricted_by"]) == ("granted", [])


async def test_a_grant_tells_its_access_modes_and_how_often_the_data_may_be_fetched(
    working: Service, applicant: Caller
) -> None:
    case = await applicant.file("yulin", access_mode="api")
    case = await working.decide(case, "authority_review", "pass")
    case = await working.decide(case, "provider_review", "pass", daily_calls=50)
    case = await working.decide(case, "provider_signature", "sign")
    await applicant.sign(case["case_id"])

    (grant,) = (await applicant.read("/v1/grants"))["items"]

    assert (grant["access_modes"], grant["daily_calls"]) == (["api"], 50)
