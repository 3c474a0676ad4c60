"""Which cases a notice wakes: every one of which it moves a clock, and no other, whatever clocks and notices say."""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from temporalio.worker import Worker

from activities.calendar.record import RecordOfNotices, with_due
from activities.clock import DatabaseClock
from activities.database import Connection, Pool
from activities.notices.moving import move_all
from activities.notices.publishing import publish, publish_in
from activities.notices.seeding import seed_notices
from activities.record.log import Log
from models.acts import Actor
from models.clock import Clock, Stop
from models.events import ClockMoved
from rules.calendar import CalendarRecord
from rules.calendar_notices import DaysOff, Notice, Span
from rules.deadlines import SHANGHAI
from rules.pinned import Basis
from rules.seed_notices import read_record, read_scopes
from tests.beside import beside
from tests.driving import Driver
from tests.noticing import notice_called, record_as_of
from tests.owning import owner_of
from tests.rules.test_deadlines_properties import CountedOneByOne

ADMIN = Actor(account="acc_admin")
A_DAY = timedelta(days=1)
FROM, UNTIL = date(2026, 2, 1), date(2026, 5, 10)
"""Between them lie two holidays of the country, one of Guangxi, worked weekends, and the end of what Guangxi knows."""
WAITS_FOR_A_CALENDAR = """
select exists (select from pg_stat_activity where datname = current_database() and wait_event = 'advisory')
"""
A_TASK = """
insert into tasks (task_id, case_id, city, procedure, party, step, stage, round, body, state, late, opened_at, due_at,
  at_once, provisional, clock)
select $2, $1, 'nanning', 'access_request', 'acc_applicant', 'step', 'stage', $3, 'nanning.operator', 'open', false,
  $4, $5, false, $6, $7
"""
A_CASE = """
insert into cases (case_id, case_number, city, procedure, dataset_id, party, received_at, rules_digest, number,
  engine_number)
select $1, $1, city, procedure, dataset_id, party, received_at, rules_digest, number, engine_number
from cases where case_id = $2
"""
ITS_FILING = """
insert into acts (act_id, case_id, seq, kind, account, received_at, state, act, request_digest)
values ($1 || '.file', $1, 1, 'file', 'acc_applicant', '2026-01-01', 'accepted', '{}', '')
"""


def clock(calendar: str, started_on: date, period: str | None = "5wd", **more: Any) -> Clock:
    at = datetime(started_on.year, started_on.month, started_on.day, 10, tzinfo=SHANGHAI)
    told = {"started_at": at, "period": period, "article": "1", "basis": Basis.LAW, "calendar": calendar}
    return Clock.model_validate(told | more)


def stood_still(since: date, until: date) -> tuple[Stop, ...]:
    noon = datetime(2026, 1, 1, 12, tzinfo=SHANGHAI).timetz()
    return (Stop(stopped_at=datetime.combine(since, noon), resumed_at=datetime.combine(until, noon)),)


class ByHand(NamedTuple):
    """The ends of a clock, counted day by day; and the days that were looked at."""

    ends: Mapping[str, tuple[datetime, bool]]
    days: frozenset[date]


class Counted(CountedOneByOne):
    """Each day is looked at once."""

    def __init__(self, record: CalendarRecord, scope: str) -> None:
        super().__init__(record, scope, None)
        self.is_working = cache(super().is_working)  # type: ignore[method-assign]  # the same, remembered
        self.is_covered = cache(super().is_covered)  # type: ignore[method-assign]  # as above


def by_hand(it: Clock, calendar: Counted) -> ByHand:
    """What the clock says by this calendar, without any of the arithmetic."""
    still = [day for stop in it.stops for day in days_between(stop.stopped_at.date(), stop.resumed_at.date())]
    extra = sum(calendar.is_working(day) for day in still)
    periods = {**it.own_periods, **({"": it.period} if it.period else {})}
    ends = {}
    days = set(still if any(period.endswith("wd") for period in periods.values()) else ())
    for outcome, period in periods.items():
        if period.endswith("wd"):
            ends[outcome] = calendar.deadline(it.started_at, int(period[:-2]) + extra)
            last = ends[outcome][0].date() - A_DAY
            days |= set(days_between(it.started_at.date(), last))
        else:
            lost = sum((stop.resumed_at - stop.stopped_at for stop in it.stops), timedelta())
            ends[outcome] = (it.started_at + lost + timedelta(hours=int(period[:-1])), False)
    return ByHand(ends, frozenset(days))


def days_between(after: date, through: date) -> Iterator[date]:
    for number in range(1, (through - after).days + 1):
        yield after + number * A_DAY


def ends_in(it: Clock) -> dict[str, datetime]:
    return {**it.own_due_at, **({"": it.due_at} if it.due_at else {})}


