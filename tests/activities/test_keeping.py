"""What runs beside the worker: whatever ends is logged, counted and started again, whatever PostgreSQL does."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
import pytest

from activities.calendar.record import RecordOfNotices
from activities.clock import DatabaseClock
from activities.database import Pool, open_pool
from activities.engine.handing_over import Engine
from activities.engine.keeping import JOBS, REMINDERS, SENDER, SWEEPER, Job, JobFigures, Keeper, Pauses, figures
from activities.engine.sweeping import Sweeper
from activities.settings import Settings
from activities.telling.reminding import Reminding
from activities.telling.sending import Sender
from activities.telling.ways import Ways
from rules.seed_notices import read_scopes
from tests.beside import beside
from tests.driving import Driver
from tests.owning import by_server
from tests.troubles import Trouble
from worker import until

AT_ONCE = Pauses(first=0.01, longest=0.02)
OFTEN = 0.05
AWAY = {
    "53000": "insufficient resources",
    "53100": "disk full",
    "53200": "out of memory",
    "53300": "too many connections",
    "53400": "a limit of the configuration",
    "57014": "a statement took too long",
    "57P01": "it is shut down",
    "57P03": "it does not take connections yet",
    "58000": "the machine fails",
    "58030": "the disk fails",
    "25006": "it is a standby",
    "40001": "a transaction went first",
    "40P01": "a deadlock",
    "55P03": "a lock is not to be had",
    "08006": "the connection broke",
}
DEFECTS = {
    "42P01": "no such table",
    "22012": "a division by zero",
    "54000": "a limit of the program",
    "XX001": "damage",
}


async def soon(what: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await what():  # noqa: ASYNC110 - what is waited for happens in PostgreSQL or in a log
            await asyncio.sleep(0.02)


async def told(pool: Pool) -> dict[str, JobFigures]:
    async with pool.acquire() as connection:
        return await figures(connection, await connection.fetchval("select clock_timestamp()"))


async def for_ever() -> None:
    await asyncio.Event().wait()


class Failing:
    """Ends a few times in some way, and runs from then on."""

    def __init__(self, ends: Callable[[], None], times: int) -> None:
        self._ends = ends
        self._times = times
        self.started = 0

    async def run(self) -> None:
        self.started += 1
        await asyncio.sleep(0)
        if self.started <= self._times:
            self._ends()
        else:
            await for_ever()


def raises() -> None:
    raise ValueError("a name that somebody wrote")


def cancels() -> None:
    raise asyncio.CancelledError


def returns() -> None:
    return


@pytest.mark.parametrize(
    ("ends", "reason"), [(raises, "ValueError"), (cancels, "EndedByItself"), (returns, "EndedByItself")]
)
async def test_a_job_that_ends_in_whatever_way_is_logged_counted_and_started_again(
    pool: Pool, caplog: pytest.LogCaptureFixture, ends: Callable[[], None], reason: str
) -> None:
    failing = Failing(ends, times=3)
    async with beside(Keeper(pool, [Job(SWEEPER, failing.run), Job(SENDER, for_ever)], AT_ONCE, OFTEN).run()):

        async def is_steady() -> bool:
            return await told(pool) == {
                **dict.fromkeys(JOBS, JobFigures(0, 0)),
                SWEEPER: JobFigures(1, 3),
                SENDER: JobFigures(1, 0),
            }

        await soon(is_steady)
        assert failing.started == 4
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 3
    assert all(error.startswith("sweeper ended unasked") for error in errors)
    assert await pool.fetchval("select last_reason from worker_job_ends where job = $1", SWEEPER) == reason


def test_a_job_that_keeps_ending_is_started_ever_more_rarely() -> None:
    pauses, pause, seen = Pauses(first=1, longest=60, steady_after=300), 0.0, []
    for ran_for in [0, 0, 5, 0, 299, 0, 0, 0, 300, 0]:
        pause = pauses.after(pause, ran_for)
        seen.append(pause)
    assert seen == [1, 2, 4, 8, 16, 32, 60, 60, 1, 2]


async def test_of_several_workers_each_counts_and_one_that_stops_no_longer(pool: Pool) -> None:
    ending = [Failing(raises, times=2) for _ in range(2)]
    keepers = [Keeper(pool, [Job(SWEEPER, each.run)], AT_ONCE, OFTEN) for each in ending]

    async def stand(workers: int) -> None:
        async def they_do() -> bool:
            return (await told(pool))[SWEEPER] == JobFigures(workers, 4)

        await soon(they_do)

    async with beside(keepers[0].run()):
        async with beside(keepers[1].run()):
            await stand(workers=2)
        await stand(workers=1)
    await stand(workers=0)


async def test_a_worker_that_was_killed_is_not_taken_for_one_that_runs(pool: Pool) -> None:
    for seconds in (5, 60):
        await pool.execute(
            "insert into worker_jobs values ($1, $2, clock_timestamp() - make_interval(secs => $3))",
            f"killed {seconds} s ago",
            SWEEPER,
            seconds,
        )
    assert (await told(pool))[SWEEPER].workers == 1


async def test_what_ended_while_postgresql_was_away_is_counted_when_it_is_back(database_url: str, pool: Pool) -> None:
    trouble = Trouble(database_url)
    await trouble.prepare()
    await trouble.begins("53100")
    failing = Failing(raises, times=5)
    own = await open_pool(trouble.felt_by)
    async with own, beside(Keeper(own, [Job(SWEEPER, failing.run)], AT_ONCE, OFTEN).run()):

        async def all_have_ended() -> bool:
            return failing.started == 6

        await soon(all_have_ended)
        assert (await told(pool))[SWEEPER] == JobFigures(0, 0)
        await trouble.ends()

        async def they_are_counted() -> bool:
            return (await told(pool))[SWEEPER] == JobFigures(1, 5)

        await soon(they_are_counted)


async def test_a_worker_whose_keeper_ends_ends_with_it(pool: Pool) -> None:
    class Ending(Keeper):
        async def run(self) -> None:
            raise MemoryError

    with pytest.raises(MemoryError):
        await until(asyncio.Event(), Ending(pool, []))


async def test_a_worker_that_is_told_to_stop_lets_its_jobs_come_to_their_end(pool: Pool) -> None:
    told_to_stop, ended = asyncio.Event(), []

    async def ends_slowly() -> None:
        try:
            told_to_stop.set()
            await for_ever()
        finally:
            await asyncio.sleep(0.1)
            ended.append(True)

    await until(told_to_stop, Keeper(pool, [Job(SENDER, ends_slowly)]))
    assert ended == [True]
    assert (await told(pool))[SENDER] == JobFigures(0, 0)


@asynccontextmanager
async def all_jobs(pool: Pool, driver: Driver) -> AsyncIterator[None]:
    """What runs beside a worker, on that pool."""
    settings = Settings.model_construct()
    async with Ways(settings) as ways:
        sweeper = Sweeper(pool, Engine(pool, driver.temporal, driver.task_queue), every=OFTEN)
        reminding = Reminding(pool, RecordOfNotices(read_scopes()), DatabaseClock(), every=OFTEN)
        jobs = [
            Job(SWEEPER, sweeper.run),
            Job(SENDER, Sender(pool, ways, "http://kaifang.test", every=OFTEN).run),
            Job(REMINDERS, reminding.run),
        ]
        async with beside(Keeper(pool, jobs, AT_ONCE, OFTEN).run()):
            yield


@pytest.mark.parametrize("code", AWAY)
async def test_while_postgresql_can_take_nothing_every_job_waits_and_none_ends(
    database_url: str, driver: Driver, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    trouble = Trouble(database_url)
    await trouble.prepare()
    caplog.set_level(logging.INFO)
    async with await open_pool(trouble.felt_by) as pool, all_jobs(pool, driver):
        await trouble.begins(code)
        case_id = await driver.file("nanning", hand_over=False)

        async def each_says_so() -> bool:
            said = {record.name for record in caplog.records if "PostgreSQL is away" in record.getMessage()}
            return said >= {"kaifang.sweeper", "kaifang.sender", "kaifang.reminding", "kaifang.keeper"}

        await soon(each_says_so)
        await trouble.ends()

        async def all_run() -> bool:
            stand = await told(driver.pool)
            return all(stand[job] == JobFigures(1, 0) for job in (SWEEPER, SENDER, REMINDERS))

        await soon(all_run)
        await soon(lambda: is_delivered(driver, case_id))
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("code", DEFECTS)
async def test_what_is_no_absence_of_postgresql_is_an_error_that_the_sweeper_survives(
    database_url: str, driver: Driver, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    trouble = Trouble(database_url)
    await trouble.prepare()
    async with await open_pool(trouble.felt_by) as pool, all_jobs(pool, driver):
        await trouble.begins(code)
        case_id = await driver.file("nanning", hand_over=False)

        async def each_is_loud() -> bool:
            errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
            ended = any(each.getMessage().startswith("sweeper ended unasked") for each in errors)
            return ended and {each.name for each in errors} >= {"kaifang.sender", "kaifang.reminding"}

        await soon(each_is_loud)
        await trouble.ends()
        await soon(lambda: is_delivered(driver, case_id))

        async def the_end_is_counted() -> bool:
            stands = (await told(driver.pool))[SWEEPER]
            return stands.workers == 1 and stands.ended >= 1

        await soon(the_end_is_counted)


async def is_delivered(driver: Driver, case_id: str) -> bool:
    query = "select bool_and(delivered_at is not null) from acts where case_id = $1"
    return bool(await driver.pool.fetchval(query, case_id))


async def test_without_a_connection_left_the_sweeper_waits_and_then_hands_over_the_rest(
    database_url: str, driver: Driver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    role = f"limited_{uuid.uuid4().hex}"
    await by_server(driver.pool, f"create role {role} login password 'secret' connection limit 0")
    try:
        await by_server(driver.pool, f"grant all on all tables in schema public to {role}")
        await by_server(driver.pool, f"grant all on all sequences in schema public to {role}")
        url = urlsplit(database_url)
        limited = url._replace(netloc=f"{role}:secret@{url.netloc.rpartition('@')[2]}").geturl()
        with pytest.raises(asyncpg.TooManyConnectionsError):
            await asyncpg.connect(limited)
        case_id = await driver.file("nanning", hand_over=False)
        async with await open_pool(limited) as pool, all_jobs(pool, driver):

            async def each_says_so() -> bool:
                said = {record.name for record in caplog.records if "too many connections" in record.getMessage()}
                return said >= {"kaifang.sweeper", "kaifang.sender", "kaifang.reminding", "kaifang.keeper"}

            await soon(each_says_so)
            await by_server(driver.pool, f"alter role {role} connection limit -1")
            await soon(lambda: is_delivered(driver, case_id))
            assert (await told(driver.pool))[SWEEPER].ended == 0
    finally:
        await by_server(driver.pool, f"drop owned by {role}")
        await by_server(driver.pool, f"drop role {role}")
