"""What holds for every simulated span, whatever the city, the staff and the seed."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.task_state import TaskState
from rules.deadlines import SHANGHAI, midnight
from rules.loading import cities
from rules.pinned import APPLICANT
from rules.seed_notices import read_record
from simulation.chances import EVERYTHING, QUANTUM, Habits
from simulation.report import is_late, report_of
from simulation.scenario import Scenario, staffed
from simulation.working_hours import SESSIONS, WorkingHours
from simulation.year import Year
from tests.simulation.on_paper import on_paper

GUANGXI = WorkingHours(read_record().calendar("CN-GX"))
spans = given(
    city=st.sampled_from(cities()),
    days=st.integers(1, 25),
    requests=st.integers(1, 20),
    officers=st.integers(1, 3),
    hours=st.sampled_from([0.1, 1.0, 5.0, 30.0]),
    positive=st.sampled_from([0.0, 0.5, 1.0]),
    seed=st.integers(0, 1000),
)
a_few = settings(max_examples=10, deadline=None)


def run(city: str, days: int, requests: int, officers: int, hours: float, positive: float, seed: int) -> Year:
    habits = Habits(hours={EVERYTHING: hours}, positive=positive)
    staff = Scenario(officers={EVERYTHING: officers})
    year, register = asyncio.run(on_paper(staff, city=city, days=days, requests=requests, seed=seed, habits=habits))
    for at in register.decided_at:
        assert in_working_hours(year.plan.hours, at), f"decided at {at}"
    return year


def in_working_hours(hours: WorkingHours, at: datetime) -> bool:
    local = at.astimezone(SHANGHAI)
    within = any(start < local.time() <= end for start, end in SESSIONS)
    return within and hours.is_working_day(local.date())


def all_tasks(year: Year) -> list[TaskState]:
    return [task for state in year.states.values() for task in state.tasks.values()]


@a_few
@spans
def test_every_task_is_worked_off_in_hours_or_counted_as_open(
    city: str, days: int, requests: int, officers: int, hours: float, positive: float, seed: int
) -> None:
    year = run(city, days, requests, officers, hours, positive, seed)
    report = report_of(year, "")
    tasks = all_tasks(year)
    assert sum(line.tasks for line in report.by_period) == sum(line.tasks for line in report.by_stage) == len(tasks)
    assert sum(line.open for line in report.by_stage) == sum(task.is_open for task in tasks)
    decided_by_officers = [task for task in tasks if task.ended == "decided" and task.body != APPLICANT]
    assert sum(officer.tasks for officer in report.officers) == len(decided_by_officers)
    assert sum(line.late for line in report.by_stage) == sum(map(is_late, tasks))


@a_few
@spans
def test_no_officer_is_busy_longer_than_the_working_time_of_the_span(
    city: str, days: int, requests: int, officers: int, hours: float, positive: float, seed: int
) -> None:
    report = report_of(run(city, days, requests, officers, hours, positive, seed), "")
    assert all(0 <= officer.load <= 1 for officer in report.officers)
    assert all(0 <= body.load <= 1 for body in report.bodies)


@a_few
@spans
def test_every_request_of_the_span_is_filed_and_ended_or_open(
    city: str, days: int, requests: int, officers: int, hours: float, positive: float, seed: int
) -> None:
    report = report_of(run(city, days, requests, officers, hours, positive, seed), "")
    assert report.filed == requests
    assert sum(report.endings.values()) + report.open == requests
    assert report.open_by_day[-1] == report.open


@a_few
@spans
def test_a_task_is_late_exactly_if_its_decision_or_the_end_came_after_it_was_due(
    city: str, days: int, requests: int, officers: int, hours: float, positive: float, seed: int
) -> None:
    year = run(city, days, requests, officers, hours, positive, seed)
    for task in all_tasks(year):
        if task.clock.due_at is None:
            assert not is_late(task)
        elif task.ended == "decided":
            assert task.ended_at
            assert is_late(task) == (task.ended_at >= task.clock.due_at)
        elif task.is_open:
            assert is_late(task) == (task.clock.due_at < year.plan.until)


async def test_the_same_seed_draws_the_same_span_and_another_one_another() -> None:
    first, again, other = [report_of((await on_paper(Scenario(), seed=seed))[0], "") for seed in (7, 7, 8)]
    assert first == again
    assert first != other


async def test_under_a_change_the_same_requests_come_and_the_same_tasks_take_as_long() -> None:
    slow = Habits(hours={EVERYTHING: 6.0})
    base, fewer = Scenario(), Scenario("officers=1", {EVERYTHING: 1})
    many, few = [(await on_paper(each, habits=slow, requests=40))[0] for each in (base, fewer)]
    assert many.plan.arrivals == few.plan.arrivals
    reports = [report_of(year, "") for year in (many, few)]
    assert reports[0].open < reports[1].open
    assert sum(line.late for line in reports[0].by_stage) < sum(line.late for line in reports[1].by_stage)


async def test_a_shorter_period_makes_tasks_late_and_nobody_faster_or_slower() -> None:
    plan_rules = (await on_paper(Scenario(), requests=1))[0].plan.rules
    base = staffed(["20"], plan_rules)
    shorter = base.changed("provider_review=1wd", plan_rules)
    slow = Habits(hours={EVERYTHING: 1.0, "provider_review": 10.0})
    before, after = [report_of((await on_paper(each, habits=slow))[0], "") for each in (base, shorter)]
    assert [(line.stage, line.median) for line in before.by_stage] == [
        (line.stage, line.median) for line in after.by_stage
    ]
    late = [next(line.late for line in each.by_stage if line.stage == "provider_review") for each in (before, after)]
    assert late[0] < late[1]


@settings(deadline=None)
@given(quarters=st.integers(0, 4 * 24 * 300), minutes=st.integers(1, 5000))
def test_work_ends_in_working_hours_after_exactly_as_many_working_minutes(quarters: int, minutes: int) -> None:
    begins = midnight(date(2026, 1, 1)) + quarters * QUANTUM
    ends = GUANGXI.after(begins, minutes)
    assert in_working_hours(GUANGXI, ends)
    assert GUANGXI.minutes(begins, ends) == minutes


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-09-30 17:30", "2026-10-08 09:00"),
        ("2026-10-08 09:00", "2026-10-08 09:00"),
        ("2026-10-08 12:00", "2026-10-08 14:00"),
        ("2026-10-10 08:00", "2026-10-10 09:00"),
    ],
)
def test_hours_open_by_the_calendar_of_the_city_with_its_holidays_and_make_up_days(at: str, opens: str) -> None:
    instants = [datetime.fromisoformat(each).replace(tzinfo=SHANGHAI) for each in (at, opens)]
    assert GUANGXI.opens(instants[0]) == instants[1]


async def test_days_without_a_notice_have_the_days_off_of_the_year_before() -> None:
    year, _ = await on_paper(Scenario(), days=200, requests=1)
    spring_festival = date(2026, 2, 17)
    assert not year.plan.hours.is_working_day(spring_festival)
    assert not year.plan.hours.is_working_day(spring_festival + timedelta(weeks=52))
    assert year.plan.guessed_from == date(2026, 12, 28)