def many_clocks(record: CalendarRecord) -> list[Clock]:
    """Clocks of every kind, as the record sets them."""
    chance = random.Random(5)
    found = []
    for number in range(80):
        calendar = chance.choice(["CN", "CN-GX"])
        started_on = FROM + chance.randrange((UNTIL - FROM).days) * A_DAY
        period = chance.choice(["1wd", "2wd", "5wd", "20wd", "12h", None])
        own = {"decline": chance.choice(["3wd", "8h"])} if number % 4 == 0 or period is None else {}
        since = started_on + chance.randrange(5) * A_DAY
        stops = stood_still(since, since + chance.randrange(12) * A_DAY) if number % 5 == 0 else ()
        made = clock(calendar, started_on, period, own_periods=own, stops=stops)
        if number % 11 == 0:
            found.append(made.model_copy(update={"stopped_at": made.started_at + A_DAY}))
        else:
            found.append(with_due(made, record))
    return found


async def put_tasks(pool: Pool, clocks: list[Clock], pattern: str) -> dict[str, Clock]:
    """An open task for each clock, two to a case; the clocks by task."""
    tasks: dict[str, Clock] = {}
    case_id = ""
    for number, each in enumerate(clocks):
        if number % 2 == 0:
            case_id = str(uuid.uuid4())
            await pool.execute(A_CASE, case_id, pattern)
            await pool.execute(ITS_FILING, case_id)
        task_id = f"{case_id}.stage.{number % 2}"
        told = (case_id, task_id, number % 2, each.started_at, each.due_at, each.provisional, each.model_dump_json())
        await pool.execute(A_TASK, *told)
        tasks[task_id] = each
    return tasks


class Woken(NamedTuple):
    """The tasks that the acts of a notice name, and how many acts each case has of it."""

    tasks: set[str]
    acts: Mapping[str, int]


async def woken(connection: Connection, position: int) -> Woken:
    rows = await connection.fetch("select case_id, act from acts where kind = 'apply_notice'")
    acts = [(row["case_id"], json.loads(row["act"])) for row in rows]
    of_it = [(case_id, act) for case_id, act in acts if act["calendar_version"] == position]
    count: dict[str, int] = {}
    for case_id, _ in of_it:
        count[case_id] = count.get(case_id, 0) + 1
    return Woken({task for _, act in of_it for task in act["tasks"]}, count)


days = st.dates(FROM, UNTIL + 30 * A_DAY)


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    named = draw(st.dictionaries(days, st.booleans(), max_size=8))
    since = draw(st.none() | days) if named else draw(days)
    return Notice(
        scope=draw(st.sampled_from(["CN", "CN-GX"])),
        document="an invented notice",
        published_on=draw(st.dates(date(2025, 10, 1), date(2026, 6, 1))),
        recorded_at=datetime(2026, 6, 1, tzinfo=SHANGHAI),
        covers=since and Span(since, since + draw(st.integers(1, 60)) * A_DAY),
        days_off=tuple(DaysOff(day, day) for day, worked in named.items() if not worked),
        days_worked=tuple(day for day, worked in named.items() if worked),
    )


class Tasks:
    """Open tasks and their clocks, too many to be printed."""

    def __init__(self, clocks: dict[str, Clock]) -> None:
        self.clocks = clocks


@pytest.fixture
async def many(driver: Driver) -> Tasks:
    """Open tasks with clocks of every kind, in a record that does not know Guangxi's festival of that year yet."""
    pattern = await driver.file("nanning", choices={"urgency": "urgent"}, hand_over=False)
    await record_as_of(driver.pool, date(2026, 3, 1))
    async with driver.pool.acquire() as connection:
        record = await RecordOfNotices(read_scopes()).read(connection)
    return Tasks(await put_tasks(driver.pool, many_clocks(record), pattern))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(notice=notices())
async def test_whatever_the_notice_those_are_woken_whose_clocks_it_moves_and_no_others(
    driver: Driver, many: Tasks, notice: Notice
) -> None:
    record = RecordOfNotices(read_scopes())
    async with driver.pool.acquire() as connection:
        before = await record.read(connection)
        after = before.with_notice(notice)
        publication = connection.transaction()
        await publication.start()
        await publish_in(connection, record, DatabaseClock(), notice, ADMIN)
        await move_all(connection, Log(record), DatabaseClock())
        found = await woken(connection, after.version)
        await publication.rollback()

    assert set(found.acts.values()) <= {1}
    calendars = {scope: (Counted(before, scope), Counted(after, scope)) for scope in ("CN", "CN-GX")}
    for task_id, it in many.clocks.items():
        was, will_be = calendars[it.calendar]
        old, new = by_hand(it, was), by_hand(it, will_be)
        counts_others = any(was.is_working(day) != will_be.is_working(day) for day in old.days)
        moves = {o: end for o, (end, _) in old.ends.items()} != {o: end for o, (end, _) in new.ends.items()}
        settles = "" in old.ends and old.ends[""][1] != new.ends[""][1]
        runs = it.stopped_at is None
        assert (task_id in found.tasks) == (runs and (moves or settles or counts_others)), (it, notice)
        if task_id in found.tasks:
            moved = with_due(it.unset(), after)
            assert ends_in(moved) == {outcome: end for outcome, (end, _) in new.ends.items()}
            assert it.period is None or moved.provisional == new.ends[""][1]


