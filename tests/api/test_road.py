"""The JSON of a case says its road, and what its reader may do in it now."""

from __future__ import annotations

from typing import Any

import pytest

from rules.loading import cities
from tests.api.calling import Caller, Service, open_task


def acts(case: Any) -> set[str]:
    return {each["act"] for each in case["possible"]}


@pytest.mark.parametrize("city", cities())
async def test_a_new_request_says_each_stage_ahead_with_its_article(applicant: Caller, city: str) -> None:
    case = await applicant.file(city)
    steps = case["road"]["steps"]
    assert steps[0]["standing"] == "here"
    assert {step["standing"] for step in steps[1:]} == {"ahead"}
    assert case["road"]["ending"]
    for step in steps:
        for stage in step["stages"]:
            assert stage["rule"]["text"]
            assert stage["body_name"]


async def test_an_applicant_may_withdraw_and_decides_nothing(service: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    assert acts(case) == {"withdraw", "note"}
    officer = await service.as_("reviewer@nanning.operator").read(f"/v1/cases/{case['case_id']}")
    (decision,) = [each for each in officer["possible"] if each["act"] == "decide"]
    assert decision["task_id"] == open_task(case, "formal_review")["task_id"]
    assert set(decision["outcomes"]) == {"pass", "return"}
    assert {"claim", "ask_supplement", "ask_opinion"} <= acts(officer)
    assert "withdraw" not in acts(officer)


async def test_what_is_possible_moves_with_the_case(working: Service) -> None:
    applicant = working.as_("applicant@demo")
    case = await applicant.file("nanning")
    await working.decide(case, "formal_review", "return", reason="Say which junctions")
    returned = await applicant.read(f"/v1/cases/{case['case_id']}")
    assert [each["outcomes"] for each in returned["possible"] if each["act"] == "decide"] == [["resubmit"]]
    operator = await working.as_("reviewer@nanning.operator").read(f"/v1/cases/{case['case_id']}")
    assert "correct" in acts(operator)
    await applicant.do(f"/v1/cases/{case['case_id']}/withdrawal")
    assert (await applicant.read(f"/v1/cases/{case['case_id']}"))["possible"] == []


async def test_nobody_is_told_to_decide_what_a_colleague_has_claimed(service: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    task = open_task(case, "formal_review")
    await service.as_("reviewer@nanning.operator").do(f"/v1/tasks/{task['task_id']}/claim")
    colleague = await service.as_("reviewer2@nanning.operator").read(f"/v1/cases/{case['case_id']}")
    assert "decide" not in acts(colleague)
