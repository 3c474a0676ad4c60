"""While a notice is being applied each end that it may still move says so, no other does, and figures wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from activities.database import Pool
from activities.notices.drafting import notice_of
from activities.notices.moving import Moving, Steps
from activities.notices.publishing import publish_in
from api.acting.publishing_notices import NoticeForm
from api.runtime import Runtime
from models.acts import Actor
from models.pinned_figures import PinnedFigures
from reading.figures.pinning import EndsStillMove, counted
from reading.figures.settled import LONGEST
from tests.api.calling import Caller, Service, open_task
from tests.api.test_calendar_notices import form, today
from tests.api.test_evaluations import REPORTS, sent
from tests.driving import ShiftedClock
from tests.owning import by_owner, owner_of

PUBLIC = "/v1/figures"
BEFORE = "5b08d10806f173c50104264a07a737aba057527d6a11edacbc10e028ec8469f8"
"""The digest of these figures before it was asked whether any end was pending."""


async def publish(service: Service, scope: str = "CN") -> Runtime:
    """A notice is on record by which the next fortnight is off, and nobody has listed a case yet."""
    runtime: Runtime = service.app.state.runtime
    day = await today(service)
    off = [[f"{day + timedelta(days=1)}", f"{day + timedelta(days=14)}"]]
    draft = NoticeForm.model_validate(await form(service, scope=scope, days_off=off)).draft()
    async with runtime.pool.acquire() as connection, connection.transaction():
        made = await notice_of(connection, runtime.notices, runtime.clock, draft)
        await publish_in(connection, runtime.notices, runtime.clock, made, Actor(account="acc_admin"))
    return runtime


async def list_cases(runtime: Runtime) -> None:
    async with runtime.pool.acquire() as connection, connection.transaction():
        assert (await Steps(runtime.inbox.log, runtime.clock).next(connection)).did


def moving(runtime: Runtime) -> Moving:
    return Moving(runtime.pool, Steps(runtime.inbox.log, runtime.clock))


async def said(service: Service, caller: Caller, case: dict[str, Any]) -> set[bool]:
    """What each place that shows the end of this case's task says: case, task, and both lists."""
    case_id = case["case_id"]
    officer = service.as_("reviewer@guangzhou.transport")
    whole = await caller.read(f"/v1/cases/{case_id}")
    task = open_task(whole, "provider_review")
    alone = await officer.read(f"/v1/tasks/{task['task_id']}")
    listed = (await officer.read("/v1/tasks"))["items"]
    (in_list,) = (each for each in listed if each["case_id"] == case_id)
    clocks = [each["clock"]["moves_pending"] for each in (task, alone, in_list)]
    return {whole["moves_pending"], *clocks}


async def test_each_end_that_a_notice_may_still_move_says_so_and_no_other(service: Service, applicant: Caller) -> None:
    first = await applicant.file("guangzhou")
    second = await applicant.file("guangzhou")
    assert await said(service, applicant, first) == {False}

    runtime = await publish(service)
    later = await applicant.file("guangzhou")
    assert await said(service, applicant, first) == {True}, "it is on record, and nobody knows yet whom it moves"
    assert await said(service, applicant, later) == {False}, "it was set by the notice"

    await list_cases(runtime)
    assert await said(service, applicant, first) == {True}
    assert await said(service, applicant, later) == {False}
    await runtime.pool.execute("update cases_to_move set retry_at = 'infinity' where case_id = $1", second["case_id"])
    await moving(runtime).work_off()
    assert await said(service, applicant, first) == {False}, "it is moved"
    assert await said(service, applicant, second) == {True}, "and this one is not"
    await runtime.pool.execute("update cases_to_move set retry_at = null")
    await moving(runtime).work_off()
    assert await said(service, applicant, second) == {False}


