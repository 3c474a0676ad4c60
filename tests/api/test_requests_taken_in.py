"""Lianyungang 17: the provider takes requests in, and explains what it wants of one and what it answers."""

from __future__ import annotations

import pytest

from tests.api.calling import Caller, Service, open_task

WANTED, REASON = "Name the machine on which it is kept", "One firm alone is named in this item"


@pytest.mark.duty("LYG-17")
async def test_a_provider_takes_a_request_in_and_explains_what_it_wants_and_answers(
    working: Service, applicant: Caller
) -> None:
    case = await applicant.file("lianyungang")
    assert case["case_number"]
    assert case["received_at"]
    task = open_task(case, "provider_review")
    assert task["body"] == "lianyungang.transport"
    provider = working.as_("reviewer@lianyungang.transport")
    assert task["task_id"] in {each["task_id"] for each in (await provider.read("/v1/tasks"))["items"]}

    await provider.do(f"/v1/tasks/{task['task_id']}/supplement-request", {"text": WANTED})
    shown = open_task(await applicant.read(f"/v1/cases/{case['case_id']}"), "provider_review")
    assert shown["supplement_wanted"] == WANTED
    await applicant.do(f"/v1/cases/{case['case_id']}/supplement", {"text": "An encrypted machine of ours"})

    path = f"/v1/tasks/{task['task_id']}/decision"
    unexplained = await provider.post(path, {"outcome": "refuse"})
    assert (unexplained.status_code, unexplained.json()["type"]) == (422, "urn:kaifang:problem:requirement-missing")
    await provider.do(path, {"outcome": "refuse", "reason": REASON})

    answered = await applicant.read(f"/v1/cases/{case['case_id']}")
    assert answered["outcome"] == "refused"
    assert REASON in str(answered["reasons"])
    messages = (await applicant.read("/v1/messages"))["items"]
    assert {each["kind"] for each in messages} >= {"supplement_asked", "case_closed"}
