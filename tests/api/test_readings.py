"""Who reads what of a person's is on record before it is read, and the person and its supervisors see the record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from activities.database import Pool
from activities.readings import TEXTS, Reading, put_on_record
from reading.read_by.register import rest_of_the_day
from rules.deadlines import SHANGHAI
from tests.api.calling import Caller, Service, open_task
from tests.api.objecting import filed as objection_filed
from tests.owning import by_owner

REVIEWER = "reviewer@nanning.operator"
PROVIDER = "reviewer@nanning.transport"
SUPERVISOR = "supervisor@nanning.authority"


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=SHANGHAI)


async def readings(caller: Caller, path: str = "/v1/readings") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await caller.read(path))["items"]
    return items


async def test_an_officers_reading_of_a_case_is_shown_to_whose_case_it_is(service: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    assert await readings(applicant) == []
    await service.as_(REVIEWER).read(f"/v1/cases/{case['case_id']}")
    (read,) = await readings(applicant)
    assert (read["case_number"], read["part"], read["read_by"]) == (case["case_number"], "texts", REVIEWER)
    assert (read["body"], read["evidence_id"], read["part_label"]) == ("nanning.operator", None, "texts")


@pytest.mark.duty("NJ-34b")
@pytest.mark.parametrize("path", ["/v1/cases/{}", "/v1/cases/{}/events", "/v1/cases/{}/papers", "/v1/tasks/{}"])
async def test_whatever_shows_texts_puts_the_reading_on_record(service: Service, applicant: Caller, path: str) -> None:
    case = await applicant.file("nanning")
    named = open_task(case, "formal_review")["task_id"] if "tasks" in path else case["case_id"]
    await service.as_(REVIEWER).read(path.format(named))
    assert [each["read_by"] for each in await readings(applicant)] == [REVIEWER]


async def test_reading_again_on_the_same_day_adds_no_line(service: Service, applicant: Caller, pool: Pool) -> None:
    case = await applicant.file("nanning")
    for path in ("", "/events", ""):
        await service.as_(REVIEWER).read(f"/v1/cases/{case['case_id']}{path}")
    service.app.state.runtime.readings.clear()  # as another process, which does not remember
    await service.as_(REVIEWER).read(f"/v1/cases/{case['case_id']}")
    assert await pool.fetchval("select count(*) from readings") == 1


async def test_another_day_is_another_line(pool: Pool) -> None:
    reading = Reading("case", "officer", "nanning.operator", "person", TEXTS)
    for day in (23, 23, 24):
        await put_on_record(pool, reading, at(day, 9))
    assert [row["on_day"].day for row in await pool.fetch("select on_day from readings order by number")] == [23, 24]


def test_a_process_remembers_a_reading_until_midnight_in_shanghai() -> None:
    assert rest_of_the_day(at(23, 22)).total_seconds() == 2 * 3600
    assert rest_of_the_day(at(24, 0)).total_seconds() == 24 * 3600


async def test_what_the_party_itself_reads_is_on_no_record(service: Service, applicant: Caller, pool: Pool) -> None:
    case = await applicant.file("nanning")
    await applicant.read(f"/v1/cases/{case['case_id']}")
    await applicant.read(f"/v1/cases/{case['case_id']}/events")
    assert await pool.fetchval("select count(*) from readings") == 0


async def test_a_file_of_evidence_is_a_line_of_its_own_with_its_name(service: Service, applicant: Caller) -> None:
    case = await objection_filed(applicant, "nanning")
    (file,) = case["objection"]["evidence"]
    answer = await service.as_(PROVIDER).get(f"/v1/evidence/{file['evidence_id']}")
    assert answer.status_code == 200
    (read,) = await readings(applicant)
    assert (read["part"], read["evidence_id"], read["evidence_name"]) == ("evidence", file["evidence_id"], "proof.txt")
    (supervised,) = await readings(service.as_(SUPERVISOR), "/v1/supervision/readings")
    assert supervised == read | {"evidence_name": None}


async def test_a_supervisor_sees_the_readings_of_its_city_alone(service: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    await service.as_(REVIEWER).read(f"/v1/cases/{case['case_id']}")
    assert len(await readings(service.as_(SUPERVISOR), "/v1/supervision/readings")) == 1
    assert await readings(service.as_("supervisor@yulin.authority"), "/v1/supervision/readings") == []
    assert len(await readings(service.as_("admin@kaifang"), "/v1/supervision/readings")) == 1


@pytest.mark.parametrize("login", ["applicant@demo", REVIEWER])
async def test_nobody_else_sees_what_officers_read(service: Service, login: str) -> None:
    assert (await service.as_(login).get("/v1/supervision/readings")).status_code == 403


async def test_nobody_sees_who_read_what_is_another_persons(service: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    await service.as_(REVIEWER).read(f"/v1/cases/{case['case_id']}")
    assert await readings(service.as_("objector@demo")) == []


async def test_nothing_is_read_that_cannot_be_put_on_record(service: Service, applicant: Caller, pool: Pool) -> None:
    case = await applicant.file("nanning")
    await by_owner(pool, "alter table readings add constraint refused check (reader = '')")
    answer = await service.as_(REVIEWER).get(f"/v1/cases/{case['case_id']}")
    assert answer.status_code == 422
    assert "Planning of bus lanes" not in answer.text


async def test_the_list_goes_on_where_a_page_ended(service: Service, applicant: Caller) -> None:
    for _ in range(3):
        case = await applicant.file("nanning", open_anyway=None)
        await service.as_(REVIEWER).read(f"/v1/cases/{case['case_id']}")
    first = await applicant.read("/v1/readings", limit=2)
    rest = await applicant.read("/v1/readings", limit=2, cursor=first["next"])
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
