"""The hold at receipt: when it begins, who ends it, when there is none; several objections on one dataset."""

from __future__ import annotations

import uuid
from typing import Any

from activities.database import Pool
from tests.api.calling import Service, open_stages, open_task
from tests.api.objecting import TOLD, Decision, decided, filed, restricted, upload

ANSWER: dict[str, Any] = {"answer": TOLD}
SUSPEND: Decision = ("suspension", "suspend", {})
KEEP_OPEN: Decision = ("suspension", "keep_open", {"reason": "Nothing personal in it"})
RESTORE: Decision = ("verification", "restore", ANSWER)
WITHDRAW: Decision = ("verification", "withdraw", ANSWER)


async def added(service: Service, case: Any, files: int = 1) -> Any:
    """The case after its objector added evidence."""
    objector = service.as_("objector@demo")
    ids = [await upload(objector, f"proof {number}") for number in range(files)]
    return (await objector.do(f"/v1/cases/{case['case_id']}/evidence", {"evidence": ids}))["case"]


async def test_the_provider_confirms_a_hold_as_a_suspension_or_lifts_it_with_a_reason(
    working: Service, pool: Pool
) -> None:
    objector = working.as_("objector@demo")
    confirmed = await decided(working, await filed(objector, "nanning"), [SUSPEND])
    assert await restricted(pool, confirmed["dataset_id"]) == [("suspension", [])]
    lifted = await filed(objector, "yulin")
    task = next(task for task in lifted["tasks"] if task["stage"] == "suspension")
    path = f"/v1/tasks/{task['task_id']}/decision"
    silent = await working.as_("reviewer@yulin.transport").post(path, {"outcome": "keep_open"})
    assert (silent.status_code, silent.json()["errors"][0]["field"]) == (422, "reason")
    assert await restricted(pool, lifted["dataset_id"]) == [("hold", [])]

    lifted = await decided(working, lifted, [KEEP_OPEN])

    assert await restricted(pool, lifted["dataset_id"]) == []
    assert lifted["data"]["restriction"] is None
    assert lifted["data"]["lifted_at"] >= lifted["data"]["since"]


async def test_a_suspension_of_fewer_items_leaves_the_others_held(working: Service, pool: Pool) -> None:
    objector = working.as_("objector@demo")
    items = [each["item"] for each in (await objector.conditional_dataset("nanning"))["items"]]
    case = await filed(objector, "nanning", data_items=items[:2])
    asked = open_task(case, "suspension")["task_id"]
    provider = working.as_("reviewer@nanning.transport")

    unknown = await provider.post(f"/v1/tasks/{asked}/decision", {"outcome": "suspend", "data_items": ["driver"]})
    case = await decided(working, case, [("suspension", "suspend", {"data_items": items[1:2]})])

    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "item_unknown")
    assert (case["data"]["restriction"], case["data"]["data_items"]) == ("suspension", items[1:2])
    assert [(each["restriction"], each["data_items"]) for each in case["data"]["kept_back"]] == [
        ("suspension", items[1:2]),
        ("hold", items[:1]),
    ]
    assert case["data"]["undecided"] == [{"task_id": asked, "data_items": items[:1], "except_items": []}]
    assert sorted(await restricted(pool, case["dataset_id"])) == [("hold", items[:1]), ("suspension", items[1:2])]


async def test_a_decision_says_of_data_only_what_it_does_to_it_and_sets_no_terms(working: Service) -> None:
    case = await filed(working.as_("objector@demo"), "nanning")
    path = f"/v1/tasks/{next(t['task_id'] for t in case['tasks'] if t['stage'] == 'verification')}/decision"
    provider = working.as_("reviewer@nanning.transport")

    of_a_grant = await provider.post(path, {"outcome": "process", "valid_days": 3})
    of_data = await provider.post(path, {"outcome": "process", "processed_on": "2026-01-01"})
    chinese = await provider.post(
        path, {"outcome": "process", "processed_on": "2026-01-01"}, headers={"Accept-Language": "zh-CN"}
    )
    no_day = await provider.post(path, {"outcome": "restore", **ANSWER, "processed_on": "yesterday"})

    assert (of_a_grant.status_code, of_a_grant.json()["errors"][0]["field"]) == (422, "valid_days")
    assert of_data.json()["type"] == "urn:kaifang:problem:measure-not-allowed"
    assert of_data.json()["errors"][0]["field"] == "processed_on"
    assert "不改变数据的开放" in chinese.json()["detail"]
    assert (no_day.status_code, no_day.json()["errors"][0]["field"]) == (422, "processed_on")


