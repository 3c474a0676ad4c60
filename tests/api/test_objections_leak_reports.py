"""Reports of leaks: who reports what where, as the city's law has it."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from activities.database import Pool
from tests.api.calling import Caller, Service, open_stages
from tests.api.objecting import Decision, decided
from tests.api.test_five_cities import granted

DONE = {"measure": "Keys were changed"}
STATEMENT = "A copy was seen elsewhere"


async def report(caller: Caller, **body: Any) -> httpx.Response:
    return await caller.post("/v1/leak-reports", {"statement": STATEMENT, **body}, str(uuid.uuid4()))


@pytest.mark.duty("GZ-33")
async def test_guangzhous_user_of_data_reports_a_security_problem_to_its_provider_promptly(
    working: Service, applicant: Caller, pool: Pool
) -> None:
    grant = (await granted(working, applicant, "guangzhou"))["granted"]
    dataset = (await applicant.read(f"/v1/cases/{grant['access_case_id']}"))["dataset_id"]

    answer = await report(applicant, city="guangzhou", dataset_id=dataset)

    assert answer.status_code == 201, answer.text
    case = answer.json()
    assert (case["procedure"], case["dataset_id"], case["request"]) == ("leak", dataset, None)
    assert case["report"] == {"statement": STATEMENT, "data_items": []}
    assert case["parties"][0]["role"] == "reporter"
    assert [(t["body"], t["clock"]["promptly"]) for t in case["tasks"]] == [("guangzhou.transport", True)]
    assert await pool.fetchval("select count(*) from restrictions") == 0
    closed = await decided(working, case, [("handling", "handled", DONE)])
    assert (closed["status"], closed["outcome"]) == ("closed", "handled")


async def test_who_gave_a_grant_back_reports_too_and_who_never_had_one_does_not(
    working: Service, applicant: Caller
) -> None:
    case = await granted(working, applicant, "guangzhou")
    await applicant.do(f"/v1/grants/{case['granted']['access_case_id']}/renunciation")
    body = {"city": "guangzhou", "dataset_id": case["dataset_id"]}

    former = await report(applicant, **body)
    stranger = await report(working.as_("applicant2@demo"), **body)
    officer = await report(working.as_("reviewer@guangzhou.operator"), **body)

    assert former.status_code == 201
    assert [(e["field"], e["code"]) for e in stranger.json()["errors"]] == [("dataset_id", "never_granted")]
    assert officer.status_code == 403


@pytest.mark.duty("GZ-33")
@pytest.mark.parametrize("named", [{}, {"dataset_id": ""}])
async def test_a_demand_of_only_some_cases_is_named_so_and_is_no_fault_of_form(
    applicant: Caller, named: dict[str, str]
) -> None:
    answer = await applicant.post("/v1/leak-reports", {"city": "guangzhou", "statement": STATEMENT, **named}, "once")
    assert answer.status_code == 422, answer.text
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [("dataset_id", "missing_here")]


async def test_whoever_uses_unconditional_data_reports_on_it_and_needs_no_grant_for_it(working: Service) -> None:
    stranger = working.as_("applicant2@demo")
    listed = await stranger.read("/v1/datasets", city="guangzhou", openness="unconditional", limit=1)
    dataset = listed["items"][0]

    answer = await report(stranger, city="guangzhou", dataset_id=dataset["dataset_id"])

    assert answer.status_code == 201, answer.text
    case = answer.json()
    assert (case["procedure"], case["dataset_id"]) == ("leak", dataset["dataset_id"])
    closed = await decided(working, case, [("handling", "handled", DONE)])
    assert (closed["status"], closed["outcome"]) == ("closed", "handled")


@pytest.mark.duty("NJ-34")
async def test_nanjings_operator_records_remedy_and_tells_users_and_authority_at_once(working: Service) -> None:
    answer = await report(working.as_("reviewer@nanjing.operator"), city="nanjing")

    assert answer.status_code == 201, answer.text
    case = answer.json()
    assert open_stages(case) == ["remedy", "telling_authority", "telling_users"]
    steps: list[Decision] = [
        ("remedy", "remedied", DONE),
        ("telling_users", "told", DONE),
        ("telling_authority", "reported", DONE),
    ]
    for stage, outcome, said in steps:
        assert case["status"] == "open"
        case = await decided(working, case, [(stage, outcome, said)])
    assert (case["status"], case["outcome"]) == ("closed", "handled")


async def test_in_nanjing_nobody_but_the_operator_reports_and_on_no_dataset(service: Service) -> None:
    applicant, operator = service.as_("applicant@demo"), service.as_("reviewer@nanjing.operator")

    of_applicant = await report(applicant, city="nanjing")
    of_provider = await report(service.as_("reviewer@nanjing.transport"), city="nanjing")
    of_another_city = await report(service.as_("reviewer@yulin.operator"), city="nanjing")
    on_data = await report(operator, city="nanjing", dataset_id="nanjing-transport-river-crossing-flow")
    silent = await report(operator, city="nanjing", statement=" ")

    assert (of_applicant.status_code, of_applicant.json()["type"]) == (403, "urn:kaifang:problem:role-required")
    assert (of_provider.status_code, of_another_city.status_code) == (403, 403)
    assert of_provider.json()["type"] == "urn:kaifang:problem:operator-reports"
    assert [(e["field"], e["code"]) for e in on_data.json()["errors"]] == [("dataset_id", "no_dataset_concerned")]
    assert [(e["field"], e["code"]) for e in silent.json()["errors"]] == [("statement", "field_required")]


@pytest.mark.parametrize("city", ["nanning", "yulin", "lianyungang"])
async def test_where_the_law_knows_no_report_of_a_leak_none_is_received(applicant: Caller, city: str) -> None:
    answer = await report(applicant, city=city)

    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("city", "procedure_unknown")]


async def test_a_report_needs_a_key_and_the_same_key_reports_once(service: Service) -> None:
    operator, key = service.as_("reviewer@nanjing.operator"), str(uuid.uuid4())
    body = {"city": "nanjing", "statement": STATEMENT}

    first = await operator.post("/v1/leak-reports", body, key)
    again = await operator.post("/v1/leak-reports", body, key)
    without = await operator.post("/v1/leak-reports", body)

    assert first.json()["case_number"] == again.json()["case_number"]
    assert without.json()["type"] == "urn:kaifang:problem:idempotency-key-missing"
