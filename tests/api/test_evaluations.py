"""The evaluation of a year over HTTP: figures are pinned, findings are tasks of bodies, the result is made known."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from tests.api.calling import Caller, Service

REPORTS = {
    "guangzhou": {"plan_execution": "Kept", "opening_quantity": "Twelve more", "opening_quality": "Better"},
    "lianyungang": {"opening_work": "Good", "opening_quality": "Fair", "use_effect": "Small", "improvements": "More"},
    "nanning": {
        "opening_quality": "Good",
        "dispatch_efficiency": "Fair",
        "application_support": "Good",
        "service_level": "Good",
    },
    "yulin": {"opening_work": "Good", "use_effect": "Small"},
    "nanjing": {"collecting": "Good", "sharing": "Fair", "opening_work": "Good", "opening_quality": "Fair"},
}
STATISTICS = {
    "guangzhou": {"quality_statistics": "Three errors", "rating_statistics": "4 of 5"},
    "lianyungang": {"quality_statistics": "Three errors", "platform_report": "Two interruptions"},
}
PUBLISHED = ("lianyungang", "nanning")
FOUND = "Two requests were answered late"
DONE = "Two officers more"


async def sent(caller: Caller, path: str, body: dict[str, Any]) -> httpx.Response:
    return await caller.post(path, body, str(uuid.uuid4()))


@pytest.mark.parametrize("city", REPORTS)
@pytest.mark.duty("GZ-28")
@pytest.mark.duty("GZ-28c")
@pytest.mark.duty("LYG-37")
@pytest.mark.duty("LYG-37b")
@pytest.mark.duty("NN-33")
@pytest.mark.duty("YL-5")
@pytest.mark.duty("NJ-6")
@pytest.mark.duty("NJ-37")
async def test_a_year_is_evaluated_with_pinned_figures_and_what_is_found_is_put_right(
    working: Service, city: str
) -> None:
    authority, provider = working.as_(f"reviewer@{city}.authority"), working.as_(f"reviewer@{city}.transport")
    year = {"city": city, "year": 2024}
    assert (await sent(provider, "/v1/evaluations", year)).status_code == 403
    case = (await sent(authority, "/v1/evaluations", year)).json()
    finding = {"case_id": case["case_id"], "body": f"{city}.transport", "statement": FOUND}
    early = await sent(authority, "/v1/evaluation-findings", finding)
    assert [each["code"] for each in early.json()["errors"]] == ["not_assessed_yet"]
    if city in STATISTICS:
        case = await working.decide(case, "statistics", "hand_in", **STATISTICS[city])
    case = await working.decide(case, "assessment", "report", **REPORTS[city])
    pinned = case["year"]["figures"][-1]
    assert (pinned["from_on"], pinned["until_on"]) == ("2024-01-01", "2025-01-01")

    for refused in (provider, working.as_("applicant@demo")):
        assert (await sent(refused, "/v1/evaluation-findings", finding)).status_code in (403, 422)
    improvement = (await sent(authority, "/v1/evaluation-findings", finding)).json()
    assert (improvement["finding"]["statement"], improvement["tasks"][0]["body"]) == (FOUND, f"{city}.transport")
    assert improvement["caused_by"]["case_id"] == case["case_id"]
    improvement = await working.decide(improvement, "answer", "answer", measure=DONE)

    case = await working.decide(case, "publication", "make_known")
    public = (await working.nobody().read("/v1/published-results", city=city))["items"]
    circulated = (await provider.read("/v1/circulated-results"))["items"]
    (known,), nothing = (public, circulated) if city in PUBLISHED else (circulated, public)
    assert nothing == []
    assert {each["field"]: each["text"] for each in known["said"]} == REPORTS[city]
    assert known["figures"]["digest"] == pinned["digest"]
    assert [(each["body"], each["statement"], each["improved"]) for each in known["found"]] == [
        (f"{city}.transport", FOUND, False)
    ]
    improvement = await working.decide(improvement, "acceptance", "accept")
    assert improvement["outcome"] == "improved"
    assert (await working.as_("applicant@demo").get("/v1/circulated-results")).status_code == 403
    again = await authority.read(f"/v1/cases/{case['case_id']}")
    assert again["year"]["figures"][-1] == pinned, "what was counted once does not move, though more was decided since"


@pytest.mark.duty("NJ-37")
@pytest.mark.parametrize(
    ("body", "accepts"),
    [
        ("nanjing.operator", "nanjing.authority"),
        ("nanjing.jiangning", "nanjing.authority"),
        ("nanjing.authority", "nanjing.government"),
    ],
)
async def test_what_is_found_of_nanjings_own_authorities_comes_to_its_end_over_http(
    working: Service, body: str, accepts: str
) -> None:
    authority = working.as_("reviewer@nanjing.authority")
    case = (await sent(authority, "/v1/evaluations", {"city": "nanjing", "year": 2024})).json()
    case = await working.decide(case, "assessment", "report", **REPORTS["nanjing"])
    finding = {"case_id": case["case_id"], "body": body, "statement": FOUND}
    of_nobody = await sent(authority, "/v1/evaluation-findings", finding | {"body": "nanjing.government"})
    assert [(each["field"], each["code"]) for each in of_nobody.json()["errors"]] == [("body", "body_not_rectified")]
    elsewhere = await sent(authority, "/v1/evaluation-findings", finding | {"body": "nanning.operator"})
    assert [(each["field"], each["code"]) for each in elsewhere.json()["errors"]] == [("body", "body_unknown")]

    improvement = (await sent(authority, "/v1/evaluation-findings", finding)).json()
    assert (improvement["finding"]["body"], improvement["tasks"][0]["body"]) == (body, body)
    improvement = await working.decide(improvement, "answer", "answer", measure=DONE)
    acceptance = next(each for each in improvement["tasks"] if each["stage"] == "acceptance")
    assert acceptance["body"] == accepts
    improvement = await working.decide(improvement, "acceptance", "accept")
    assert improvement["outcome"] == "improved"


@pytest.mark.parametrize("city", sorted(set(REPORTS) - {"nanjing"}))
async def test_elsewhere_nothing_is_put_before_the_operator(working: Service, city: str) -> None:
    authority = working.as_(f"reviewer@{city}.authority")
    case = (await sent(authority, "/v1/evaluations", {"city": city, "year": 2024})).json()
    if city in STATISTICS:
        case = await working.decide(case, "statistics", "hand_in", **STATISTICS[city])
    case = await working.decide(case, "assessment", "report", **REPORTS[city])
    finding = {"case_id": case["case_id"], "body": f"{city}.operator", "statement": FOUND}
    refused = await sent(authority, "/v1/evaluation-findings", finding)
    assert [each["code"] for each in refused.json()["errors"]] == ["body_not_rectified"]