async def test_a_notice_of_another_calendar_moves_nothing_here_and_says_nothing(
    service: Service, applicant: Caller
) -> None:
    here, there = await applicant.file("guangzhou"), await applicant.file("nanning")
    runtime = await publish(service, "CN-GX")
    assert await said(service, applicant, here) == {False}
    assert (await applicant.read(f"/v1/cases/{there['case_id']}"))["moves_pending"]
    await list_cases(runtime)
    assert await said(service, applicant, here) == {False}
    assert (await applicant.read(f"/v1/cases/{there['case_id']}"))["moves_pending"]


async def assessed(service: Service, case: dict[str, Any]) -> httpx.Response:
    """The assessment of a year, which pins its figures."""
    task = open_task(case, "assessment")
    decision = {"outcome": "report", **REPORTS["nanning"]}
    return await sent(service.as_("reviewer@nanning.authority"), f"/v1/tasks/{task['task_id']}/decision", decision)


@pytest.mark.parametrize("bound", ["moved", "cannot be read", "too long"])
async def test_figures_are_pinned_when_ends_are_moved_or_say_that_some_are_not(working: Service, bound: str) -> None:
    authority = working.as_("reviewer@nanning.authority")
    case = (await sent(authority, "/v1/evaluations", {"city": "nanning", "year": 2024})).json()
    await working.as_("applicant@demo").file("nanning")
    runtime = await publish(working)
    await list_cases(runtime)

    refused = await assessed(working, case)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    assert refused.json()["type"] == "urn:kaifang:problem:clocks-are-moved"
    assert (await authority.read(f"/v1/cases/{case['case_id']}"))["year"]["figures"] == []
    match bound:
        case "moved":
            await moving(runtime).work_off()
        case "cannot be read":
            await runtime.pool.execute("update cases_to_move set failed = 1, retry_at = 'infinity'")
        case _:
            ago = "update notices_moving set published_at = published_at - $1::interval"
            await by_owner(runtime.pool, ago, LONGEST)
    decided = await working.decide(case, "assessment", "report", **REPORTS["nanning"])
    (pinned,) = decided["year"]["figures"]
    assert pinned["moves_pending"] == (bound != "moved")


async def test_figures_for_everybody_of_before_a_notice_stand_while_ends_are_moved(
    service: Service, applicant: Caller
) -> None:
    await applicant.file("guangzhou")
    kept = service.app.state.published.kept
    before = await service.nobody().read(PUBLIC, city="guangzhou")
    assert not before["moves_pending"]
    runtime = await publish(service)
    await list_cases(runtime)
    for key in kept:
        kept[key] = replace(kept[key], as_of=kept[key].as_of - timedelta(hours=2))
    still = await service.nobody().read(PUBLIC, city="guangzhou")
    assert (still["moves_pending"], still["as_of"] < before["as_of"]) == (False, True)
    await moving(runtime).work_off()
    after = await service.nobody().read(PUBLIC, city="guangzhou")
    assert (after["moves_pending"], after["as_of"] > before["as_of"]) == (False, True)


async def test_public_figures_counted_while_ends_move_stand_for_half_a_minute(
    stopped: Service, clock: ShiftedClock
) -> None:
    await stopped.as_("applicant@demo").file("guangzhou")
    runtime = await publish(stopped)
    await list_cases(runtime)

    async def read_after(later: timedelta) -> tuple[str, bool]:
        clock.shift += later
        answer = await stopped.nobody().read(PUBLIC, city="guangzhou")
        return answer["as_of"], answer["moves_pending"]

    first, is_pending = await read_after(timedelta())
    assert is_pending
    assert await read_after(timedelta(seconds=20)) == (first, True)
    second, is_pending = await read_after(timedelta(seconds=11))
    assert (is_pending, second > first) == (True, True), "it is counted again, and says so again"
    await moving(runtime).work_off()
    last, is_pending = await read_after(timedelta(seconds=31))
    assert (is_pending, last > second) == (False, True)
    assert await read_after(timedelta(minutes=50)) == (last, False)


@asynccontextmanager
async def nobody_reads(pool: Pool, table: str) -> AsyncIterator[None]:
    """Whoever reads that table waits until the block ends."""
    async with owner_of(pool) as owner, owner.transaction():
        await owner.execute(f"lock table {table} in access exclusive mode")
        yield


