"""A clock that a body stops by decision, over HTTP: the ledger says why, by which texts, and until when."""

from __future__ import annotations

import pytest

from tests.api.calling import Caller, Service, open_task
from tests.stopping import WHY, lets_clocks_be_stopped


async def test_a_clock_is_stopped_with_a_reason_and_its_ledger_names_both_texts(
    working: Service, applicant: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    lets_clocks_be_stopped(monkeypatch)
    case = await working.decide(await applicant.file("nanning"), "formal_review", "pass")
    task = open_task(case, "provider_review")
    provider = working.as_("reviewer@nanning.transport")
    path, before = f"/v1/tasks/{task['task_id']}", task["clock"]["due_at"]
    unreasoned = await provider.post(f"{path}/stop", {"stop": "inspection"})
    assert (unreasoned.status_code, unreasoned.json()["errors"][0]["field"]) == (422, "text")
    unknown = await provider.post(f"{path}/stop", {"stop": "holiday", "text": WHY})
    assert (unknown.status_code, unknown.json()["type"]) == (422, "urn:kaifang:problem:stop-not-known")
    await provider.do(f"{path}/stop", {"stop": "inspection", "text": WHY})
    again = await provider.post(f"{path}/stop", {"stop": "inspection", "text": WHY})
    assert (again.status_code, again.json()["type"]) == (409, "urn:kaifang:problem:clock-stands-already")

    clock = (await applicant.read(path))["clock"]
    began, stopped = clock["ledger"]
    assert (began["kind"], began["period"], began["due_at"]) == ("began", "5wd", before)
    assert (stopped["kind"], stopped["said"], stopped["left"], stopped["until"]) == ("stopped", WHY, "5wd", None)
    assert stopped["law"]["also"] == [
        {"source": "reconsideration", "article": "11", "regulation": "Administrative Reconsideration Law"}
    ]
    assert stopped["law"]["text"] == "Nanning article 20(3) and Administrative Reconsideration Law, article 11"
    assert clock["due_at"] == stopped["due_at"] > before, "when it is due at the latest"

    await provider.do(f"{path}/end-of-stop", {"stop": "inspection"})
    clock = (await applicant.read(path))["clock"]
    assert clock["ledger"][1]["until"]
    assert (clock["stopped_at"], clock["due_at"]) == (None, before), "on the same day nothing was lost"
    kinds = [each["kind"] for each in (await applicant.read("/v1/messages"))["items"]]
    assert {"clock_stopped", "clock_runs_again"} <= set(kinds)
    (listed,) = [each for each in (await provider.read("/v1/tasks"))["items"] if each["task_id"] == task["task_id"]]
    assert listed["clock"]["ledger"] is None, "a list reads no logs"
    await working.decide(await applicant.read(f"/v1/cases/{case['case_id']}"), "provider_review", "agree")


async def test_a_supplement_runs_on_by_a_rule_that_the_ledger_names(working: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    task = open_task(case, "formal_review")
    operator = working.as_("reviewer@nanning.operator")
    await operator.do(f"/v1/tasks/{task['task_id']}/supplement-request", {"text": "x"})
    _, ran_on = (await applicant.read(f"/v1/tasks/{task['task_id']}"))["clock"]["ledger"]
    assert (ran_on["kind"], ran_on["because"], ran_on["law"]["basis"]) == ("ran_on", "Supplement", "service")
    refused = await operator.post(f"/v1/tasks/{task['task_id']}/stop", {"stop": "inspection", "text": "x"})
    assert refused.json()["type"] == "urn:kaifang:problem:procedure-knows-no-such-act"
