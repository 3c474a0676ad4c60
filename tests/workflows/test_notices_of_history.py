"""Notices that came while periods ran, as they came: published over HTTP, worked off by the engine, told by the log.

Receipts and the record go by a clock set back to those years. The engine's own clock is years ahead of it, and decides
nothing: it asks again, and is made to ask at once here.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities.database import Pool
from activities.record.filings import Filing
from activities.settings import Settings
from api.app import create_app
from models import events as e
from models.clock import Clock
from rules.deadlines import SHANGHAI
from rules.pinned_stages import Step
from stack.temporal import NAMESPACE, TemporalServer
from tests.api.calling import Caller, Service, serving
from tests.driving import Driver, ShiftedClock
from tests.models.made import made, outcome, stage
from tests.noticing import as_form, notice_called, record_as_of
from tests.skipping import Skipping
from worker import build_worker
from workflows.case_log import AT_MOST_BEFORE_LOOKING_AGAIN

NOTICES = "/v1/calendar/notices"
SPRING_FESTIVAL_2020 = "国办发明电〔2020〕1号"
SANYUESAN_2020 = "广西 2020 年三月三不放假的通知"
SANYUESAN_2024 = "广西 2024 年三月三放假通知"
LABOUR_DAY_2019 = "国办发明电〔2019〕3号"


class Then:
    """The service, the engine and those who file, in the past."""

    def __init__(self, skipping: Skipping, service: Service) -> None:
        self.driver = skipping.driver
        self._skipping = skipping
        self.service = service
        self.admin: Caller = service.as_("admin@kaifang")

    async def is_now(self, *day_and_hour: int) -> None:
        """The clock of receipts and record says so."""
        self.driver.clock.shift = timedelta()
        there = datetime(*day_and_hour, tzinfo=SHANGHAI)  # type: ignore[misc,arg-type]  # year to hour
        self.driver.clock.shift = there - await self.driver.pool.fetchval("select clock_timestamp()")

    async def looks_again(self, case_id: str) -> None:
        """The case in the engine asks what time it is."""
        await self._skipping.skip_in_the_engine(case_id, AT_MOST_BEFORE_LOOKING_AGAIN)

    async def filed(self, calendar: str, period: str) -> str:
        """A request before a body that has that long, in a city that exists here only."""
        review = stage("review", "provider", outcome("agree", "agreed"), period=period)
        law = made("access_request", Step(step="review", stages=(review,)), endings=("agreed",), calendar=calendar)
        case_id = str(uuid.uuid4())

        def filing(_: datetime) -> Filing:
            return Filing(
                rules=law,
                party="acc_applicant",
                dataset_id="made-example",
                bodies={role: f"made.{role}" for role in law.bodies},
                data_items=(),
                choices={"urgency": "normal"},
                given=frozenset(),
            )

        with self._skipping.standing_still():
            await self.driver.inbox.receive_filing(case_id, "access_request", {}, filing)
            await self.driver.engine.hand_over(case_id, self.driver.patience)
        return case_id

    async def published(self, document: str) -> Any:
        """The notice is published, and every case that it wakes has worked it off; the answer."""
        answer = await self.admin.post(NOTICES, as_form(notice_called(document)))
        assert answer.status_code == 201, answer.text
        waiting = "select case_id from acts where delivered_at is null and kind = 'apply_notice'"
        for row in await self.driver.pool.fetch(waiting):
            await self.driver.engine.hand_over(row["case_id"], self.driver.patience)
        return answer.json()

    async def clock(self, case_id: str) -> Clock:
        return (await self.driver.task(case_id, "review")).clock

    async def moves(self, case_id: str) -> list[e.ClockMoved]:
        return [event for event in await self.driver.events(case_id) if isinstance(event, e.ClockMoved)]

    async def is_overdue(self, case_id: str) -> bool:
        """As the task lists tell it."""
        listed = await self.admin.read("/v1/tasks", overdue="true", limit=200)
        return case_id in [task["case_id"] for task in listed["items"]]


@pytest.fixture
async def then(
    temporal: Client,
    pool: Pool,
    database_url: str,
    task_queue: str,
    temporal_server: TemporalServer,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Then]:
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_server.address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", NAMESPACE)
    settings = Settings(home=tmp_path, database_url=database_url, task_queue=task_queue)
    skipping = Skipping(Driver(pool, temporal, task_queue, clock=ShiftedClock()))
    clock = skipping.driver.clock
    worker: Worker = build_worker(temporal, pool, task_queue, clock)
    async with serving(create_app(settings, clock=clock), settings) as service, worker:
        yield Then(skipping, service)


def midnight(*day: int) -> datetime:
    """The end of a period of which that is the last day."""
    return datetime(*day, tzinfo=SHANGHAI) + timedelta(days=1)  # type: ignore[misc,arg-type]  # year, month and day


async def test_periods_follow_the_spring_festival_of_2020_that_was_made_longer(then: Then) -> None:
    await record_as_of(then.driver.pool, date(2020, 1, 26))
    await then.is_now(2020, 1, 20, 10)
    case_id = await then.filed("CN", "5wd")
    over_before = await then.filed("CN", "3wd")
    in_hours = await then.filed("CN", "400h")
    before = await then.clock(case_id)
    assert (before.due_at, before.provisional) == (midnight(2020, 2, 1), False), "that Saturday was to be worked"

    await then.is_now(2020, 1, 26, 12)
    told = (await then.admin.post(f"{NOTICES}/dry-run", as_form(notice_called(SPRING_FESTIVAL_2020)))).json()
    published = await then.published(SPRING_FESTIVAL_2020)

    after = await then.clock(case_id)
    assert after.due_at == midnight(2020, 2, 4)
    assert [(m["case_id"], m["old_day"], m["new_day"]) for m in told["items"]] == [
        (case_id, "2020-02-01", "2020-02-04")
    ]
    assert (published["cases_woken"], published["position"]) == (1, after.calendar_version)
    (move,) = await then.moves(case_id)
    assert (move.due_before, move.clock.due_at, move.because) == (before.due_at, after.due_at, "notice")
    assert move.notice
    assert (move.notice.document, move.notice.published_on) == (SPRING_FESTIVAL_2020, date(2020, 1, 26))
    assert await then.moves(over_before) == await then.moves(in_hours) == []

    await then.is_now(2020, 2, 3, 9)
    await then.looks_again(case_id)
    assert "ClockPassed" not in await then.driver.types(case_id)
    assert not await then.is_overdue(case_id)
    await then.is_now(2020, 2, 5, 0)
    await then.looks_again(case_id)
    await then.driver.until_event(case_id, "ClockPassed")
    assert await then.is_overdue(case_id)


async def test_a_notice_recorded_late_takes_a_task_out_of_overdue_and_both_stay_on_record(then: Then) -> None:
    await record_as_of(then.driver.pool, date(2020, 1, 26))
    await then.is_now(2020, 1, 20, 10)
    case_id = await then.filed("CN", "5wd")
    await then.is_now(2020, 2, 3, 9)
    await then.looks_again(case_id)
    await then.driver.until_event(case_id, "ClockPassed")
    assert await then.is_overdue(case_id)

    told = (await then.admin.post(f"{NOTICES}/dry-run", as_form(notice_called(SPRING_FESTIVAL_2020)))).json()
    await then.published(SPRING_FESTIVAL_2020)

    assert (told["no_more_overdue"], told["items"][0]["no_more_overdue"]) == (1, True)
    assert not await then.is_overdue(case_id)
    assert not (await then.driver.task(case_id, "review")).passed
    assert (await then.driver.types(case_id))[-2:] == ["ClockPassed", "ClockMoved"]
    await then.is_now(2020, 2, 5, 0)
    await then.looks_again(case_id)
    await then.driver.until_event(case_id, "ClockPassed")
    passed = [event.at for event in await then.driver.events(case_id) if event.type == "ClockPassed"]
    assert passed == [midnight(2020, 2, 1), midnight(2020, 2, 4)]


async def test_sanyuesan_of_2020_was_cancelled_and_periods_in_guangxi_end_sooner(then: Then) -> None:
    await record_as_of(then.driver.pool, date(2020, 3, 5))
    await then.is_now(2020, 3, 4, 10)
    in_guangxi, elsewhere = await then.filed("CN-GX", "20wd"), await then.filed("CN", "20wd")
    assert (await then.clock(in_guangxi)).due_at == midnight(2020, 4, 3)
    assert (await then.clock(elsewhere)).due_at == midnight(2020, 4, 1)

    await then.is_now(2020, 3, 6, 9)
    published = await then.published(SANYUESAN_2020)

    assert published["cases_woken"] == 1
    assert (await then.clock(in_guangxi)).due_at == midnight(2020, 4, 1)
    assert await then.moves(elsewhere) == []


async def test_a_notice_that_moves_a_due_day_into_the_past_makes_a_task_overdue(
    then: Then,
) -> None:
    await record_as_of(then.driver.pool, date(2020, 3, 5))
    await then.is_now(2020, 3, 4, 10)
    case_id = await then.filed("CN-GX", "20wd")
    await then.is_now(2020, 4, 2, 9)
    told = (await then.admin.post(f"{NOTICES}/dry-run", as_form(notice_called(SANYUESAN_2020)))).json()
    assert not await then.is_overdue(case_id)

    await then.published(SANYUESAN_2020)

    assert (told["becomes_overdue"], told["items"][0]["becomes_overdue"]) == (1, True)
    assert await then.is_overdue(case_id)
    (move,) = await then.moves(case_id)
    assert move.notice
    assert move.notice.document == SANYUESAN_2020
    await then.looks_again(case_id)
    await then.driver.until_event(case_id, "ClockPassed")
    passed = (await then.driver.events(case_id))[-1]
    assert (passed.type, passed.at) == ("ClockPassed", midnight(2020, 4, 1))
    assert await then.driver.decide(case_id, "review", "agree") == "accepted"
    assert (await then.driver.task(case_id, "review")).late


async def test_labour_day_of_2019_moves_no_period_with_as_many_days_off_as_worked(
    then: Then,
) -> None:
    await record_as_of(then.driver.pool, date(2019, 3, 22))
    await then.is_now(2019, 3, 20, 10)
    sooner, later, same = [await then.filed("CN", period) for period in ("27wd", "30wd", "31wd")]
    assert (await then.clock(sooner)).last_day == date(2019, 4, 29)
    assert (await then.clock(later)).last_day == date(2019, 5, 3)
    assert (await then.clock(same)).last_day == date(2019, 5, 6)

    await then.is_now(2019, 3, 22, 18)
    await then.published(LABOUR_DAY_2019)

    assert (await then.clock(sooner)).last_day == date(2019, 4, 28), "a Sunday, worked now"
    assert (await then.clock(later)).last_day == date(2019, 5, 5)
    assert (await then.clock(same)).last_day == date(2019, 5, 6)
    (move,) = await then.moves(same)
    assert move.due_before == move.clock.due_at, "it counts other days, and the record says by which notice"


async def test_provisional_clocks_become_firm_when_the_notice_that_was_missing_comes(then: Then) -> None:
    await record_as_of(then.driver.pool, date(2024, 3, 22))
    await then.is_now(2024, 3, 15, 15)
    moves, stays = await then.filed("CN-GX", "20wd"), await then.filed("CN-GX", "15wd")
    before = [await then.clock(case_id) for case_id in (moves, stays)]
    assert [(clock.due_at, clock.provisional) for clock in before] == [
        (midnight(2024, 4, 15), True),
        (midnight(2024, 4, 8), True),
    ]

    await then.is_now(2024, 3, 22, 10)
    told = (await then.admin.post(f"{NOTICES}/dry-run", as_form(notice_called(SANYUESAN_2024)))).json()
    await then.published(SANYUESAN_2024)

    after = [await then.clock(case_id) for case_id in (moves, stays)]
    assert (told["becomes_firm"], told["later"]) == (2, 1)
    assert [(clock.due_at, clock.provisional) for clock in after] == [
        (midnight(2024, 4, 17), False),
        (midnight(2024, 4, 8), False),
    ]


async def test_a_notice_of_history_that_is_published_again_moves_nothing_twice(then: Then) -> None:
    await record_as_of(then.driver.pool, date(2020, 1, 26))
    await then.is_now(2020, 1, 20, 10)
    case_id = await then.filed("CN", "5wd")
    await then.is_now(2020, 1, 26, 12)
    first = await then.published(SPRING_FESTIVAL_2020)
    again = await then.admin.post(NOTICES, as_form(notice_called(SPRING_FESTIVAL_2020)))
    assert (again.status_code, again.json()) == (200, first | {"cases_woken": 0})
    assert len(await then.moves(case_id)) == 1
