"""What officers and applicants do with tasks and cases, over HTTP."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from tests.api.calling import Caller, Service, open_stages, open_task


def path_of(task: Any, what: str) -> str:
    return f"/v1/tasks/{task['task_id']}/{what}"


async def test_of_two_officers_who_decide_at_once_one_wins_and_the_other_is_told_so(
    working: Service, applicant: Caller
) -> None:
    case = await applicant.file("nanning")
    task = open_task(case, "formal_review")
    officers = [working.as_("reviewer@nanning.operator"), working.as_("reviewer2@nanning.operator")]

    answers = await asyncio.gather(
        officers[0].post(path_of(task, "decision"), {"outcome": "pass"}),
        officers[1].post(path_of(task, "decision"), {"outcome": "return", "reason": "Incomplete"}),
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    loser = next(answer for answer in answers if answer.status_code == 409).json()
    assert loser["type"] == "urn:kaifang:problem:task-already-decided"
    told = await officers[0].read(f"/v1/cases/{case['case_id']}")
    assert sum(t["state"] == "done" for t in told["tasks"]) == 1


async def test_a_decision_repeated_with_its_key_is_answered_as_before(working: Service, applicant: Caller) -> None:
    task = open_task(await applicant.file("nanning"), "formal_review")
    officer, key = working.as_("reviewer@nanning.operator"), str(uuid.uuid4())

    first = await officer.do(path_of(task, "decision"), {"outcome": "pass"}, key)
    again = await officer.do(path_of(task, "decision"), {"outcome": "pass"}, key)
    other = await officer.post(path_of(task, "decision"), {"outcome": "return", "reason": "No"}, key)

    assert (again["act_id"], again["received_at"]) == (first["act_id"], first["received_at"])
    assert (other.status_code, other.json()["type"]) == (422, "urn:kaifang:problem:idempotency-key-reused")


async def test_an_outcome_that_the_stage_does_not_know_is_refused_with_those_it_knows(
    working: Service, applicant: Caller
) -> None:
    task = open_task(await applicant.file("nanning"), "formal_review")

    answer = await working.as_("reviewer@nanning.operator").post(path_of(task, "decision"), {"outcome": "refuse"})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "outcome")
    assert answer.json()["detail"] == "The outcomes of this stage are Pass (pass), Return (return)."


async def test_a_claimed_task_is_the_claimants_until_it_is_released(working: Service, applicant: Caller) -> None:
    task = open_task(await applicant.file("nanning"), "formal_review")
    first, second = working.as_("reviewer@nanning.operator"), working.as_("reviewer2@nanning.operator")

    claimed = await first.do(path_of(task, "claim"))
    refused = await second.post(path_of(task, "decision"), {"outcome": "pass"})
    released = await first.do(path_of(task, "release"))
    decided = await second.do(path_of(task, "decision"), {"outcome": "pass"})

    assert (claimed["task"]["state"], claimed["task"]["claimed_by"]) == ("claimed", "reviewer@nanning.operator")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:kaifang:problem:task-already-claimed")
    assert "(reviewer@nanning.operator), on " in refused.json()["detail"], "it says by whom, and since when"
    assert (released["task"]["state"], released["task"]["claimed_by"]) == ("open", None)
    assert decided["task"]["outcome"] == "pass"


async def test_a_claim_needs_no_worker(service: Service, applicant: Caller) -> None:
    task = open_task(await applicant.file("nanning"), "formal_review")

    claimed = await service.as_("reviewer@nanning.operator").do(path_of(task, "claim"))

    assert claimed["task"]["state"] == "claimed"


async def test_a_supervisor_gives_a_claimed_task_to_another_officer_of_the_body(
    working: Service, applicant: Caller
) -> None:
    case = await applicant.file("yulin")
    task = open_task(case, "authority_review")
    await working.as_("reviewer@yulin.authority").do(path_of(task, "claim"))
    supervisor = working.as_("supervisor@yulin.authority")

    outsider = await supervisor.post(path_of(task, "reassignment"), {"to": "reviewer@yulin.transport"})
    nobody = await supervisor.post(path_of(task, "reassignment"), {"to": "reviewer9@yulin.authority"})
    moved = await supervisor.do(path_of(task, "reassignment"), {"to": "reviewer2@yulin.authority"})

    assert outsider.json()["type"] == "urn:kaifang:problem:officer-not-of-this-body"
    assert [error["code"] for error in nobody.json()["errors"]] == ["account_unknown"]
    assert moved["task"]["claimed_by"] == "reviewer2@yulin.authority"


async def test_a_returned_request_is_submitted_again_with_what_the_applicant_changed(
    working: Service, applicant: Caller
) -> None:
    case = await applicant.file("nanning")
    case = await working.decide(case, "formal_review", "return", reason="The purpose is vague")
    seen = await applicant.read(f"/v1/cases/{case['case_id']}")
    key = str(uuid.uuid4())
    path = f"/v1/cases/{case['case_id']}/supplement"

    answered = await applicant.do(path, {"purpose": "Bus lanes of Minzu Avenue", "urgency": "urgent"}, key)
    again = await applicant.do(path, {"purpose": "Bus lanes of Minzu Avenue", "urgency": "urgent"}, key)

    assert seen["reasons"][0]["text"] == {"reason": "The purpose is vague"}
    assert again["act_id"] == answered["act_id"]
    assert answered["case"]["request"]["purpose"] == "Bus lanes of Minzu Avenue"
    review = open_task(answered["case"], "formal_review")
    assert (review["round"], review["clock"]["period"]) == (2, "12h")


async def test_a_resubmission_is_judged_as_a_filing_is(working: Service, applicant: Caller) -> None:
    case = await working.decide(await applicant.file("nanning"), "formal_review", "return", reason="Vague")

    answer = await applicant.post(
        f"/v1/cases/{case['case_id']}/supplement", {"urgency": "at once", "data_items": ["x"]}
    )

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"urgency", "data_items"}


async def test_a_supplement_is_asked_for_and_given_while_the_clock_runs_on(working: Service, applicant: Caller) -> None:
    task = open_task(await applicant.file("lianyungang"), "provider_review")
    reviewer = working.as_("reviewer@lianyungang.transport")
    supplement = f"/v1/cases/{task['case_id']}/supplement"

    nothing = await applicant.post(supplement, {"text": "More"})
    asked = await reviewer.do(path_of(task, "supplement-request"), {"text": "Where is it kept?"})
    twice = await reviewer.post(path_of(task, "supplement-request"), {"text": "And?"})
    given = await applicant.do(supplement, {"text": "On one machine", "safeguards": "Encrypted, in Lianyungang"})

    assert nothing.json()["type"] == "urn:kaifang:problem:nothing-asked"
    assert asked["task"]["supplement_asked_at"]
    assert asked["task"]["clock"]["due_at"] == task["clock"]["due_at"]
    assert twice.json()["type"] == "urn:kaifang:problem:supplement-already-asked"
    assert given["case"]["request"]["safeguards"] == "Encrypted, in Lianyungang"
    assert given["case"]["tasks"][0]["supplement_asked_at"] is None


async def test_an_applicant_withdraws_until_the_case_is_closed(working: Service, applicant: Caller) -> None:
    case = await applicant.file("guangzhou")

    answered = await applicant.do(f"/v1/cases/{case['case_id']}/withdrawal", {"reason": "Not needed any more"})
    late = await applicant.post(f"/v1/cases/{case['case_id']}/withdrawal")

    assert (answered["case"]["status"], answered["case"]["outcome"]) == ("closed", "withdrawn")
    assert {task["state"] for task in answered["case"]["tasks"]} == {"cancelled"}
    assert (late.status_code, late.json()["type"]) == (409, "urn:kaifang:problem:case-closed")


async def test_a_body_corrects_its_decision_until_the_next_body_has_acted(working: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    task = open_task(case, "formal_review")
    operator = working.as_("reviewer@nanning.operator")
    await operator.do(path_of(task, "decision"), {"outcome": "return", "reason": "Vague"})

    corrected = await operator.do(path_of(task, "correction"), {"outcome": "pass"})
    assert open_stages(corrected["case"]) == ["provider_review"]
    await working.decide(corrected["case"], "provider_review", "agree")
    late = await operator.post(path_of(task, "correction"), {"outcome": "return", "reason": "After all"})

    assert (late.status_code, late.json()["type"]) == (409, "urn:kaifang:problem:next-body-has-acted")


async def test_experts_give_an_opinion_inside_the_stage_and_hold_up_nothing(
    working: Service, applicant: Caller
) -> None:
    case = await working.decide(await applicant.file("nanning"), "formal_review", "pass")
    task = open_task(case, "provider_review")
    provider = working.as_("reviewer@nanning.transport")

    asked = await provider.do(path_of(task, "opinion-request"), {"question": "Can persons be told apart?"})
    opinion = open_task(asked["case"], "expert_opinion")
    experts = working.as_("reviewer@nanning.experts")
    given = await experts.do(path_of(opinion, "decision"), {"outcome": "opinion", "text": "Hardly"})

    assert opinion["asked_by_task"] == task["task_id"]
    assert open_stages(given["case"]) == ["provider_review"]
    texts = [e["text"] for e in (await provider.read(f"/v1/cases/{case['case_id']}/events"))["items"] if e["text"]]
    assert {"outcome": "opinion", "text": "Hardly"} in texts
    for_applicant = (await applicant.read(f"/v1/cases/{case['case_id']}/events"))["items"]
    assert all("Hardly" not in str(event) and "told apart" not in str(event) for event in for_applicant)


async def test_guangzhous_law_knows_no_opinion_of_experts(working: Service, applicant: Caller) -> None:
    task = open_task(await applicant.file("guangzhou"), "provider_review")

    answer = await working.as_("reviewer@guangzhou.transport").post(
        path_of(task, "opinion-request"), {"question": "What do you think?"}
    )

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:kaifang:problem:procedure-knows-no-such-act")


async def test_only_items_of_the_dataset_and_of_the_request_can_be_granted(working: Service, applicant: Caller) -> None:
    dataset = await applicant.conditional_dataset("nanning")
    items = [item["item"] for item in dataset["items"]]
    case = await working.decide(await applicant.file("nanning", data_items=items[:2]), "formal_review", "pass")
    task = open_task(case, "provider_review")
    provider = working.as_("reviewer@nanning.transport")

    unknown = await provider.post(path_of(task, "decision"), {"outcome": "agree", "data_items": ["no_such"]})
    not_asked = await provider.post(path_of(task, "decision"), {"outcome": "agree", "data_items": [items[2]]})
    agreed = await provider.do(path_of(task, "decision"), {"outcome": "agree", "data_items": items[:1]})

    assert [error["code"] for error in unknown.json()["errors"]] == ["item_unknown"]
    assert not_asked.json()["type"] == "urn:kaifang:problem:item-not-requested"
    assert agreed["task"]["outcome"] == "agree"


async def test_nothing_waits_for_a_signature_before_the_bodies_have_agreed(working: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")

    answer = await applicant.post(f"/v1/cases/{case['case_id']}/signature")

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:kaifang:problem:nothing-to-sign")


async def test_a_signature_repeated_with_its_key_is_answered_as_before(working: Service, applicant: Caller) -> None:
    case = await working.decide(await applicant.file("guangzhou"), "provider_review", "agree")
    path, key = f"/v1/cases/{case['case_id']}/signature", str(uuid.uuid4())

    signed = {"digest": await applicant.digest(case["case_id"])}
    first = await applicant.do(path, signed, key)
    again = await applicant.do(path, signed, key)

    assert again["act_id"] == first["act_id"]
    assert open_stages(again["case"]) == ["provider_signature"]


@pytest.mark.parametrize("body", [{}, {"text": "  "}, {"text": "a\x00"}])
async def test_a_demand_for_a_supplement_says_what_is_wanted(
    service: Service, applicant: Caller, body: dict[str, str]
) -> None:
    task = open_task(await applicant.file("nanning"), "formal_review")

    answer = await service.as_("reviewer@nanning.operator").post(path_of(task, "supplement-request"), body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "text")


@pytest.mark.parametrize("said", [{}, {"purpose": " "}, {"data_items": []}])
async def test_a_supplement_that_says_nothing_is_not_received(
    working: Service, applicant: Caller, said: dict[str, object]
) -> None:
    case = await applicant.file("nanning")
    operator = working.as_("reviewer@nanning.operator")
    await operator.do(f"/v1/tasks/{case['tasks'][0]['task_id']}/supplement-request", {"text": "say more"})
    path = f"/v1/cases/{case['case_id']}/supplement"
    assert (await applicant.post(path, said, str(uuid.uuid4()))).status_code == 422
    assert (await applicant.post(path, {"text": "more"}, str(uuid.uuid4()))).status_code == 200
