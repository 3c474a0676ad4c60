"""Lianyungang 39 over HTTP, where no worker runs: from the instant at which a limit is over the report is owed."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from activities.settings import Settings
from api.app import create_app
from reading.board.shown import board_shown
from reading.supervision.chosen import chosen_tasks
from reading.supervision.rectifications import rectification_page
from tests.api.calling import Service, open_stages, open_task, serving
from tests.api.supervising import DUE_SOON, OVERDUE, asking, ids, set_to, without_engine
from tests.api.updating import errors
from tests.driving import ShiftedClock

pytestmark = pytest.mark.duty("LYG-39")
AUTHORITY = "reviewer@lianyungang.authority"
SUPERVISOR = "supervisor@lianyungang.authority"
LISTS = (OVERDUE, DUE_SOON, "/v1/supervision/promptly")
REPORT = "Report to the municipal government"
BREACH = {
    "city": "lianyungang",
    "body": "lianyungang.transport",
    "breach": "request_not_handled",
    "statement": "Three requests were never answered",
}


@asynccontextmanager
async def later(settings: Settings, monkeypatch: pytest.MonkeyPatch, instant: datetime) -> AsyncIterator[Service]:
    """The service at another instant, with no worker and no engine."""
    clock = ShiftedClock()
    async with without_engine(settings, clock, monkeypatch) as service:
        await set_to(service, clock, instant)
        yield service


async def ordered(service: Service) -> Any:
    """A rectification that was ordered within ten working days."""
    answer = await service.as_(AUTHORITY).post("/v1/rectifications", BREACH, str(uuid.uuid4()))
    return await service.decide(answer.json(), "order", "order", time_limit="10wd")


def due_of(case: Any) -> datetime:
    return datetime.fromisoformat(open_task(case, "remedy")["clock"]["due_at"])


async def listed(service: Service, **params: Any) -> list[Any]:
    """What of the report the authority's list of tasks holds."""
    tasks = (await service.as_(AUTHORITY).read("/v1/tasks", city="lianyungang", **params))["items"]
    return [task for task in tasks if task["stage"] == "government_report"]


async def supervised(service: Service, case: Any) -> dict[str, int]:
    """How often each list, table and board of supervision and the list of rectifications has the report."""
    supervisor, report = service.as_(SUPERVISOR), {"stage": "government_report"}
    task_id, as_table = f"{case['case_id']}.government_report.1", {"Accept": "text/csv"}
    lists = [await supervisor.read(each, **report) for each in LISTS]
    table = await supervisor.get("/v1/supervision/promptly", as_table, **report)
    figures = (await supervisor.read("/v1/supervision/figures", **report))["totals"]
    async with asking(service, SUPERVISOR, **report) as (store, reader, asked):
        board = await board_shown(store, asked)
        chosen = await chosen_tasks(store, asked, [task_id])
        rectifications = await rectification_page(store, reader, "lianyungang", "en", None, 50)
    assert board
    return {
        "lists": sum(ids(each).count(task_id) for each in lists),
        "table": table.text.count(task_id),
        "figures": sum(row["tasks"]["open"] for row in figures),
        "board": board.promptly,
        "chosen": len(chosen.tasks),
        "rectifications": [each.label for each in rectifications.items[0].open_stages].count(REPORT),
    }


