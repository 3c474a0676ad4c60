"""Whatever is sent, the answer is a problem of the caller's and never an error of the service."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

import pytest

from tests.api.calling import Caller, Service, open_task

FAR = "0001-01-01T00:00:00+14:00"


def cursor(*place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


@pytest.mark.parametrize(
    "body",
    [
        '{"city":"nanning","dataset_id":"x\\u0000"}',
        '{"city":"nanning","dataset_id":"x","purpose":"\\ud800"}',
        '{"city":"\\ud800","dataset_id":"x"}',
        '{"city":"nanning","dataset_id":"x","data_items":[null]}',
        '{"city":"nanning","dataset_id":"x","data_items":{"a":1}}',
        '{"city":"../packs/nanning","dataset_id":"x"}',
        '{"city":"nanning","dataset_id":"x","purpose":NaN}',
        '{"city":1e999,"dataset_id":"x"}',
        '{"\\ud800":1}',
        "[" * 100_000,
        "\xff\xfe",
        "null",
    ],
)
async def test_no_filing_makes_the_service_fail(applicant: Caller, body: str) -> None:
    headers = applicant.headers({"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"})

    answer = await applicant.http.post("/v1/access-requests", content=body.encode("latin-1"), headers=headers)

    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "query",
    [
        {"received_from": FAR},
        {"received_until": "9999-12-31T23:59:59-14:00"},
        {"received_from": "2026-05-09"},
        {"cursor": cursor(FAR, "x")},
        {"cursor": cursor("9999-12-31T23:59:59-14:00", "x")},
        {"cursor": cursor("2026-05-09T00:00:00+08:00", "a\x00b")},
        {"cursor": cursor("2026-05-09T00:00:00+08:00", "\ud800")},
        {"cursor": cursor({}, [])},
        {"cursor": "\u00e9"},
        {"limit": 0},
        {"limit": 10**30},
        {"city": "\x00"},
        {"status": "half open"},
    ],
)
async def test_no_query_makes_the_service_fail(applicant: Caller, query: dict[str, Any]) -> None:
    answer = await applicant.get("/v1/cases", **query)

    assert answer.status_code in (200, 422), answer.text


@pytest.mark.parametrize(
    "place", [(None, FAR, "x"), (FAR, FAR, "x"), (None, None, None), ("2026-05-09T00:00:00+08:00", None, 1), (1, 2, 3)]
)
async def test_no_cursor_of_tasks_makes_the_service_fail(applicant: Caller, place: tuple[Any, ...]) -> None:
    answer = await applicant.get("/v1/tasks", cursor=cursor(*place))

    assert answer.status_code in (200, 422), answer.text


@pytest.mark.parametrize("path", ["/v1/cases", "/v1/tasks", "/v1/messages", "/v1/accounts", "/v1/account-record"])
async def test_no_cursor_however_it_is_nested_is_more_than_a_problem(service: Service, path: str) -> None:
    admin = service.as_("admin@kaifang")
    for depth in (1, 100, 500, 750):
        answer = await admin.get(path, cursor=base64.urlsafe_b64encode(b"[" * depth + b"]" * (depth % 2)).decode())
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), depth


@pytest.mark.parametrize("path", ["/v1/accounts", "/v1/account-record"])
async def test_no_cursor_that_holds_a_word_makes_a_list_fail_that_goes_by_another(service: Service, path: str) -> None:
    for place in (("x",), (None,), (7, FAR), (None, FAR), ("x", "y")):
        answer = await service.as_("admin@kaifang").get(path, cursor=cursor(*place))
        assert answer.status_code == 422, place


@pytest.mark.parametrize("number", [-1, 2**31, 2**80, 1.5, True, None, "1"])
async def test_no_cursor_of_events_makes_the_service_fail(applicant: Caller, number: Any) -> None:
    case = await applicant.file("nanning")

    answer = await applicant.get(f"/v1/cases/{case['case_id']}/events", cursor=cursor(number))

    assert answer.status_code in (200, 422), answer.text


@pytest.mark.parametrize(
    "body",
    [
        {"outcome": "pass", "valid_days": 10**30},
        {"outcome": "pass", "valid_days": "7"},
        {"outcome": "pass", "valid_days": True},
        {"outcome": "pass", "data_items": [""]},
        {"outcome": "\x00"},
        {"outcome": "pass", "terms": {}},
        {"outcome": ["pass"]},
        {},
    ],
)
async def test_no_decision_makes_the_service_fail(service: Service, applicant: Caller, body: dict[str, Any]) -> None:
    task = open_task(await applicant.file("nanning"), "formal_review")

    answer = await service.as_("reviewer@nanning.operator").post(f"/v1/tasks/{task['task_id']}/decision", body)

    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a b"])
async def test_no_idempotency_key_makes_the_service_fail(applicant: Caller, key: str) -> None:
    form = await applicant.form("nanning")

    answer = await applicant.http.post(
        "/v1/access-requests", json=form, headers=applicant.headers({"Idempotency-Key": key})
    )

    assert answer.status_code in (400, 422)
    assert [error["field"] for error in answer.json()["errors"]] == ["Idempotency-Key"]
