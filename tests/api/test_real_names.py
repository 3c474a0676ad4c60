"""Whoever uses data in Guangzhou is known by the real name: what somebody files who is not, and what is open to all."""

from __future__ import annotations

import uuid

import pytest

from activities.clock import DatabaseClock
from activities.database import Pool
from activities.gate.gate import opened
from models.gate import Question, Reason
from tests.api.calling import Service
from tests.api.declaring import OF_THE_PLATFORM, declared
from tests.api.gate import put_grant

UNKNOWN = "objector@demo"
"""A login of which no issuer has said who it is."""


@pytest.mark.duty("GZ-15")
async def test_who_uses_data_is_known_by_name_and_the_platform_has_its_rules_on_record(
    service: Service, gate_url: str, pool: Pool
) -> None:
    unknown, known = service.as_(UNKNOWN), service.as_("applicant@demo")
    refused = await unknown.post("/v1/access-requests", await unknown.form("guangzhou"), str(uuid.uuid4()))
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:kaifang:problem:real-name-needed")
    # The problem names the article, and says what to do.
    assert "article 15" in refused.json()["detail"]
    assert "Log in by one that says which person or organisation you are" in refused.json()["detail"]
    assert await pool.fetchval("select count(*) from cases") == 0
    # Who is known files it, and so does whoever becomes known.
    await known.file("guangzhou")
    await pool.execute("update accounts set kind = 'person' where login = $1", UNKNOWN)
    await unknown.file("guangzhou")
    # The rules of the platform say what each of the four does, and how all of it is managed.
    rules = await declared(service.as_("reviewer@guangzhou.operator"), "guangzhou", "platform_rules", OF_THE_PLATFORM)
    read = await service.nobody().read(f"/v1/declarations/{rules['declaration_id']}")
    assert {each["name"] for each in read["says"]} == set(OF_THE_PLATFORM)
    assert read["rule"]["article"] == "15.2"
    # What changed is on record, by whom and under which number, and can be walked through.
    (case,) = (await known.read("/v1/cases"))["items"]
    (task,) = (await known.read(f"/v1/cases/{case['case_id']}"))["tasks"]
    await service.as_(f"reviewer@{task['body']}").do(f"/v1/tasks/{task['task_id']}/claim")
    log = (await known.read(f"/v1/cases/{case['case_id']}/events"))["items"]
    assert [each["type"] for each in log] == ["Filed", "TaskOpened", "TaskClaimed"]
    assert [each["number"] for each in log] == [1, 2, 3]
    # So is each access, by whose grant.
    party = await pool.fetchval("select account_id from accounts where login = 'applicant@demo'")
    granted, _ = await put_grant(pool, case["dataset_id"], party=party, access_modes=["api"])
    digest = await pool.fetchval("select key_digest from grants where case_id = $1", granted)
    async with opened(gate_url, DatabaseClock()) as (gate, _):
        assert await gate.ask(Question(case["dataset_id"], (), "api", None, digest)) is Reason.GRANTED
    (access,) = (await service.as_("reviewer@guangzhou.operator").read("/v1/accesses"))["items"]
    assert (access["dataset_id"], access["grantee"]) == (case["dataset_id"], "applicant@demo")


async def test_where_the_law_wants_no_real_name_nobody_is_refused_for_it(service: Service) -> None:
    await service.as_(UNKNOWN).file("nanning")


async def test_who_is_not_known_by_name_objects_and_reports_all_the_same(service: Service) -> None:
    unknown = service.as_(UNKNOWN)
    dataset = await unknown.conditional_dataset("guangzhou")
    body = {
        "city": "guangzhou",
        "dataset_id": dataset["dataset_id"],
        "misuse": "beyond_the_grant",
        "statement": "Sold on",
    }
    answer = await unknown.post("/v1/misuse-reports", body, str(uuid.uuid4()))
    assert answer.status_code == 201, answer.text