async def test_a_decision_on_a_request_sets_terms_and_says_nothing_of_data(working: Service) -> None:
    case = await working.as_("applicant@demo").file("yulin")
    path = f"/v1/tasks/{next(t['task_id'] for t in case['tasks'] if t['stage'] == 'provider_review')}/decision"
    provider = working.as_("reviewer@yulin.transport")

    answer = await provider.post(path, {"outcome": "pass", "processed_on": "2026-01-01"})
    never = await provider.post(path, {"outcome": "pass", "daily_calls": 0})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "processed_on")
    assert (never.status_code, never.json()["errors"][0]["field"]) == (422, "daily_calls")


async def test_without_evidence_an_objection_is_received_and_holds_once_some_comes(
    working: Service, pool: Pool
) -> None:
    objector = working.as_("objector@demo")
    case = await filed(objector, "nanning", proven=False)
    assert await restricted(pool, case["dataset_id"]) == []
    assert case["hold_withheld"]["code"] == "no_evidence"
    assert case["hold_withheld"]["text"].startswith("No evidence has come yet")

    case = await added(working, case)

    assert await restricted(pool, case["dataset_id"]) == [("hold", [])]
    assert case["hold_withheld"] is None
    assert case["data"]["since"] > case["received_at"]
    assert len(case["objection"]["evidence"]) == 1


async def test_whoever_declined_to_suspend_without_evidence_is_asked_again_when_it_comes(
    working: Service, pool: Pool
) -> None:
    case = await filed(working.as_("objector@demo"), "nanning", proven=False)
    case = await decided(working, case, [KEEP_OPEN])
    assert open_stages(case) == ["verification"]

    case = await added(working, case, files=2)

    assert open_stages(case) == ["suspension", "verification"]
    assert await restricted(pool, case["dataset_id"]) == [("hold", [])]


async def test_new_evidence_asks_again_whether_to_suspend_and_holds_nothing_twice(working: Service, pool: Pool) -> None:
    case = await decided(working, await filed(working.as_("objector@demo"), "nanning"), [KEEP_OPEN])
    assert open_stages(case) == ["verification"]

    case = await added(working, case)
    assert open_stages(case) == ["suspension", "verification"]
    assert await restricted(pool, case["dataset_id"]) == []
    asked = open_task(case, "suspension")
    case = await added(working, case, files=2)

    assert open_task(case, "suspension")["task_id"] == asked["task_id"]
    case = await decided(working, case, [SUSPEND])
    assert await restricted(pool, case["dataset_id"]) == [("suspension", [])]


async def test_evidence_that_comes_when_the_facts_are_verified_is_on_file_and_asks_nothing(
    working: Service, pool: Pool
) -> None:
    case = await filed(working.as_("objector@demo"), "nanjing", proven=False)
    case = await decided(working, case, [("marking", "mark", {}), ("own_decision", "correct", ANSWER)])

    case = await added(working, case)

    assert (open_stages(case), len(case["objection"]["evidence"])) == (["own_correction"], 1)
    assert await restricted(pool, case["dataset_id"]) == []


async def test_the_provider_takes_up_again_whether_to_suspend_what_it_has_declined_to(
    working: Service, pool: Pool
) -> None:
    objector, provider = working.as_("objector@demo"), working.as_("reviewer@nanning.transport")
    case = await decided(working, await filed(objector, "nanning", ground="other_right"), [KEEP_OPEN])
    path = f"/v1/cases/{case['case_id']}/suspension-review"

    case = (await provider.do(path))["case"]

    assert open_stages(case) == ["suspension", "verification"]
    assert await restricted(pool, case["dataset_id"]) == []
    case = await decided(working, case, [SUSPEND])
    assert await restricted(pool, case["dataset_id"]) == [("suspension", [])]
    assert open_stages(case) == ["verification"]