async def until_somebody_waits(pool: Pool, table: str) -> None:
    waits = """
    select exists (select from pg_locks where not granted and relation = $1::text::regclass
      and database = (select oid from pg_database where datname = current_database()))
    """
    async with asyncio.timeout(30):
        while not await pool.fetchval(waits, table):  # noqa: ASYNC110  another task waits
            await asyncio.sleep(0.01)


async def test_a_case_that_is_moved_while_it_is_read_does_not_show_its_old_end_as_settled(
    service: Service, applicant: Caller
) -> None:
    case = await applicant.file("guangzhou")
    runtime = await publish(service)
    officer = service.as_("reviewer@guangzhou.transport")
    async with nobody_reads(runtime.pool, "readings"):
        # An officer's reading is put on record when the log was read, and before the rest of the case is.
        reading = asyncio.create_task(officer.read(f"/v1/cases/{case['case_id']}"))
        await until_somebody_waits(runtime.pool, "readings")
        await moving(runtime).work_off()
    clock = open_task(await reading, "provider_review")["clock"]
    assert clock["due_at"] == open_task(case, "provider_review")["clock"]["due_at"], "it was read before it was moved"
    assert clock["moves_pending"]
    again = open_task(await officer.read(f"/v1/cases/{case['case_id']}"), "provider_review")["clock"]
    assert (again["due_at"] > clock["due_at"], again["moves_pending"]) == (True, False)


@pytest.mark.parametrize("is_too_late_to_wait", [False, True])
async def test_a_notice_that_is_published_while_figures_are_counted_is_waited_for_or_named(
    service: Service, applicant: Caller, *, is_too_late_to_wait: bool
) -> None:
    await applicant.file("nanning")
    runtime: Runtime = service.app.state.runtime
    no_later_than = (await runtime.now()) + LONGEST / 2 if is_too_late_to_wait else None

    async def figures() -> PinnedFigures:
        async with runtime.store() as store:
            return await counted(store, "nanning", 2024, no_later_than)

    async with nobody_reads(runtime.pool, "restrictions"):
        counting = asyncio.create_task(figures())
        await until_somebody_waits(runtime.pool, "restrictions")
        await publish(service)
        await moving(runtime).work_off()
    if is_too_late_to_wait:
        assert (await counting).moves_pending
    else:
        with pytest.raises(EndsStillMove):
            await counting
    assert not (await figures()).moves_pending, "all ends are moved"


async def test_a_decision_that_pinned_figures_asked_again_beside_a_notice_is_known(
    working: Service,
) -> None:
    authority = working.as_("reviewer@nanning.authority")
    case = (await sent(authority, "/v1/evaluations", {"city": "nanning", "year": 2024})).json()
    await working.as_("applicant@demo").file("nanning")
    decision = f"/v1/tasks/{open_task(case, 'assessment')['task_id']}/decision"
    said = {"outcome": "report", **REPORTS["nanning"]}
    first = await authority.post(decision, said, "once")
    assert first.status_code == 200
    await list_cases(await publish(working))

    again = await authority.post(decision, said, "once")

    assert (again.status_code, again.json()["act_id"]) == (200, first.json()["act_id"])
    other = await authority.post(decision, said | {"opening_quality": "Another"}, "once")
    assert (other.status_code, other.json()["type"]) == (422, "urn:kaifang:problem:idempotency-key-reused")


def test_figures_in_which_nothing_was_pending_have_the_digest_of_before() -> None:
    figures = PinnedFigures.model_validate(
        {
            "counted_at": "2026-01-05T09:00:00+08:00",
            "from_on": "2025-01-01",
            "until_on": "2026-01-01",
            "lines": [],
            "allowed": 3,
            "refused": 1,
        }
    )
    assert "moves_pending" not in figures.model_dump(mode="json")
    pending = figures.model_copy(update={"moves_pending": True})
    assert pending.model_dump(mode="json")["moves_pending"]
    assert PinnedFigures.model_validate_json(pending.model_dump_json()) == pending
    assert pending.digest() != figures.digest()
    assert figures.digest() == BEFORE
