"""The same request filed twice, texts in which nothing can be seen, and what a signature states, over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.api.calling import Caller, Service, open_task
from tests.api.test_five_cities import REVIEWS

PATH = "/v1/access-requests"


async def test_a_second_filing_of_the_same_request_is_received_with_a_hint_at_the_open_one(
    working: Service, applicant: Caller
) -> None:
    first = await applicant.file("nanning")
    assert first["open_already"] is None
    items = list(reversed(first["request"]["data_items"]))
    key = str(uuid.uuid4())
    second = await applicant.file("nanning", key=key, data_items=items)
    hint = {"case_id": first["case_id"], "case_number": first["case_number"]}
    assert (second["status"], second["open_already"]) == ("open", hint)
    assert (await applicant.file("nanning", key=key, data_items=items))["open_already"] == hint
    fewer = await applicant.file("nanning", data_items=items[:1])
    assert fewer["open_already"] is None
    for case in (first, second):
        await applicant.do(f"/v1/cases/{case['case_id']}/withdrawal")
    assert (await applicant.file("nanning", data_items=items))["open_already"] is None


async def test_nobody_is_told_of_the_same_request_of_somebody_else(service: Service, applicant: Caller) -> None:
    await applicant.file("nanning")
    other = await service.as_("applicant2@demo").file("nanning")
    assert other["open_already"] is None


async def test_a_request_that_names_no_item_is_the_same_as_one_that_names_all(
    applicant: Caller,
) -> None:
    dataset = await applicant.conditional_dataset("nanjing")
    items = [each["item"] for each in dataset["items"]]
    case = await applicant.file("nanjing", data_items=None)
    assert case["request"]["data_items"] == items
    again = await applicant.file("nanjing", data_items=items)
    assert again["open_already"]["case_id"] == case["case_id"]


@pytest.mark.parametrize("nothing", ["\u200b", "\u2060\u2060", "\ufeff", " \u3000\u200d", "\u3164"])
async def test_a_text_in_which_nothing_can_be_seen_states_nothing(
    working: Service, applicant: Caller, nothing: str
) -> None:
    answer = await applicant.post(PATH, await applicant.form("nanning", purpose=nothing), str(uuid.uuid4()))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "purpose")

    case = await applicant.file("guangzhou")
    path = f"/v1/tasks/{open_task(case, 'provider_review')['task_id']}"
    officer = working.as_(f"reviewer@{open_task(case, 'provider_review')['body']}")
    refusal = await officer.post(f"{path}/decision", {"outcome": "refuse", "reason": nothing})
    assert (refusal.status_code, refusal.json()["errors"][0]["field"]) == (422, "reason")
    asked = await officer.post(f"{path}/supplement-request", {"text": nothing})
    assert (asked.status_code, asked.json()["errors"][0]["code"]) == (422, "states_nothing")
    note = await officer.post(f"/v1/cases/{case['case_id']}/notes", {"text": nothing})
    assert (note.status_code, note.json()["errors"][0]["code"]) == (422, "states_nothing")


@pytest.mark.parametrize("turned", ["公交\u202e线路", "公交\u0007线路", "公交\n线路", "公交\u2028线路"])
async def test_a_title_stands_on_one_line_as_it_is_written(service: Service, turned: str) -> None:
    officer = service.as_("reviewer@nanning.transport")
    entry = {"title": {"zh": turned, "en": "Bus lines"}}
    body: dict[str, Any] = {"city": "nanning", "trigger": "other", "entry": entry}
    answer = await officer.post("/v1/catalogue-updates", body, str(uuid.uuid4()))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "entry.title.zh")
    assert answer.json()["errors"][0]["code"] == "not_one_line"


async def agreed(service: Service, applicant: Caller, city: str, **fields: Any) -> Any:
    case = await applicant.file(city, **fields)
    for stage, outcome in REVIEWS[city]:
        case = await service.decide(case, stage, outcome)
    return case


@pytest.mark.duty("LYG-10b")
@pytest.mark.duty("NN-20.5", "YL-23", "LYG-19", "NJ-27a")
@pytest.mark.parametrize(
    ("city", "article"),
    [("nanning", "20(5)"), ("yulin", "agreement"), ("lianyungang", "19.1"), ("nanjing", "agreement")],
)
async def test_the_applicant_reads_the_conditions_of_an_agreement_before_signing(
    working: Service, applicant: Caller, city: str, article: str
) -> None:
    case = await agreed(working, applicant, city)
    path = f"/v1/cases/{case['case_id']}"
    early = await applicant.post(f"{path}/signature")
    assert (early.status_code, early.json()["type"]) == (409, "urn:kaifang:problem:agreement-not-stated")
    assert early.json()["errors"][0]["field"] == "conditions"
    assert early.json()["errors"][0]["rule"]["article"] == article

    task = open_task(case, "provider_signature")
    officer = working.as_(f"reviewer@{task['body']}")
    bare = await officer.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "sign"})
    assert (bare.status_code, bare.json()["errors"][0]["field"]) == (422, "conditions")
    said = {"outcome": "sign", "conditions": "No copies"}
    said["digest"] = await officer.digest(case["case_id"], conditions="No copies")
    await officer.do(f"/v1/tasks/{task['task_id']}/decision", said)

    seen = await applicant.read(path)
    assert "No copies" in [reason["text"].get("conditions") for reason in seen["reasons"]]
    assert (await applicant.sign(case["case_id"]))["case"]["outcome"] == "granted"


@pytest.mark.duty("GZ-16b")
async def test_guangzhous_commitment_names_its_data_and_nobody_gets_all_by_naming_none(
    working: Service, applicant: Caller
) -> None:
    case = await agreed(working, applicant, "guangzhou", data_items=None)
    path, items = f"/v1/cases/{case['case_id']}/signature", case["request"]["data_items"]
    nothing: tuple[dict[str, Any], ...] = ({}, {"data_items": []})
    for body in nothing:
        refused = await applicant.post(path, body)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "data_items")
        assert refused.json()["errors"][0]["rule"]["article"] == "16.2"
    unknown = await applicant.post(path, {"data_items": ["nowhere"]})
    assert unknown.json()["errors"][0]["code"] == "item_unknown"
    case = (await applicant.sign(case["case_id"], data_items=items[:1]))["case"]
    signed = await working.decide(case, "provider_signature", "sign", conditions=None)
    assert signed["granted"]["data_items"] == items[:1]


@pytest.mark.duty("GZ-16b")
async def test_a_yes_is_taken_back_with_a_reason_that_the_applicant_is_told(
    working: Service, applicant: Caller
) -> None:
    case = await agreed(working, applicant, "nanning")
    task = next(each for each in case["tasks"] if each["stage"] == "approval")
    officer = working.as_(f"reviewer@{task['body']}")
    path = f"/v1/tasks/{task['task_id']}/correction"
    silent = await officer.post(path, {"outcome": "approve", "data_items": case["request"]["data_items"][:1]})
    assert (silent.status_code, silent.json()["errors"][0]["field"]) == (422, "reason")
    await officer.do(path, {"outcome": "disapprove", "reason": "A mistake of ours"})

    seen = await applicant.read(f"/v1/cases/{case['case_id']}")
    assert "A mistake of ours" in [reason["text"].get("reason") for reason in seen["reasons"]]
    told = await applicant.read("/v1/messages")
    (message,) = [each for each in told["items"] if each["kind"] == "answer_corrected"]
    assert message["case_id"] == case["case_id"]