async def test_before_the_limit_is_over_no_list_table_or_board_has_the_report(
    working: Service, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await ordered(working)
    due_at = due_of(case)
    async with later(settings, monkeypatch, due_at - timedelta(seconds=30)) as before:
        assert set((await supervised(before, case)).values()) == {0}
    async with later(settings, monkeypatch, due_at) as after:
        assert set((await supervised(after, case)).values()) == {1}


async def test_a_report_is_owed_and_seen_from_the_instant_at_which_the_limit_is_over(
    working: Service, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await ordered(working)
    due_at = due_of(case)
    path, task_id = f"/v1/cases/{case['case_id']}", f"{case['case_id']}.government_report.1"
    async with later(settings, monkeypatch, due_at - timedelta(seconds=30)) as before:
        assert await listed(before) == await listed(before, state="open") == []
        assert open_stages(await before.as_(AUTHORITY).read(path)) == ["oversight", "remedy"]
        assert (await before.as_(AUTHORITY).get(f"/v1/tasks/{task_id}")).status_code == 404
        assert (await before.as_(AUTHORITY).post(f"/v1/tasks/{task_id}/claim")).status_code == 404
    async with later(settings, monkeypatch, due_at) as after:
        for params in ({}, {"state": "open"}, {"body": "lianyungang.authority"}):
            (task,) = await listed(after, **params)
            assert (task["task_id"], task["state"], task["body"]) == (task_id, "open", "lianyungang.authority")
            assert datetime.fromisoformat(task["opened_at"]) == due_at
            assert (task["clock"]["promptly"], task["clock"]["article"]) == (True, "39")
        assert await listed(after, state="done") == []
        shown = await after.as_(AUTHORITY).read(path)
        assert open_stages(shown) == ["government_report", "oversight", "remedy"]
        assert shown["events_count"] == case["events_count"], "the log says it when the worker comes to it"
        alone = await after.as_(AUTHORITY).read(f"/v1/tasks/{task_id}")
        assert datetime.fromisoformat(alone["clock"]["started_at"]) == due_at
        assert (await after.as_("reviewer@lianyungang.transport").get(path)).status_code == 200


async def test_from_that_instant_on_the_report_can_be_claimed_and_made_and_is_not_late(
    working: Service, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await ordered(working)
    async with later(settings, monkeypatch, due_of(case) + timedelta(hours=1)) as after:
        path = f"/v1/tasks/{case['case_id']}.government_report.1"
        claimed = await after.as_(AUTHORITY).post(f"{path}/claim")
        assert claimed.status_code == 200, claimed.text
        (task,) = await listed(after)
        assert task["state"] == "claimed"
        report = await after.as_(AUTHORITY).post(
            f"{path}/decision", {"outcome": "report", "measure": "Reported by letter 12"}, str(uuid.uuid4())
        )
        assert report.status_code == 202, "received, and worked off when the engine is there"


async def test_what_was_reported_in_time_and_waits_to_be_worked_off_is_owed_to_nobody(
    working: Service, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await ordered(working)
    remedy = open_task(case, "remedy")
    async with later(settings, monkeypatch, due_of(case) - timedelta(seconds=30)) as before:
        report = await before.as_("reviewer@lianyungang.transport").post(
            f"/v1/tasks/{remedy['task_id']}/decision",
            {"outcome": "report", "measure": "All three were answered"},
            str(uuid.uuid4()),
        )
        assert report.status_code == 202
    async with later(settings, monkeypatch, due_of(case) + timedelta(days=1)) as after:
        assert await listed(after) == []
        shown = await after.as_(AUTHORITY).read(f"/v1/cases/{case['case_id']}")
        assert open_stages(shown) == ["oversight", "remedy"]


async def test_what_was_reported_in_time_and_waits_is_overdue_in_no_list(
    working: Service, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await ordered(working)
    remedy = open_task(case, "remedy")

    async def overdue(service: Service) -> tuple[bool, bool]:
        listed = ids(await service.as_(SUPERVISOR).read("/v1/supervision/overdue"))
        async with asking(service, SUPERVISOR) as (store, reader, _):
            (shown,) = (await rectification_page(store, reader, "lianyungang", "en", None, 50)).items
        return remedy["task_id"] in listed, any(each.overdue for each in shown.open_stages)

    async with later(settings, monkeypatch, due_of(case) + timedelta(days=1)) as late:
        assert await overdue(late) == (True, True)
    async with later(settings, monkeypatch, due_of(case) - timedelta(seconds=30)) as before:
        said = {"outcome": "report", "measure": "All three were answered"}
        path = f"/v1/tasks/{remedy['task_id']}/decision"
        report = await before.as_("reviewer@lianyungang.transport").post(path, said, str(uuid.uuid4()))
        assert report.status_code == 202
    async with later(settings, monkeypatch, due_of(case) + timedelta(days=1)) as after:
        assert await overdue(after) == (False, False)
        assert set((await supervised(after, case)).values()) == {0}, "nor is the report of the limit owed anywhere"


async def test_a_limit_that_is_over_is_no_way_out_for_the_order(
    working: Service, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await ordered(working)
    oversight = open_task(case, "oversight")
    clock = ShiftedClock()
    async with serving(create_app(settings, clock=clock), settings) as after:
        await set_to(after, clock, due_of(case))
        path = f"/v1/tasks/{oversight['task_id']}/decision"
        for said in ({"outcome": "rescind", "reason": "x"}, {"outcome": "extend", "reason": "x", "time_limit": "5wd"}):
            refused = await after.as_(AUTHORITY).post(path, said, str(uuid.uuid4()))
            assert errors(refused) == [("outcome", "TimeLimitOver")]
        report = f"/v1/tasks/{case['case_id']}.government_report.1/decision"
        made = await after.as_(AUTHORITY).do(report, {"outcome": "report", "measure": "Letter 12"}, str(uuid.uuid4()))
        assert made["state"] == "accepted"
        shown = await after.as_(AUTHORITY).read(f"/v1/cases/{case['case_id']}")
        assert (shown["status"], shown["outcome"]) == ("closed", "reported")