async def test_nothing_is_taken_up_again_that_lies_open_or_after_the_facts_are_verified(working: Service) -> None:
    provider = working.as_("reviewer@nanning.transport")
    case = await filed(working.as_("objector@demo"), "nanning")
    path = f"/v1/cases/{case['case_id']}/suspension-review"

    lies_open = await provider.post(path)
    chinese = await provider.post(path, headers={"Accept-Language": "zh-CN"})
    await decided(working, case, [("verification", "process", {})])
    verified = await provider.post(path)

    for answer in (lies_open, verified):
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:kaifang:problem:nothing-to-review")
    assert chinese.json()["detail"] != lies_open.json()["detail"]


async def test_only_who_verifies_takes_up_a_suspension_again_and_only_in_an_objection(working: Service) -> None:
    objector = working.as_("objector@demo")
    case = await decided(working, await filed(objector, "nanning"), [KEEP_OPEN])
    request = await working.as_("applicant@demo").file("nanning")
    path = f"/v1/cases/{case['case_id']}/suspension-review"

    of_objector = await objector.post(path)
    of_operator = await working.as_("reviewer@nanning.operator").post(path)
    of_stranger = await working.as_("reviewer@nanning.health").post(path)
    on_a_request = await working.as_("reviewer@nanning.operator").post(
        f"/v1/cases/{request['case_id']}/suspension-review"
    )

    assert of_objector.json()["type"] == "urn:kaifang:problem:role-required"
    assert (of_operator.status_code, of_operator.json()["type"]) == (403, "urn:kaifang:problem:not-your-task")
    assert of_stranger.status_code == 404
    assert (on_a_request.status_code, on_a_request.json()["type"]) == (
        409,
        "urn:kaifang:problem:procedure-knows-no-such-act",
    )


async def test_a_review_with_the_same_key_is_taken_up_once(working: Service) -> None:
    provider, key = working.as_("reviewer@nanning.transport"), str(uuid.uuid4())
    case = await decided(working, await filed(working.as_("objector@demo"), "nanning"), [KEEP_OPEN])
    path = f"/v1/cases/{case['case_id']}/suspension-review"

    first, again = await provider.do(path, key=key), await provider.do(path, key=key)

    assert first["act_id"] == again["act_id"]
    assert [task["stage"] for task in again["case"]["tasks"]].count("suspension") == 2


async def test_evidence_is_added_by_its_objector_to_an_open_objection_alone(working: Service, pool: Pool) -> None:
    objector, stranger = working.as_("objector@demo"), working.as_("applicant2@demo")
    case = await decided(working, await filed(objector, "nanning"), [RESTORE])
    path, more = f"/v1/cases/{case['case_id']}/evidence", await upload(objector, "more")
    request = await working.as_("applicant@demo").file("nanning")

    closed = await objector.post(path, {"evidence": [more]})
    of_stranger = await stranger.post(path, {"evidence": [await upload(stranger)]})
    of_officer = await working.as_("reviewer@nanning.transport").post(path, {"evidence": [more]})
    on_a_request = await working.as_("applicant@demo").post(
        f"/v1/cases/{request['case_id']}/evidence", {"evidence": ["x"]}
    )

    assert (closed.status_code, closed.json()["type"]) == (409, "urn:kaifang:problem:case-closed")
    assert await pool.fetchval("select case_id from evidence where evidence_id = $1", more) is None
    assert (of_stranger.status_code, of_officer.status_code) == (404, 403)
    assert on_a_request.json()["type"] == "urn:kaifang:problem:procedure-knows-no-such-act"


async def test_evidence_that_is_unknown_or_none_is_refused_by_field(working: Service) -> None:
    objector = working.as_("objector@demo")
    path = f"/v1/cases/{(await filed(objector, 'nanning'))['case_id']}/evidence"

    unknown = await objector.post(path, {"evidence": ["none-such"]})
    none = await objector.post(path, {"evidence": []})

    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "evidence")
    assert "none-such" in unknown.json()["detail"]
    assert (none.status_code, none.json()["errors"][0]["field"]) == (422, "evidence")


