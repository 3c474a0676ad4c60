"""Filing: received whenever PostgreSQL is there, once for each key, by the law of the city."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from activities.database import Pool
from activities.settings import Settings
from api.app import create_app
from rules.loading import load_pack
from tests.api.calling import Caller, Service, serving
from tests.owning import by_server

PATH = "/v1/access-requests"


async def test_a_filing_answers_case_number_first_task_and_due_day_with_its_location(applicant: Caller) -> None:
    answer = await applicant.post(PATH, await applicant.form("nanning"), str(uuid.uuid4()))

    case = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/cases/{case['case_id']}"
    assert case["case_number"].startswith("NN-AR-")
    assert [t["stage"] for t in case["tasks"]] == ["formal_review"]
    assert case["tasks"][0]["clock"]["last_day"]


async def test_a_filing_needs_an_idempotency_key_and_the_problem_names_the_header(applicant: Caller) -> None:
    answer = await applicant.post(PATH, await applicant.form("nanning"))

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:kaifang:problem:idempotency-key-missing"
    assert [error["field"] for error in answer.json()["errors"]] == ["Idempotency-Key"]


async def test_the_same_key_and_body_is_the_same_case_however_often_and_at_once(applicant: Caller) -> None:
    form, key = await applicant.form("nanning"), str(uuid.uuid4())

    answers = await asyncio.gather(*(applicant.post(PATH, form, key) for _ in range(4)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["case_id"] for answer in answers}) == 1
    assert len((await applicant.read("/v1/cases"))["items"]) == 1


async def test_the_same_key_with_another_body_is_a_problem_and_files_nothing(applicant: Caller) -> None:
    form, key = await applicant.form("nanning"), str(uuid.uuid4())
    await applicant.post(PATH, form, key)

    answer = await applicant.post(PATH, form | {"purpose": "Another"}, key)

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:kaifang:problem:idempotency-key-reused"
    assert len((await applicant.read("/v1/cases"))["items"]) == 1


async def test_the_same_key_of_another_account_is_another_case(service: Service, applicant: Caller) -> None:
    key = str(uuid.uuid4())
    mine = await applicant.file("nanning", key)
    theirs = await service.as_("applicant2@demo").file("nanning", key)

    assert mine["case_id"] != theirs["case_id"]


@pytest.mark.parametrize("city", ["yulin", "guangzhou", "lianyungang", "nanjing"])
async def test_urgency_in_a_city_whose_law_knows_none_is_a_problem_on_that_field(applicant: Caller, city: str) -> None:
    answer = await applicant.post(PATH, await applicant.form(city, urgency="urgent"), str(uuid.uuid4()))

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:kaifang:problem:inadmissible"
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"], error["rule"]["basis"]) == ("urgency", "urgency_unknown", "service")
    assert "normal" in error["detail"]


@pytest.mark.parametrize(
    ("city", "missing", "article"),
    [("nanning", "purpose", "20(1)"), ("nanning", "data_items", "20(1)"), ("lianyungang", "safeguards", "10.1")],
)
async def test_a_field_that_the_law_demands_is_named_with_its_article(
    applicant: Caller, city: str, missing: str, article: str
) -> None:
    form: dict[str, Any] = await applicant.form(city)
    form[missing] = [] if missing == "data_items" else "  "

    answer = await applicant.post(PATH, form, str(uuid.uuid4()))

    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"], error["code"]) == (422, missing, "field_required")
    assert (error["rule"]["article"], error["rule"]["basis"]) == (article, "law")
    assert f"article {article.split('.')[0]}" in error["detail"]


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"city": "atlantis"}, "city", "city_unknown"),
        ({"dataset_id": "nanjing-none-such"}, "dataset_id", "dataset_unknown"),
        ({"city": "yulin"}, "dataset_id", "dataset_of_another_city"),
        ({"data_items": ["no_such_item"]}, "data_items", "item_unknown"),
        ({"access_mode": "algorithm"}, "access_mode", "access_mode_unknown"),
        ({"urgncy": "normal"}, "urgncy", "extra_forbidden"),
        ({"purpose": 7}, "purpose", "string_type"),
        ({"purpose": "a\x00b"}, "purpose", "string_pattern_mismatch"),
    ],
)
async def test_a_wrong_field_is_named(applicant: Caller, changed: dict[str, Any], field: str, code: str) -> None:
    answer = await applicant.post(PATH, await applicant.form("nanning") | changed, str(uuid.uuid4()))

    assert answer.status_code == 422, answer.text
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]


async def test_what_is_open_to_everybody_need_not_be_asked_for(applicant: Caller) -> None:
    found = await applicant.read("/v1/datasets", city="nanning", openness="unconditional", limit=1)
    dataset = found["items"][0]
    items = [dataset["items"][0]["item"]]
    form = await applicant.form("nanning", dataset_id=dataset["dataset_id"], data_items=items)

    answer = await applicant.post(PATH, form, str(uuid.uuid4()))

    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"], error["code"]) == (422, "dataset_id", "not_conditional")


async def test_a_download_of_guangzhou_cannot_be_asked_for(applicant: Caller) -> None:
    answer = await applicant.post(PATH, await applicant.form("guangzhou", access_mode="download"), str(uuid.uuid4()))

    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("access_mode", "access_mode_not_on_request")
    assert error["rule"]["article"] == "17.3(3)"


@pytest.mark.parametrize("login", ["reviewer@nanning.operator", "supervisor@nanning.authority", "admin@kaifang"])
async def test_only_an_applicant_files(service: Service, applicant: Caller, login: str) -> None:
    answer = await service.as_(login).post(PATH, await applicant.form("nanning"), str(uuid.uuid4()))

    assert (answer.status_code, answer.json()["type"]) == (403, "urn:kaifang:problem:role-required")


async def test_without_the_engine_a_filing_is_received_and_acts_are_answered_202(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    async with serving(create_app(settings), settings) as service:
        applicant = service.as_("applicant@demo")
        case = await applicant.file("nanning")

        answer = await applicant.post(f"/v1/cases/{case['case_id']}/withdrawal")

        assert (answer.status_code, answer.json()["state"]) == (202, "received")
        assert (await applicant.read("/readyz"))["engine"] == "away"
        assert (await applicant.read(f"/v1/cases/{case['case_id']}"))["status"] == "open"


@pytest.mark.parametrize("role", ["operator", "authority"])
async def test_where_a_body_is_missing_nothing_is_received_until_it_is_entered(
    pool: Pool, applicant: Caller, role: str
) -> None:
    """Formal review and approval: a case that came so far could not go on."""
    form, key = await applicant.form("nanning"), str(uuid.uuid4())
    renamed = "update bodies set role = '{}' where body = 'nanning.{}'"
    await by_server(pool, renamed.format("unknown", role))

    refused = await applicant.post(PATH, form, key)
    await by_server(pool, renamed.format(role, role))
    received = await applicant.post(PATH, form, key)

    assert refused.status_code == 409, refused.text
    assert refused.json()["type"] == "urn:kaifang:problem:body-missing"
    assert [error["field"] for error in refused.json()["errors"]] == ["city"]
    name = load_pack("nanning").bodies[role][-1].value
    assert name and name.en in refused.json()["detail"]
    assert received.status_code == 201, received.text
