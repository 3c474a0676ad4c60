"""What is overdue and what soon will be, for those who supervise: computed when asked, with no worker at all."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from reading.words.texts import texts
from tests.api.calling import Service
from tests.api.supervising import DUE_SOON, OVERDUE, SUPERVISOR, ids, page_by_page, set_after_due
from tests.api.updating import drafting, filing, recorded, today
from tests.driving import ShiftedClock

DRAFT_WAITS = texts().drafts["waiting"].en
COUNTS = "/v1/supervision/overdue/counts"


async def filed(service: Service, city: str = "nanning", **fields: Any) -> Any:
    """The open task of a new request."""
    case = await service.as_("applicant@demo").file(city, **fields)
    return next(task for task in case["tasks"] if task["state"] == "open")


async def test_a_filing_that_no_worker_has_started_is_overdue_by_its_own_clock(
    stopped: Service, clock: ShiftedClock
) -> None:
    task = await filed(stopped)
    supervisor = stopped.as_(SUPERVISOR)
    assert (await supervisor.read(OVERDUE))["items"] == []
    await set_after_due(stopped, clock, task, seconds=1)
    (row,) = (await supervisor.read(OVERDUE))["items"]
    shown = (
        "task_id",
        "case_number",
        "procedure",
        "stage",
        "label",
        "body",
        "held_by",
        "due_at",
        "last_day",
        "urgings",
    )
    assert [row[name] for name in shown] == [
        *(task["task_id"], task["case_number"], "access_request", "formal_review", task["label"]),
        *("nanning.operator", None, task["clock"]["due_at"], task["clock"]["last_day"], 0),
    ]
    assert row["held_since"] == row["opened_at"] == task["opened_at"]
    assert row["overdue"] is True
    assert row["rule"]["text"].startswith("Nanning article")


@pytest.mark.duty("NN-15a")
async def test_an_update_that_waits_for_its_turn_is_overdue_by_the_clock_of_the_event(
    stopped: Service, clock: ShiftedClock
) -> None:
    provider = stopped.as_("reviewer@nanning.transport")
    first = await recorded(provider, await filing(provider, "nanning", trigger="other"))
    happened = today() - timedelta(days=60)
    body = await drafting(provider, "nanning", trigger="law_revised", occurred_on=str(happened))
    waiting = await recorded(provider, body)
    assert waiting["update"]["waits_for"]["case_id"] == first["case_id"]
    (task,) = waiting["tasks"]
    assert (task["stage"], task["body"], task["said"]) == ("compilation", "nanning.transport", DRAFT_WAITS)
    assert (await provider.read("/v1/tasks", overdue=True))["items"][0]["said"] == DRAFT_WAITS
    supervisor = stopped.as_(SUPERVISOR)
    (row,) = (await supervisor.read(OVERDUE))["items"]
    assert (row["task_id"], row["body"], row["waits_for"]) == (task["task_id"], "nanning.transport", first["case_id"])
    assert row["rule"]["article"] == "15"
    assert task["clock"]["started_at"] == f"{happened}T00:00:00+08:00"
    assert task["clock"]["due_at"] == row["due_at"]
    assert row["late_working_days"] > 0
    counts = await supervisor.read(COUNTS)
    assert [(each["stage"], each["overdue"]) for each in counts["by_stage"]] == [("compilation", 1)]


async def test_a_decision_received_in_time_is_not_overdue_though_nobody_works_it_off(
    stopped: Service, clock: ShiftedClock
) -> None:
    task, late = await filed(stopped), await filed(stopped)
    operator, supervisor = stopped.as_("reviewer@nanning.operator"), stopped.as_(SUPERVISOR)
    await operator.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "pass"})
    await set_after_due(stopped, clock, task, days=1)
    await operator.post(f"/v1/tasks/{late['task_id']}/decision", {"outcome": "pass"})
    assert ids(await supervisor.read(OVERDUE)) == [late["task_id"]]
    counts = await supervisor.read(COUNTS)
    assert (counts["overdue"], [each["overdue"] for each in counts["by_body"]]) == (1, [1])
    assert (await supervisor.read("/v1/tasks", overdue=True))["items"][0]["task_id"] == late["task_id"]


@pytest.mark.parametrize("days_after", [0, 1, 10, 40])
async def test_how_late_a_task_is_counts_the_working_days_of_the_city_that_have_begun(
    stopped: Service, clock: ShiftedClock, days_after: int
) -> None:
    task = await filed(stopped)
    await set_after_due(stopped, clock, task, days=days_after, seconds=1)
    (row,) = (await stopped.as_(SUPERVISOR).read(OVERDUE))["items"]
    calendar = (await stopped.app.state.runtime.present()).record.calendar("CN-GX")
    last = date.fromisoformat(task["clock"]["last_day"])
    # The instant at which it is due is the midnight after its last day.
    assert row["late_working_days"] == sum(
        calendar.is_working(last + timedelta(days=n + 1)) for n in range(days_after + 1)
    )
    assert row["left_working_days"] == 0


async def test_who_claimed_a_task_holds_it_since_the_claim(stopped: Service, clock: ShiftedClock) -> None:
    task = await filed(stopped)
    await stopped.as_("reviewer@nanning.operator").do(f"/v1/tasks/{task['task_id']}/claim")
    await set_after_due(stopped, clock, task, seconds=1)
    supervisor = stopped.as_(SUPERVISOR)
    (row,) = (await supervisor.read(OVERDUE, officer="reviewer@nanning.operator"))["items"]
    assert (row["held_by"], row["state"]) == ("reviewer@nanning.operator", "claimed")
    claimed_at = await stopped.app.state.runtime.pool.fetchval("select at from events where type = 'TaskClaimed'")
    assert datetime.fromisoformat(row["held_since"]) == claimed_at > datetime.fromisoformat(row["opened_at"])
    assert (await supervisor.read(OVERDUE, officer="reviewer@nanning.transport"))["items"] == []
    assert (await supervisor.get(OVERDUE, officer="nobody@demo")).status_code == 422


async def test_the_longest_overdue_comes_first_and_pages_leave_out_and_repeat_nothing(
    stopped: Service, clock: ShiftedClock
) -> None:
    # An expedited request is due before an ordinary one.
    tasks = [await filed(stopped, urgency=urgency) for urgency in ("normal", "expedited", "normal", "expedited")]
    last = max(tasks, key=lambda task: task["clock"]["due_at"])
    await set_after_due(stopped, clock, last, seconds=1)
    supervisor = stopped.as_(SUPERVISOR)
    whole = await supervisor.read(OVERDUE)
    expected = sorted(tasks, key=lambda task: (task["clock"]["due_at"], task["task_id"]))
    assert ids(whole) == [task["task_id"] for task in expected]
    assert whole["next"] is None
    assert await page_by_page(supervisor, OVERDUE, 1) == ids(whole)


async def test_an_admin_pages_through_the_cities_together_in_one_order(stopped: Service, clock: ShiftedClock) -> None:
    tasks = [await filed(stopped, city) for city in ("guangzhou", "nanning", "nanjing", "nanning", "guangzhou")]
    last = max(tasks, key=lambda task: task["clock"]["due_at"])
    await set_after_due(stopped, clock, last, seconds=1)
    expected = sorted(tasks, key=lambda task: (task["clock"]["due_at"], task["task_id"]))
    assert await page_by_page(stopped.as_("admin@kaifang"), OVERDUE, 2) == [task["task_id"] for task in expected]


async def test_due_soon_is_what_is_due_by_the_end_of_so_many_working_days(
    stopped: Service, clock: ShiftedClock
) -> None:
    task = await filed(stopped)  # two working days
    supervisor = stopped.as_(SUPERVISOR)
    assert ids(await supervisor.read(DUE_SOON)) == [task["task_id"]]
    assert (await supervisor.read(DUE_SOON))["items"][0]["left_working_days"] == 2
    assert (await supervisor.read(DUE_SOON, within=1))["items"] == []
    await set_after_due(stopped, clock, task, seconds=-60)
    assert ids(await supervisor.read(DUE_SOON, within=0)) == [task["task_id"]]
    await set_after_due(stopped, clock, task, seconds=1)
    assert (await supervisor.read(DUE_SOON, within=60))["items"] == []


@pytest.mark.parametrize(
    ("narrowing", "found"),
    [
        ({}, 2),
        ({"city": "nanning"}, 2),
        ({"city": "yulin"}, 0),
        ({"body": "nanning.operator"}, 2),
        ({"body": "nanning.transport"}, 0),
        ({"procedure": "access_request", "stage": "formal_review"}, 2),
        ({"procedure": "objection"}, 0),
        ({"stage": "approval"}, 0),
    ],
)
async def test_filters_narrow_list_and_counts_alike(
    stopped: Service, clock: ShiftedClock, narrowing: dict[str, str], found: int
) -> None:
    task, _ = await filed(stopped), await filed(stopped)
    await filed(stopped, "guangzhou")
    await set_after_due(stopped, clock, task, days=200)
    supervisor = stopped.as_(SUPERVISOR)
    assert len((await supervisor.read(OVERDUE, **narrowing))["items"]) == found
    counts = await supervisor.read(COUNTS, **narrowing)
    told = [
        counts["overdue"],
        *(sum(each["overdue"] for each in counts[by]) for by in ("by_body", "by_procedure", "by_stage")),
    ]
    assert told == [found] * 4


async def test_a_supervisor_sees_its_city_an_admin_every_city_and_a_reviewer_its_body(
    stopped: Service, clock: ShiftedClock
) -> None:
    nanning, guangzhou = await filed(stopped), await filed(stopped, "guangzhou")
    await set_after_due(stopped, clock, guangzhou, seconds=1)
    seen = {
        "admin@kaifang": {nanning["task_id"], guangzhou["task_id"]},
        SUPERVISOR: {nanning["task_id"]},
        "supervisor@guangzhou.authority": {guangzhou["task_id"]},
        "reviewer@guangzhou.transport": {guangzhou["task_id"]},
        "reviewer@guangzhou.health": set(),
        "reviewer@nanning.transport": set(),
        # By Nanning's article 6 the operator urges, so it sees whom.
        "reviewer@nanning.operator": {nanning["task_id"]},
        "reviewer@nanning.authority": set(),
    }
    for login, expected in seen.items():
        caller = stopped.as_(login)
        assert set(ids(await caller.read(OVERDUE))) == expected, login
        assert (await caller.read(COUNTS))["overdue"] == len(expected), login
    for login in ("applicant@demo", "gateway@nanning"):
        assert (await stopped.as_(login).get(OVERDUE)).status_code == 403


async def test_the_operator_of_nanning_sees_the_city_whose_bodies_it_urges(
    stopped: Service, clock: ShiftedClock
) -> None:
    task = await filed(stopped)
    pool = stopped.app.state.runtime.pool
    await pool.execute("update tasks set body = 'nanning.transport' where task_id = $1", task["task_id"])
    await set_after_due(stopped, clock, task, seconds=1)
    assert ids(await stopped.as_("reviewer@nanning.operator").read(OVERDUE)) == [task["task_id"]]
    assert ids(await stopped.as_("reviewer@nanning.transport").read(OVERDUE)) == [task["task_id"]]


async def test_the_list_is_a_table_for_whoever_accepts_csv(stopped: Service, clock: ShiftedClock) -> None:
    task = await filed(stopped)
    await set_after_due(stopped, clock, task, seconds=1)
    supervisor = stopped.as_(SUPERVISOR)
    answer = await supervisor.get(OVERDUE, {"Accept": "text/csv", "Accept-Language": "zh-CN"}, limit=1)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    heading, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert heading[:3] == ["案件编号", "城市", "程序"]
    assert row[0] == task["case_number"]
    assert row[-1] == task["task_id"]


async def test_a_cursor_of_another_list_is_refused(stopped: Service) -> None:
    supervisor = stopped.as_(SUPERVISOR)
    assert (await supervisor.get(OVERDUE, cursor="bm90aGluZw")).status_code == 422
    assert (await supervisor.get(DUE_SOON, within=61)).status_code == 422


async def test_the_metrics_count_what_is_overdue_by_city_and_procedure(stopped: Service, clock: ShiftedClock) -> None:
    task, _ = await filed(stopped), await filed(stopped)
    await set_after_due(stopped, clock, task, seconds=1)
    figures = await stopped.figures()
    assert 'kaifang_overdue_tasks{city="nanning",procedure="access_request"} 2.0' in figures
    assert 'kaifang_undelivered_acts_older_than{seconds="60"} 2.0' in figures
    pool = stopped.app.state.runtime.pool
    await pool.execute("update tasks set ended_at = clock_timestamp(), state = 'cancelled'")
    assert "kaifang_overdue_tasks{" not in await stopped.figures()


async def test_an_urging_or_claim_not_worked_off_does_not_hide_that_a_task_is_overdue(
    stopped: Service, clock: ShiftedClock
) -> None:
    task = await filed(stopped)
    supervisor = stopped.as_(SUPERVISOR)
    # Behind an act that waits for the engine, others wait too.
    await stopped.app.state.runtime.pool.execute(
        "insert into acts (act_id, case_id, seq, kind, account, received_at, state, act, request_digest) "
        "select 'x', case_id, 2, 'supply', account, received_at, 'received', "
        'act || \'{"kind": "supply", "id": "x"}\', \'\' from acts where case_id = $1',
        task["case_id"],
    )
    urged = await supervisor.post(f"/v1/supervision/tasks/{task['task_id']}/urging", {"text": "Soon, please"})
    claimed = await stopped.as_("reviewer@nanning.operator").post(f"/v1/tasks/{task['task_id']}/claim", {})
    assert (urged.status_code, claimed.status_code) == (202, 202)

    await set_after_due(stopped, clock, task, days=1)

    assert ids(await supervisor.read(OVERDUE)) == [task["task_id"]]
    assert (await supervisor.read(COUNTS))["overdue"] == 1
    assert ids(await supervisor.read("/v1/tasks", overdue=True)) == [task["task_id"]]
