"""A simulation from its plan to its reports: every scenario with a database and a worker of its own, side by side."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from activities.database import open_pool
from rules import sample_catalogue
from rules.loading import load_pack
from rules.procedure_names import ACCESS_REQUEST
from rules.resolving import resolve
from rules.seed_notices import read_record
from simulation.chances import Habits, arrivals
from simulation.days_off import guessed_notices
from simulation.register import EngineRegister, LawAssumed, StandingClock
from simulation.report import Report, report_of
from simulation.scenario import Scenario
from simulation.servers import Servers
from simulation.working_hours import A_DAY, WorkingHours
from simulation.year import Dataset, Plan, Year, span
from worker import build_worker

AFTERMATH = 200 * A_DAY
"""How far beyond the span the calendar is looked at: periods and work reach beyond it."""

SIDE_BY_SIDE = 2
"""Scenarios: while one waits for an answer the other works; more would only crowd PostgreSQL's connections."""


@dataclass(frozen=True)
class Run:
    """A finished run of one scenario: what it shows, and the database that holds its record."""

    year: Year
    report: Report
    database_url: str


def planned(city: str, first_day: date, days: int, requests: int, seed: int, habits: Habits) -> Plan:
    """What is the same under every scenario. Raises CityUnknown, NotInForce."""
    rules = resolve(load_pack(city), ACCESS_REQUEST, first_day)
    record = read_record()
    guessed = guessed_notices(record, rules.calendar, first_day + days * A_DAY + AFTERMATH)
    for notice in guessed:
        record = record.with_notice(notice)
    hours = WorkingHours(record.calendar(rules.calendar))
    datasets = [
        Dataset(each.dataset_id, each.provider, tuple(item.item for item in each.items))
        for each in sample_catalogue.datasets()
        if each.city == city and each.openness in rules.concerns
    ]
    coming = arrivals(seed, requests, len(datasets), span(first_day, days), hours)
    return Plan(
        city=city,
        rules=rules,
        first_day=first_day,
        days=days,
        seed=seed,
        habits=habits,
        hours=hours,
        datasets=datasets,
        arrivals=coming,
        record=record,
        guessed=len(guessed),
    )


async def simulated(
    plan: Plan,
    scenarios: Sequence[Scenario],
    servers: Servers,
    reached: Callable[[int, datetime], object],
) -> list[Run]:
    """Each scenario, run, two at a time; `reached` is called with the position of a scenario and its instant.

    Raises RegisterFailed, NotInForce.
    """
    await servers.prepare(plan.record)
    runs: list[asyncio.Task[Run]] = []
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(number: int, scenario: Scenario) -> Run:
        async with places:
            url = await servers.database()
            return await run(plan, scenario, servers, url, partial(reached, number))

    try:
        async with asyncio.TaskGroup() as group:
            for number, scenario in enumerate(scenarios):
                runs.append(group.create_task(one(number, scenario)))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures
    return [task.result() for task in runs]


async def run(
    plan: Plan, scenario: Scenario, servers: Servers, database_url: str, reached: Callable[[datetime], object]
) -> Run:
    """One scenario on a database of its own. Raises RegisterFailed, NotInForce."""
    task_queue = f"simulation-{uuid.uuid4().hex}"
    temporal = await servers.client()
    clock = StandingClock(plan.since)
    async with await open_pool(database_url, size=20) as pool:
        register = EngineRegister(pool, temporal, task_queue, clock, LawAssumed(load_pack(plan.city), plan, scenario))
        year = Year(plan, scenario, register)
        async with build_worker(temporal, pool, task_queue, clock):
            await year.run(reached)
    return Run(year, report_of(year, scenario.name), database_url)
