"""What changes while a call is answered, or between two calls: accounts, the calendar, the caller's patience."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from activities.notices.publishing import publish
from api.runtime import CONNECTIONS, Runtime
from models.acts import Actor
from reading.store import Present
from rules.calendar_notices import DaysOff, Notice
from rules.deadlines import to_shanghai
from tests.api.calling import Caller, Service, open_task


class NobodyReads(httpx.ASGITransport):
    """Callers that send a request and take nothing of the answer."""

    def __init__(self, app: FastAPI, answered: asyncio.Semaphore) -> None:
        self._answered = answered
        super().__init__(app=self._stuck(app))

    def _stuck(self, app: FastAPI) -> Any:
        async def call(scope: MutableMapping[str, Any], receive: Any, _send: Any) -> None:
            async def never(_message: object) -> None:
                self._answered.release()
                await asyncio.Event().wait()

            await app(scope, receive, never)

        return call


async def test_callers_who_do_not_read_their_answers_keep_no_other_from_being_answered(service: Service) -> None:
    answered = asyncio.Semaphore(0)
    slow = httpx.AsyncClient(transport=NobodyReads(service.app, answered), base_url="http://kaifang.test")
    calls = [asyncio.create_task(slow.get("/v1/datasets")) for _ in range(CONNECTIONS)]
    for _ in calls:
        await answered.acquire()
    try:
        async with asyncio.timeout(60):
            assert (await service.nobody().get("/v1/datasets")).status_code == 200
    finally:
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)


async def test_a_task_list_is_answered_although_a_notice_is_published_meanwhile(
    service: Service, applicant: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime: Runtime = service.app.state.runtime
    before = await runtime.present()
    today = to_shanghai(before.now).date()
    day = today + timedelta(days=400)
    notice = Notice(
        scope="CN",
        document="an invented notice",
        published_on=today,
        recorded_at=before.now,
        days_off=(DaysOff(day, day),),
    )
    await publish(runtime.pool, runtime.inbox.log, runtime.clock, notice, Actor(account="acc_admin"))
    case = await applicant.file("nanning")
    looks = [before]

    async def present(self: Runtime) -> Present:
        return looks.pop() if looks else await seen(self)

    seen = Runtime.present
    monkeypatch.setattr(Runtime, "present", present)
    listed = await service.as_("reviewer@nanning.operator").read("/v1/tasks")

    assert [task["case_id"] for task in listed["items"]] == [case["case_id"]]


async def test_an_officer_who_changed_bodies_no_longer_reads_the_case_by_an_old_act(
    service: Service, applicant: Caller
) -> None:
    task = open_task(await applicant.file("nanning"), "formal_review")
    officer = service.as_("reviewer@nanning.operator")
    act = await officer.do(f"/v1/tasks/{task['task_id']}/claim")
    runtime: Runtime = service.app.state.runtime

    await runtime.pool.execute(
        "update accounts set body = 'yulin.operator', city = 'yulin' where login = 'reviewer@nanning.operator'"
    )

    assert (await officer.get(f"/v1/acts/{act['act_id']}")).status_code == 404


async def test_an_officer_who_is_itself_the_party_reads_what_a_party_reads(service: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning")
    path = f"/v1/cases/{case['case_id']}"
    await service.as_("reviewer@nanning.operator").do(f"{path}/notes", {"text": "for officers"})
    runtime: Runtime = service.app.state.runtime

    await runtime.pool.execute(
        "update accounts set roles = '{applicant,reviewer}', body = 'yulin.transport', city = 'yulin' "
        "where login = 'applicant@demo'"
    )

    events = (await applicant.read(f"{path}/events"))["items"]
    assert [event["text"] for event in events if event["type"] == "NoteAdded"] == [None]


async def test_one_signature_sent_many_times_at_once_is_one_act(working: Service, applicant: Caller) -> None:
    case = await applicant.file("guangzhou", scenario="a study", safeguards="none needed")
    provider = working.as_(f"reviewer@{case['tasks'][0]['body']}")
    await provider.do(f"/v1/tasks/{case['tasks'][0]['task_id']}/decision", {"outcome": "agree"})
    path, key = f"/v1/cases/{case['case_id']}/signature", str(uuid.uuid4())
    signed = {"digest": await applicant.digest(case["case_id"])}
    answers = await asyncio.gather(*(applicant.post(path, signed, key) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {200, 202}
    assert len({answer.json()["act_id"] for answer in answers}) == 1
