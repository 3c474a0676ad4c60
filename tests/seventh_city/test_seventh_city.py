"""A seventh city is a file too: what time is in Heyang, walked in the engine, where it is skipped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.dialects.postgresql import dialect
from sqlmodel import select
from temporalio.client import Client
from temporalio.worker import Worker

from activities.database import Pool
from activities.tables.cases import CaseRow
from models import acts as a
from models import events as e
from models.clock_ledger import LineKind, ledgers_of
from reading.sight import Caller
from rules.deadlines import to_shanghai
from rules.loading import load_file
from tests.driving import Driver, ShiftedClock
from tests.models.bench import notices
from tests.seventh_city.clocks import added_up
from tests.skipping import A_MOMENT, Skipping
from worker import build_worker

CITY = "heyang"
APPLIES = """
insert into accounts (account_id, login, name, roles) values ('acc_applicant', 'acc_applicant', '{}', '{applicant}')
"""
LITERALLY = {"literal_binds": True}
PACK = load_file(Path(__file__).parent / f"{CITY}.yaml")


@pytest.fixture
async def skipping(temporal: Client, pool: Pool, task_queue: str) -> Skipping:
    return Skipping(Driver(pool, temporal, task_queue, clock=ShiftedClock(), packs={CITY: PACK}))


@pytest.fixture(autouse=True)
async def worker(temporal: Client, pool: Pool, task_queue: str, skipping: Skipping) -> AsyncIterator[Worker]:
    async with build_worker(temporal, pool, task_queue, skipping.driver.clock) as running:
        yield running


async def until_it_lapses(skipping: Skipping, case_id: str, stage: str) -> e.TaskLapsed:
    """The period of the stage passes undecided, and the log says what the law makes of it."""
    task = await skipping.driver.task(case_id, stage)
    assert task.clock.due_at
    await skipping.skip_to(case_id, task.clock.due_at - A_MOMENT)
    assert (await skipping.driver.task(case_id, stage)).is_open
    await skipping.skip(case_id, 2 * A_MOMENT)
    async with asyncio.timeout(30):
        while True:
            if not (await skipping.driver.task(case_id, stage)).is_open:
                break
            await asyncio.sleep(0.02)
    lapsed = [each for each in await skipping.driver.events(case_id) if isinstance(each, e.TaskLapsed)][-1]
    assert (lapsed.task_id, lapsed.at) == (task.task_id, task.clock.due_at)
    return lapsed


async def until_it_runs_again(skipping: Skipping, case_id: str, stage: str) -> None:
    """The most of what stopped the clock is used up, and the log says so."""
    async with asyncio.timeout(30):
        while True:
            if not (await skipping.driver.task(case_id, stage)).clock.open_stops:
                break
            await asyncio.sleep(0.02)


async def test_who_sees_the_whole_city_is_its_packs(skipping: Skipping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.sight.cities", lambda: [CITY])
    monkeypatch.setattr("rules.sight.load_pack", {CITY: PACK}.__getitem__)
    case_id = await skipping.file(CITY)
    bodies = (await skipping.driver.state(case_id)).bodies

    async def sees(role: str, body: str) -> bool:
        officer = Caller("officer", "officer", CITY, body, role, frozenset({"reviewer"}))
        wanted = select(CaseRow.case_id).where(officer.sees_cases())
        asked = wanted.compile(dialect=dialect(), compile_kwargs=LITERALLY)  # type: ignore[no-untyped-call]  # of SQLAlchemy
        return case_id in [row["case_id"] for row in await skipping.driver.pool.fetch(str(asked))]

    assert await sees("audit_office", f"{CITY}.audit_office")
    assert await sees("operator", bodies["operator"]), "the case lies before it"
    assert not await sees("authority", bodies["authority"]), "as it sees every case of the five cities"


async def test_silence_hands_on_and_refuses_and_a_review_overturns(skipping: Skipping) -> None:
    driver = skipping.driver
    await driver.pool.execute(APPLIES)
    case_id = await skipping.file(CITY)
    received_at = (await driver.task(case_id, "look_through")).clock.started_at
    assert (await until_it_lapses(skipping, case_id, "look_through")).outcome == "accepted_by_silence"
    answer = await driver.task(case_id, "answer")
    assert (answer.clock.started_at, answer.clock.period) == (received_at, "15d"), (
        "from the receipt of the stage before"
    )
    assert answer.clock.last_day and answer.clock.last_day >= to_shanghai(received_at).date() + timedelta(days=15)
    silent = await until_it_lapses(skipping, case_id, "answer")
    assert (silent.outcome, silent.late, silent.article) == ("refuse", True, "13.2")
    choice = await driver.task(case_id, "choice")
    assert (choice.clock.started_at, choice.clock.period) == (silent.at, "1mo")
    assert await driver.decide(case_id, "choice", "no_review") == "OutcomeNotAllowed"
    assert await driver.decide(case_id, "choice", "ask_for_review") == "accepted"
    assert await driver.decide(case_id, "review", "overturn") == "accepted"
    assert (await driver.state(case_id)).closed == "granted"
    told = await driver.pool.fetch(
        "select account_id from messages where kind = 'task_lapsed' and case_id = $1", case_id
    )
    assert [row["account_id"] for row in told].count("acc_applicant") == 2


async def test_a_clock_stands_still_by_decision_until_time_ends_that_and_the_case_goes_on(skipping: Skipping) -> None:
    driver, reason = skipping.driver, frozenset({"text"})
    await driver.pool.execute(APPLIES)
    case_id = await skipping.file(CITY)
    assert await driver.decide(case_id, "look_through", "complete") == "accepted"
    before = (await driver.task(case_id, "answer")).clock.due_at
    assert await driver.on_task(a.StopClock, case_id, "answer", stop="inspection", given=reason) == "accepted"
    clock = (await driver.task(case_id, "answer")).clock
    (stop,) = clock.open_stops
    assert stop.ends_at and before and clock.due_at and clock.due_at > before
    await skipping.skip_to(case_id, stop.ends_at - A_MOMENT)
    assert (await driver.task(case_id, "answer")).clock.open_stops
    await skipping.skip(case_id, 2 * A_MOMENT)
    await until_it_runs_again(skipping, case_id, "answer")
    assert await driver.on_task(a.AskOpinion, case_id, "answer", given=reason) == "accepted"
    assert await driver.decide(case_id, "expert_review", "opinion", given={"text"}) == "accepted"
    assert await driver.decide(case_id, "answer", "refuse") == "accepted"
    assert await driver.decide(case_id, "choice", "ask_for_review") == "accepted"
    assert await driver.decide(case_id, "consultation", "answered") == "accepted"
    assert await driver.decide(case_id, "review", "uphold") == "accepted"
    assert await driver.temporal.get_workflow_handle(case_id).result() == "refused"
    ledgers = dict(ledgers_of(await driver.rules_of(case_id), await driver.events(case_id)))
    lines = ledgers[f"{case_id}.answer.1"]
    stops = [(line.because, line.by_time) for line in lines if line.kind is LineKind.STOPPED]
    assert stops == [("inspection", True), ("expert_review", False)]
    assert lines[-1].due_at == added_up(lines, notices(), moves=True)
    cited = [line.citation.also[0].source for line in lines if line.citation and line.citation.also]
    assert cited == ["licensing_law"] * 3, "the period and both stops rest on two texts"


async def test_a_case_ends_by_itself_where_no_review_is_asked_for(skipping: Skipping) -> None:
    driver = skipping.driver
    case_id = await skipping.file(CITY)
    assert await driver.decide(case_id, "look_through", "incomplete") == "accepted"
    ended = await until_it_lapses(skipping, case_id, "choice")
    state = await driver.state(case_id)
    assert (state.closed, state.closed_at, ended.late) == ("refused", ended.at, False)
    assert await driver.temporal.get_workflow_handle(case_id).result() == "refused"
