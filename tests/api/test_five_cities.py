"""Each city by its own law: from the filing to the grant, and to the refusal with what the law demands of it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.api.calling import Caller, Service, open_stages, open_task

REVIEWS = {
    "nanning": [("formal_review", "pass"), ("provider_review", "agree"), ("approval", "approve")],
    "yulin": [("authority_review", "pass"), ("provider_review", "pass")],
    "guangzhou": [("provider_review", "agree")],
    "lianyungang": [("provider_review", "agree")],
    "nanjing": [("provider_review", "agree")],
}
FIRST_TASKS = {
    "nanning": {"formal_review": ("2wd", "20(2)")},
    "yulin": {"authority_review": (None, "23"), "provider_review": (None, "23")},
    "guangzhou": {"provider_review": ("20wd", "16.2")},
    "lianyungang": {"provider_review": ("10wd", "19.1")},
    "nanjing": {"provider_review": ("15wd", "27.1")},
}


async def granted(service: Service, applicant: Caller, city: str, **fields: Any) -> Any:
    """A request that all reviews of its city agree to and both parties sign."""
    case = await applicant.file(city, **fields)
    for stage, outcome in REVIEWS[city]:
        case = await service.decide(case, stage, outcome)
    case = await service.decide(case, "provider_signature", "sign")
    return (await applicant.sign(case["case_id"]))["case"]


@pytest.mark.parametrize("city", FIRST_TASKS)
async def test_a_filing_is_answered_with_the_tasks_periods_and_articles_of_its_city(
    applicant: Caller, city: str
) -> None:
    case = await applicant.file(city)

    shown = {t["stage"]: (t["clock"]["period"], t["clock"]["article"]) for t in case["tasks"]}
    assert shown == FIRST_TASKS[city]
    for task in case["tasks"]:
        assert (task["clock"]["due_at"] is None) == (task["clock"]["period"] is None)
        assert task["clock"]["basis"] == "law"


@pytest.mark.parametrize("city", REVIEWS)
async def test_a_request_that_all_bodies_agree_to_and_both_sign_is_granted(
    working: Service, applicant: Caller, city: str
) -> None:
    case = await granted(working, applicant, city)

    assert (case["status"], case["outcome"]) == ("closed", "granted")
    assert open_stages(case) == []
    grants = await applicant.read("/v1/grants")
    assert [g["case_id"] for g in grants["items"]] == [case["granted"]["access_case_id"]]
    access = await applicant.read(f"/v1/cases/{case['granted']['access_case_id']}")
    assert (access["procedure"], access["status"]) == ("access", "open")
    assert access["granted"]["data_items"] == case["request"]["data_items"]


@pytest.mark.parametrize(
    ("city", "said", "missing"),
    [
        ("nanning", {}, {"reason", "basis"}),
        ("nanning", {"reason": "Personal data"}, {"basis"}),
        ("nanning", {"reason": " ", "basis": "Article 9"}, {"reason"}),
        ("yulin", {"basis": "Article 9"}, {"reason"}),
        ("guangzhou", {}, {"reason"}),
        ("lianyungang", {}, {"reason|basis"}),
        ("nanjing", {}, {"reason"}),
    ],
)
async def test_a_refusal_without_what_the_citys_law_demands_is_a_problem_on_that_field(
    working: Service, applicant: Caller, city: str, said: dict[str, str], missing: set[str]
) -> None:
    case = await applicant.file(city)
    if city == "nanning":
        case = await working.decide(case, "formal_review", "pass")
    task = open_task(case, "provider_review")
    reviewer = working.as_(f"reviewer@{task['body']}")

    answer = await reviewer.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "refuse", **said})

    assert answer.status_code == 422
    problem = answer.json()
    assert problem["type"] == "urn:kaifang:problem:requirement-missing"
    assert {error["field"] for error in problem["errors"]} == missing
    assert all(error["rule"]["article"] for error in problem["errors"])
    assert open_stages(await applicant.read(f"/v1/cases/{case['case_id']}")) == open_stages(case)


async def test_nannings_refusal_without_reason_or_basis_names_article_20_3(working: Service, applicant: Caller) -> None:
    case = await working.decide(await applicant.file("nanning"), "formal_review", "pass")
    task = open_task(case, "provider_review")
    reviewer = working.as_("reviewer@nanning.transport")
    path = f"/v1/tasks/{task['task_id']}/decision"

    english = await reviewer.post(path, {"outcome": "refuse"})
    chinese = await reviewer.post(path, {"outcome": "refuse"}, headers={"Accept-Language": "zh-CN,zh;q=0.9"})

    assert english.headers["content-language"] == "en"
    assert english.json()["detail"] == "Nanning article 20(3): a refusal states reason and legal basis."
    assert english.json()["errors"][0]["rule"]["basis"] == "law"
    assert chinese.headers["content-language"] == "zh-CN"
    assert chinese.json()["detail"] == "南宁第二十条第（三）项：拒绝须说明理由和依据。"


async def test_a_demand_of_the_service_is_never_shown_as_a_demand_of_the_law(
    working: Service, applicant: Caller
) -> None:
    case = await applicant.file("yulin")
    task = open_task(case, "authority_review")

    answer = await working.as_("reviewer@yulin.authority").post(
        f"/v1/tasks/{task['task_id']}/decision", {"outcome": "refuse"}
    )

    (error,) = answer.json()["errors"]
    assert error["rule"]["basis"] == "service"
    assert error["rule"]["regulation"] is None
    assert "service rule" in error["detail"]


async def test_yulins_first_refusal_closes_the_case_and_cancels_the_other_task(
    working: Service, applicant: Caller
) -> None:
    case = await applicant.file("yulin")

    case = await working.decide(case, "provider_review", "refuse", reason="The data names persons")

    assert (case["status"], case["outcome"]) == ("closed", "refused")
    assert {t["stage"]: t["state"] for t in case["tasks"]} == {
        "authority_review": "cancelled",
        "provider_review": "done",
    }
    seen = await applicant.read(f"/v1/cases/{case['case_id']}")
    assert [reason["text"] for reason in seen["reasons"]] == [{"reason": "The data names persons"}]


async def test_nannings_refusal_is_final_only_when_the_authority_has_approved_it(
    working: Service, applicant: Caller
) -> None:
    case = await working.decide(await applicant.file("nanning"), "formal_review", "pass")
    case = await working.decide(case, "provider_review", "refuse", reason="Secret", basis="Article 10")
    assert (case["status"], open_stages(case)) == ("open", ["approval_of_refusal"])
    before = await applicant.read(f"/v1/cases/{case['case_id']}")
    assert before["reasons"] == []

    case = await working.decide(case, "approval_of_refusal", "approve")

    assert (case["status"], case["outcome"]) == ("closed", "refused")
    after = await applicant.read(f"/v1/cases/{case['case_id']}")
    assert after["reasons"][0]["text"] == {"reason": "Secret", "basis": "Article 10"}


async def test_nanjings_commercial_use_needs_the_reference_of_a_competition_for_the_grant(
    working: Service, applicant: Caller
) -> None:
    case = await applicant.file("nanjing", use="commercial")
    assert [(advice["article"], advice["basis"]) for advice in case["advice"]] == [("27.3", "law")]
    task = open_task(case, "provider_review")
    reviewer = working.as_("reviewer@nanjing.transport")

    refused = await reviewer.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "agree"})
    chinese = await reviewer.post(
        f"/v1/tasks/{task['task_id']}/decision", {"outcome": "agree"}, headers={"Accept-Language": "zh-CN"}
    )
    case = await working.decide(case, "provider_review", "agree", tender_reference="NJ-2026-7")

    assert [(e["field"], e["rule"]["article"]) for e in refused.json()["errors"]] == [("tender_reference", "27.3")]
    assert refused.json()["detail"].endswith("a consent states reference of the tender or other competition.")
    assert chinese.json()["detail"].endswith("同意须载明招标等竞争结果编号。")
    assert open_stages(case) == ["applicant_signature", "provider_signature"]


async def test_guangzhou_grants_a_download_only_with_the_basis_that_its_law_demands(
    working: Service, applicant: Caller
) -> None:
    case = await applicant.file("guangzhou", access_mode="api")
    task = open_task(case, "provider_review")
    path = f"/v1/tasks/{task['task_id']}/decision"
    reviewer = working.as_("reviewer@guangzhou.transport")

    refused = await reviewer.post(path, {"outcome": "agree", "access_mode": "download"})
    terms = {"access_mode": "download", "access_mode_basis": "Agreed with the authority", "valid_days": 30}
    await working.decide(case, "provider_review", "agree", **terms)
    case = await working.decide(await applicant.read(f"/v1/cases/{case['case_id']}"), "provider_signature", "sign")
    case = (await applicant.sign(case["case_id"]))["case"]

    assert [(e["field"], e["rule"]["article"]) for e in refused.json()["errors"]] == [("access_mode_basis", "17.3(3)")]
    assert case["granted"]["access_mode"] == "download"


async def test_guangzhous_commitment_states_what_the_request_did_not(working: Service, applicant: Caller) -> None:
    case = await applicant.file("guangzhou", scenario=None, safeguards=None)
    case = await working.decide(case, "provider_review", "agree")
    path, key = f"/v1/cases/{case['case_id']}/signature", str(uuid.uuid4())

    nothing = await applicant.post(path)
    blank = await applicant.post(path, {"scenario": "By hour", "safeguards": "  "})
    commitment = {"scenario": "By hour", "safeguards": "One encrypted machine"}
    commitment["digest"] = await applicant.digest(case["case_id"], **commitment)
    signed = await applicant.do(path, commitment, key)
    again = await applicant.do(path, commitment, key)
    other = await applicant.post(path, {"scenario": "By day"}, key)

    assert nothing.json()["type"] == "urn:kaifang:problem:requirement-missing"
    assert [(e["field"], e["rule"]["article"]) for e in nothing.json()["errors"]] == [
        ("scenario", "16.2"),
        ("safeguards", "16.2"),
    ]
    assert nothing.json()["detail"] == (
        "Guangzhou article 16, paragraph 2: a signature of the use commitment states application scenario and "
        "security safeguards."
    )
    assert [e["field"] for e in blank.json()["errors"]] == ["safeguards"]
    assert signed["task"]["outcome"] == "sign"
    assert again["act_id"] == signed["act_id"]
    assert other.json()["type"] == "urn:kaifang:problem:idempotency-key-reused"
    provider = working.as_("reviewer@guangzhou.transport")
    log = (await provider.read(f"/v1/cases/{case['case_id']}/events"))["items"]
    assert commitment in [event["text"] for event in log]


async def test_a_signature_in_guangzhou_says_nothing_that_a_commitment_does_not(
    working: Service, applicant: Caller
) -> None:
    case = await working.decide(await applicant.file("guangzhou"), "provider_review", "agree")

    answer = await applicant.post(f"/v1/cases/{case['case_id']}/signature", {"urgency": "urgent"})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "urgency")


async def test_a_clock_names_the_rule_by_which_its_period_runs_and_never_as_law(applicant: Caller) -> None:
    days = open_task(await applicant.file("nanning"), "formal_review")["clock"]
    hours = open_task(await applicant.file("nanning", urgency="urgent"), "formal_review")["clock"]
    none = open_task(await applicant.file("yulin"), "provider_review")["clock"]

    assert (days["counting"]["article"], days["counting"]["basis"]) == ("working_days", "service")
    assert "that day not counted" in days["counting"]["note"]
    assert (hours["counting"]["article"], hours["counting"]["basis"]) == ("hours", "service")
    assert "natural hours" in hours["counting"]["note"]
    assert none["counting"] is None


async def test_each_named_rule_of_guangzhous_adopted_draft_tells_its_assumed_dates(
    working: Service, applicant: Caller
) -> None:
    case = await applicant.file("guangzhou")
    task = open_task(case, "provider_review")
    reviewer = working.as_("reviewer@guangzhou.transport")

    refused = await reviewer.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "refuse"})
    inadmissible = await applicant.post(
        "/v1/access-requests", await applicant.form("guangzhou", access_mode="download"), str(uuid.uuid4())
    )
    (listed,) = (await reviewer.read("/v1/tasks"))["items"]

    assumed = case["rules"]["regulation"]["assumed"]
    assert "2022-07-01" in assumed
    assert task["clock"]["assumed"] == listed["clock"]["assumed"] == assumed
    for problem in (refused, inadmissible):
        assert [error["rule"]["assumed"] for error in problem.json()["errors"]] == [assumed]


async def test_a_rule_whose_dates_are_read_from_its_text_names_nothing_as_assumed(applicant: Caller) -> None:
    case = await applicant.file("lianyungang")

    assert case["tasks"][0]["clock"]["assumed"] is None


async def test_guangzhous_adopted_draft_says_that_it_is_one_and_what_is_assumed(applicant: Caller) -> None:
    case = await applicant.file("guangzhou")

    regulation = case["rules"]["regulation"]
    assert regulation["status"] == "adopted_draft"
    assert regulation["assumed"]
