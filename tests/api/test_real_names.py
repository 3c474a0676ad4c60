"""Whoever uses data in Guangzhou is known by the real name: what somebody files who is not, and what is open to all."""

from __future__ import annotations

import uuid

import pytest

from activities.database import Pool
from tests.api.calling import Service
from tests.api.test_declarations import OF_THE_PLATFORM, declared

UNKNOWN = "objector@demo"
"""A login of which no issuer has said who it is."""


@pytest.mark.duty("GZ-15")
async def test_who_uses_data_is_known_by_name_and_the_platform_has_its_rules_on_record(
    service: Service, pool: Pool
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
    # Who came, what changed and who accessed what is on record, and can be walked through.
    (case,) = (await known.read("/v1/cases"))["items"]
    log = (await known.read(f"/v1/cases/{case['case_id']}/events"))["items"]
    assert log[0]["type"] == "Filed"


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
