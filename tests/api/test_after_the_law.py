"""GZ 37 over HTTP: on the last day of the text as before; from the next day remedies are received and run, and nothing
that opens; and every page answers."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from temporalio.worker import Worker

from activities.filing.importing import PATH as IMPORT
from activities.filing.reviewing import Reviewing
from activities.settings import Settings
from api.app import create_app
from rules.deadlines import midnight
from tests.api import updating
from tests.api.calling import Caller, Service, open_task, serving
from tests.api.conftest import BEFORE_202
from tests.api.objecting import OBJECTIONS, filed, form, restricted, upload
from tests.driving import ShiftedClock

CITY = "guangzhou"
THE_END = midnight(date(2027, 7, 1))
pytestmark = pytest.mark.duty("GZ-37")


@asynccontextmanager
async def at(settings: Settings, instant: datetime) -> AsyncIterator[Service]:
    """The service at an instant."""
    clock = ShiftedClock()
    async with serving(create_app(settings, clock=clock, patience=BEFORE_202), settings) as service:
        clock.shift = instant - await service.app.state.runtime.pool.fetchval("select clock_timestamp()")
        yield service


@pytest.fixture
async def last_minute(settings: Settings) -> AsyncIterator[Service]:
    async with at(settings, THE_END - timedelta(minutes=5)) as service:
        yield service


@pytest.fixture
async def ended(worker: Worker, settings: Settings) -> AsyncIterator[Service]:
    """Moments after the end, with a worker."""
    async with at(settings, THE_END + timedelta(seconds=1)) as service:
        yield service


async def request(caller: Caller) -> tuple[int, list[Any]]:
    answer = await caller.post("/v1/access-requests", await caller.form(CITY), str(uuid.uuid4()))
    return answer.status_code, [error["code"] for error in answer.json().get("errors", [])]


async def test_on_the_last_day_everything_is_received(last_minute: Service) -> None:
    assert await request(last_minute.as_("applicant@demo")) == (201, [])
    case = await filed(last_minute.as_("objector@demo"), CITY)
    assert case["status"] == "open"


async def test_from_the_next_day_no_request_no_demand_and_no_import_is_received(ended: Service) -> None:
    assert await request(ended.as_("applicant@demo")) == (422, ["not_in_force"])
    demand = {"city": CITY, "provider": f"{CITY}.transport", "statement": "Ferries", "purpose": "Planning"}
    answer = await ended.as_("applicant@demo").post("/v1/demands", demand, str(uuid.uuid4()))
    assert answer.status_code == 422
    assert "not_in_force" in answer.text
    authority = ended.as_(f"reviewer@{CITY}.authority")
    sheet = await authority.http.post(IMPORT, params={"city": CITY}, content=b"title\nx", headers=authority.headers())
    assert (sheet.status_code, [error["code"] for error in sheet.json()["errors"]]) == (422, ["not_in_force"])


async def test_an_objection_is_received_holds_the_data_and_runs_to_its_end(ended: Service) -> None:
    pool = ended.app.state.runtime.pool
    objector = ended.as_("objector@demo")
    case = await filed(objector, CITY)
    assert case["rules"]["version"] == "2022-07-01"
    assert await restricted(pool, case["dataset_id"]) == [("hold", [])]
    due = open_task(case, "verification")["clock"]
    expected = await ended.nobody().read("/v1/deadlines", city=CITY, period="15wd", received_at=case["received_at"])
    assert due["due_at"] == expected["due_at"]
    case = await ended.decide(case, "suspension", "suspend")
    case = await ended.decide(case, "verification", "withdraw", answer="It is withdrawn", reason="It names persons")
    assert (case["status"], case["outcome"]) == ("closed", "data_withdrawn")
    assert [kind for kind, _ in await restricted(pool, case["dataset_id"])] == ["withdrawal"]


async def asked(service: Service, dataset_id: str) -> str:
    """What the gate says of a download: `yes`, or the reason why not."""
    answer = await service.http.get("/v1/gate", params={"dataset_id": dataset_id, "mode": "download"})
    return "yes" if answer.is_success else str(answer.headers["x-kaifang-reason"])


async def test_after_the_law_the_gate_serves_until_an_objection_is_received(
    settings: Settings,
) -> None:
    async with at(settings, THE_END - timedelta(minutes=5)) as before:
        (dataset, *_) = (await before.nobody().read("/v1/datasets", city=CITY, openness="unconditional"))["items"]
        assert await asked(before, dataset["dataset_id"]) == "yes"
    async with at(settings, THE_END + timedelta(days=1)) as after:
        assert await asked(after, dataset["dataset_id"]) == "yes", "what was opened stays open"
        objector = after.as_("objector@demo")
        body = await form(objector, CITY, dataset_id=dataset["dataset_id"], evidence=[await upload(objector)])
        assert (await objector.post(OBJECTIONS, body, str(uuid.uuid4()))).status_code == 201
        assert await asked(after, dataset["dataset_id"]) == "held"


async def test_a_leak_and_a_breach_are_recorded_and_ordered(ended: Service) -> None:
    breach = {"city": CITY, "body": f"{CITY}.transport", "breach": "duty_not_performed", "statement": "Not answered"}
    answer = await ended.as_(f"reviewer@{CITY}.authority").post("/v1/rectifications", breach, str(uuid.uuid4()))
    case = await ended.decide(answer.json(), "order", "order", time_limit="10wd")
    assert open_task(case, "remedy")["clock"]["period"] == "10wd"


@pytest.mark.parametrize(
    ("openness", "status", "code"),
    [("closed", 201, None), ("conditional", 201, None), ("unconditional", 409, "NotInForce")],
)
async def test_an_update_that_closes_or_corrects_is_received_and_one_that_opens_is_not(
    ended: Service, openness: str, status: int, code: str | None
) -> None:
    officer = ended.as_(f"reviewer@{CITY}.transport")
    rules = await updating.law(officer, CITY)
    entry = {"title": updating.TITLE, "basis": updating.BASIS}
    draft: dict[str, Any] = {"entry": entry, "answers": updating.answers(rules, openness)}
    if openness == "unconditional":
        draft["entry"] = {"title": updating.TITLE}
    if openness == "closed":
        draft["basis"] = "Some law, article 1"
    body = await updating.filing(officer, CITY, **draft, trigger="other", occurred_on=str(THE_END.date()))
    answer = await updating.post(officer, body)
    assert answer.status_code == status, answer.text
    assert code is None or code in answer.text


async def test_an_update_to_open_withdrawn_data_again_is_no_remedy(ended: Service) -> None:
    officer = ended.as_(f"reviewer@{CITY}.transport")
    answer = await updating.post(officer, await updating.filing(officer, CITY, trigger="reopening"))
    assert updating.errors(answer) == [("trigger", "no_remedy_after_the_law")]
    assert answer.json()["errors"][0]["rule"]["basis"] == "service"


async def test_a_correction_adds_no_item(ended: Service) -> None:
    officer = ended.as_(f"reviewer@{CITY}.transport")
    rules = await updating.law(officer, CITY)
    entry = {"title": updating.TITLE, "basis": updating.BASIS, "items": updating.NEW_ENTRY["items"]}
    draft = {"entry": entry, "answers": updating.answers(rules, "conditional")}
    answer = await updating.post(officer, await updating.filing(officer, CITY, **draft, trigger="other"))
    assert answer.status_code == 409
    assert updating.errors(answer) == [("entry.items", "opens_after_the_law")]


async def test_no_review_of_what_could_be_opened_is_begun_by_itself(ended: Service) -> None:
    runtime = ended.app.state.runtime
    await Reviewing(runtime.pool, runtime.inbox, runtime.clock).file_reviews_due(10_000)
    begun = await runtime.pool.fetch("select distinct city from cases where procedure = 'openness_review'")
    assert CITY not in {row["city"] for row in begun}
    assert begun, "other cities go on"


def pages(service: Service) -> list[str]:
    """Every page of the service that can be asked for without knowing an id."""
    paths = service.app.openapi()["paths"]
    asked = [path.replace("{city}", CITY) for path, calls in paths.items() if "get" in calls]
    return [path for path in asked if "{" not in path]


async def test_no_page_falls_over_because_the_law_has_ended(settings: Settings) -> None:
    async with at(settings, THE_END - timedelta(days=10)) as before:
        case = await before.as_("applicant@demo").file(CITY)
        assert case["status"] == "open"
    async with at(settings, THE_END + timedelta(days=60)) as after:
        answers = {}
        for who in ("supervisor@guangzhou.authority", "reviewer@guangzhou.transport", "admin@kaifang"):
            known = (f"/v1/cases/{case['case_id']}", f"/v1/datasets/{case['dataset_id']}")
            for page in (*pages(after), *known):
                for wanted in ({}, {"city": CITY}, {"city": CITY, "procedure": "objection"}):
                    answers[who, page, str(wanted)] = (await after.as_(who).get(page, None, **wanted)).status_code
        assert {key: status for key, status in answers.items() if status >= 500} == {}
        assert sum(status == 200 for status in answers.values()) > 50
        rows = (await after.as_("supervisor@guangzhou.authority").read("/v1/supervision/overdue"))["items"]
        assert [row["label"] for row in rows] and all(row["label"] != row["stage"] for row in rows), "named as before"
        refused = await after.nobody().get("/v1/rules/guangzhou", procedure="access_request")
        assert updating.errors(refused) == [("on", "not_in_force")]