async def test_the_same_evidence_with_the_same_key_is_added_once(working: Service) -> None:
    objector = working.as_("objector@demo")
    case = await filed(objector, "nanning")
    path, key = f"/v1/cases/{case['case_id']}/evidence", str(uuid.uuid4())
    body = {"evidence": [await upload(objector, "more")]}

    first = await objector.do(path, body, key)
    again = await objector.do(path, body, key)

    assert first["act_id"] == again["act_id"]
    assert len(again["case"]["objection"]["evidence"]) == 2


async def test_after_a_rejection_the_same_ground_is_received_and_holds_nothing(working: Service, pool: Pool) -> None:
    objector = working.as_("objector@demo")
    await decided(working, await filed(objector, "nanning"), [RESTORE])

    again = await filed(objector, "nanning")
    assert await restricted(pool, again["dataset_id"]) == []
    other_ground = await filed(objector, "nanning", ground="trade_secret")
    of_another = await filed(working.as_("applicant@demo"), "nanning")

    assert again["hold_withheld"]["code"] == "rejected_before"
    assert open_stages(again) == ["suspension", "verification"]
    assert other_ground["data"]["restriction"] == of_another["data"]["restriction"] == "hold"


async def test_after_an_objection_that_was_upheld_the_same_person_gets_a_hold_again(
    working: Service, pool: Pool
) -> None:
    objector = working.as_("objector@demo")
    case = await filed(objector, "nanning")
    case = await decided(working, case, [("verification", "process", {})])
    await decided(working, case, [("processing", "reopen", ANSWER | {"processing": "Names removed"})])

    again = await filed(objector, "nanning")

    assert await restricted(pool, again["dataset_id"]) == [("hold", [])]


async def test_holds_at_once_are_limited_and_objections_never(working: Service, pool: Pool) -> None:
    objector = working.as_("objector@demo")
    cases = [await filed(objector, city) for city in ("nanning", "yulin", "nanjing")]

    fourth = await filed(objector, "guangzhou")
    assert await restricted(pool, fourth["dataset_id"]) == []
    assert fourth["hold_withheld"]["code"] == "too_many_holds"
    await decided(working, cases[0], [SUSPEND])
    fifth = await filed(objector, "lianyungang")

    assert fifth["data"]["restriction"] == "hold"


async def test_data_is_served_again_only_when_no_case_holds_it(working: Service, pool: Pool) -> None:
    first = await filed(working.as_("objector@demo"), "nanning")
    second = await filed(working.as_("applicant@demo"), "nanning")
    third = await filed(working.as_("applicant2@demo"), "nanning", ground="other_right")
    path = f"/v1/datasets/{first['dataset_id']}"
    assert await restricted(pool, first["dataset_id"]) == [("hold", []), ("hold", [])]

    await decided(working, first, [RESTORE])
    one_left = await working.nobody().read(path)
    await decided(working, second, [KEEP_OPEN])
    none_left = await working.nobody().read(path)
    await decided(working, third, [WITHDRAW])
    withdrawn = await working.nobody().read(path)

    assert [each["restriction"] for each in one_left["restrictions"]] == ["hold"]
    assert (one_left["served"], none_left["served"], withdrawn["served"]) == (False, True, False)
    assert none_left["restrictions"] == []
    assert set(withdrawn["restrictions"][0]) == {"restriction", "data_items", "except_items", "since"}


async def test_a_dataset_of_which_single_items_are_held_is_served_but_for_them(working: Service) -> None:
    objector = working.as_("objector@demo")
    item = (await objector.conditional_dataset("nanning"))["items"][0]["item"]

    case = await filed(objector, "nanning", data_items=[item])
    listed = (await working.nobody().read("/v1/datasets", city="nanning"))["items"]

    shown = next(each for each in listed if each["dataset_id"] == case["dataset_id"])
    assert shown["served"] is True
    assert [each["data_items"] for each in shown["restrictions"]] == [[item]]
    assert all(each["served"] is (each["openness"] != "closed") for each in listed if each != shown)