async def test_a_notice_finds_the_clock_as_an_earlier_one_leaves_it(
    driver: Driver,
) -> None:
    pattern = await driver.file("nanning", choices={"urgency": "urgent"}, hand_over=False)
    record = RecordOfNotices(read_scopes())
    async with driver.pool.acquire() as connection:
        known = await record.read(connection)
    monday = date(2026, 3, 16)
    it = with_due(clock("CN", monday, "2wd"), known)
    (task_id,) = await put_tasks(driver.pool, [it], pattern)
    assert it.last_day == monday + 2 * A_DAY

    async def off(document: str, day: date, worked: tuple[date, ...] = ()) -> Notice:
        return Notice(
            scope="CN",
            document=document,
            published_on=monday,
            recorded_at=it.started_at,
            days_off=(DaysOff(day, day),),
            days_worked=worked,
        )

    first = await publish(driver.pool, driver.log, DatabaseClock(), await off("one", monday + 2 * A_DAY), ADMIN)
    # Beyond the end that the read model still shows, and within the one to come.
    second = await publish(driver.pool, driver.log, DatabaseClock(), await off("two", monday + 3 * A_DAY), ADMIN)
    beyond = await publish(driver.pool, driver.log, DatabaseClock(), await off("three", monday + 10 * A_DAY), ADMIN)

    case_id = task_id.split(".", maxsplit=1)[0]
    assert (first.cases, second.cases, beyond.cases) == ((case_id,), (case_id,), ())


async def test_a_notice_that_comes_with_a_release_wakes_cases_as_if_it_had_been_published(driver: Driver) -> None:
    document = "广西 2026 年三月三放假通知"
    pattern = await driver.file("nanning", choices={"urgency": "urgent"}, hand_over=False)
    await record_as_of(driver.pool, date(2027, 1, 1), without=document)
    async with driver.pool.acquire() as connection:
        known = await RecordOfNotices(read_scopes()).read(connection)
    made = [with_due(clock(calendar, date(2026, 4, 15)), known) for calendar in ("CN", "CN", "CN-GX", "CN-GX")]
    tasks = await put_tasks(driver.pool, made, pattern)
    async with owner_of(driver.pool) as owner, owner.transaction():
        await seed_notices(owner, read_record())
        await seed_notices(owner, read_record())
        found = await woken(owner, known.version + 1)
    assert found.tasks == {task_id for task_id, it in tasks.items() if it.calendar == "CN-GX"}
    assert notice_called(document).scope == "CN-GX"


async def test_a_notice_of_one_region_holds_up_filings_there_and_nowhere_else(driver: Driver) -> None:
    a_day_of_guangxi = Notice(
        scope="CN-GX",
        document="of Guangxi alone",
        published_on=FROM,
        recorded_at=datetime(2026, 2, 1, tzinfo=SHANGHAI),
        days_off=(DaysOff(FROM, FROM),),
    )
    async with driver.pool.acquire() as connection:
        publishing = connection.transaction()
        await publishing.start()
        await publish_in(connection, RecordOfNotices(read_scopes()), DatabaseClock(), a_day_of_guangxi, ADMIN)
        await driver.file("guangzhou", hand_over=False)
        async with beside(driver.file("nanning", hand_over=False)) as filing:
            async with asyncio.timeout(60):
                while not await driver.pool.fetchval(WAITS_FOR_A_CALENDAR):
                    continue
            assert not filing.done()
            await publishing.commit()
            await filing


async def test_of_two_notices_that_wait_each_is_on_record_with_what_it_moved_itself(
    driver: Driver, worker: Worker
) -> None:
    case_id = await driver.file("nanning")
    it = (await driver.task(case_id, "formal_review")).clock
    assert it.last_day
    published = []
    for number in (1, 2):
        # Its last day, and all that follow for a week: that other one then ends on none of them.
        days = [it.last_day + n * A_DAY for n in range(7 * number - 6, 7 * number + 1)]
        notice = Notice(
            scope="CN",
            document=f"notice {number}",
            published_on=it.started_at.date(),
            recorded_at=it.started_at,
            days_off=(DaysOff(days[0] - A_DAY, days[-1] - A_DAY),),
        )
        published.append(await publish(driver.pool, driver.log, DatabaseClock(), notice, ADMIN))
    assert [each.cases for each in published] == [(case_id,), (case_id,)]

    await driver.engine.hand_over(case_id, driver.patience)

    one, two = (event for event in await driver.events(case_id) if isinstance(event, ClockMoved))
    assert one.notice
    assert two.notice
    assert [one.notice.document, two.notice.document] == ["notice 1", "notice 2"]
    assert [one.clock.calendar_version, two.clock.calendar_version] == [each.position for each in published]
    assert one.due_before == it.due_at
    assert one.clock.due_at
    assert two.clock.due_at
    assert it.due_at
    assert it.due_at < one.clock.due_at < two.clock.due_at
    assert two.due_before == one.clock.due_at
