"""Upgrades under live cases, step by step as `docs/operations.md` has them, between releases that do not fit."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from temporalio import activity
from temporalio.worker import Worker
from typer.testing import CliRunner, Result

from activities.clock import Clock
from activities.database import Pool
from activities.engine.draining import Draining, StillRouted
from activities.engine.reconciling import of_the_other_side, reconcile
from activities.engine.taking_over import be_the_first, become_current, fetch_what_is_left, take_over
from activities.engine.versions import Version, Versions, build_of_code, versioned
from activities.record.append import Append
from activities.record.log import Log
from activities.settings import Settings
from cli.main import app
from models import acts as a
from models.granting import access_case_id
from models.messages import Tail, Write
from stack.ports import free_port
from stack.temporal import TemporalServer
from tests.driving import Driver
from tests.upgrades.releases import OTHER_RELEASE, THIS_RELEASE
from tests.upgrades.runs import counted, runs_of
from worker import build_worker, worker_of
from workflows.case import Case

OLD, NEW = "0.9.0", "1.0.0"
RELEASES: Mapping[str, Sequence[type[Case]]] = {OLD: THIS_RELEASE, NEW: OTHER_RELEASE}
GENEROUS = 60
"""Seconds for what comes as soon as the engine gets round to it."""
REVIEWS = (("formal_review", "pass"), ("provider_review", "agree"), ("approval", "approve"))
SIGNATURES = (("provider_signature", "sign"), ("applicant_signature", "sign"))


T = TypeVar("T")


@asynccontextmanager
async def beside(job: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """It runs meanwhile, and has ended afterwards."""
    running = asyncio.create_task(job)
    try:
        yield
    finally:
        assert not running.done()
        running.cancel()
        await asyncio.wait({running})


class Held(Append):
    """Writes as ever, or, while it holds, only when it is let go on: PostgreSQL is away at first and slow then."""

    def __init__(self, pool: Pool, log: Log, clock: Clock) -> None:
        super().__init__(pool, log, clock)
        self.holds = False
        self.waits, self.go_on = asyncio.Event(), asyncio.Event()

    @activity.defn(name="append")
    async def append(self, write: Write) -> Tail:
        if self.holds and activity.info().is_local:
            raise ConnectionError
        if self.holds:
            self.waits.set()
            await self.go_on.wait()
        return await super().append(write)


async def until(found: Callable[[], Awaitable[T | None]]) -> T:
    """The first true value."""
    async with asyncio.timeout(GENEROUS):
        while True:
            if value := await found():
                return value
            # The engine answers only so many questions about versions in a second.
            await asyncio.sleep(0.1)


class Installation:
    """Workers of several releases at one task queue, and the commands of whoever runs them."""

    def __init__(self, driver: Driver, running: AsyncExitStack) -> None:
        self.driver = driver
        self.versions = Versions(driver.temporal, driver.task_queue)
        self.draining = Draining(self.versions, driver.engine, a_second=1000)
        self._running = running
        self._workers: dict[str, AsyncExitStack] = {}

    async def start(self, build: str | None) -> None:
        """A worker of that release runs; None: one from before there were versions."""
        stack = await self._running.enter_async_context(AsyncExitStack())
        driver, release = self.driver, RELEASES.get(build or OLD, THIS_RELEASE)
        version = versioned(driver.task_queue, build) if build else None
        worker = build_worker(driver.temporal, driver.pool, driver.task_queue, version=version, workflows=release)
        await stack.enter_async_context(worker)
        self._workers[build or ""] = stack

    async def stop(self, build: str | None) -> None:
        await self._workers[build or ""].aclose()

    async def known(self, build: str) -> Version:
        """How the version stands, once its worker has come."""
        return await until(lambda: self._seen(build))

    async def _seen(self, build: str) -> Version | None:
        return (await self.versions.standing()).of(build)

    async def cases(self, build: str, number: int) -> None:
        """Returns when so many cases are on the version: Temporal's lists are a moment behind."""

        async def arrived() -> bool:
            return len([each async for each in self.versions.cases_on(build)]) == number

        await until(arrived)

    async def is_on(self, case_id: str, build: str) -> None:
        """Returns when the case is on the version."""
        await until(lambda: self.versions.is_on(case_id, build))

    async def kaifang(self, *arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, ["upgrade", *arguments])

    async def done(self, *arguments: str) -> str:
        result = await self.kaifang(*arguments)
        assert result.exit_code == 0, result.output
        return result.output

    async def routed(self, *arguments: str) -> str:
        """What a command says once the engine knows all of the version that it names."""

        async def taken() -> str:
            result = await self.kaifang(*arguments)
            return "" if result.exit_code else result.output

        return await until(taken)

    async def decide(self, case_id: str, *decisions: tuple[str, str]) -> None:
        for stage, outcome in decisions:
            assert await self.driver.decide(case_id, stage, outcome) == "accepted"

    async def grant(self, case_id: str, *decisions: tuple[str, str]) -> str:
        """The id of the grant that the last decisions made, which the engine has."""
        await self.decide(case_id, *decisions, *SIGNATURES)
        access = access_case_id(case_id)
        await self.driver.engine.hand_over(access, self.driver.patience)
        return access

    async def runs(self, case_id: str) -> list[Counter[str]]:
        """The events of each run of a case, from its first to its last."""
        return [counted(run) for run in await runs_of(self.driver.temporal, case_id)]

    async def learns_of_another(self, case_id: str) -> bool:
        """Whether the engine has said to the case, which is woken, that another version is meant for it: what is
        current every part of the engine knows a moment later."""
        await self.versions.wake(case_id)
        history = await self.driver.temporal.get_workflow_handle(case_id).fetch_history()
        steps = [each.workflow_task_started_event_attributes for each in history.events]
        return any(each.target_worker_deployment_version_changed for each in steps)

    async def nothing_went_wrong(self) -> None:
        """No step of any run of any case ever failed, and log, read model and engine agree."""
        for row in await self.driver.pool.fetch("select case_id from cases"):
            for run in await self.runs(row["case_id"]):
                assert run["WORKFLOW_TASK_FAILED"] == 0
        assert await self.differences() == []

    async def differences(self) -> list[str]:
        driver = self.driver
        found = [each async for each in reconcile(driver.pool, driver.temporal)]
        found += [each async for each in of_the_other_side(driver.pool, driver.temporal, driver.task_queue)]
        return [each.what for each in found]


@pytest.fixture
async def installation(
    driver: Driver, database_url: str, temporal_server: TemporalServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Installation]:
    monkeypatch.setenv("KAIFANG_DATABASE_URL", database_url)
    monkeypatch.setenv("KAIFANG_TASK_QUEUE", driver.task_queue)
    monkeypatch.setenv("KAIFANG_BUILD_ID", NEW)
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_server.address)
    async with AsyncExitStack() as running:
        yield Installation(driver, running)


async def test_an_upgrade_with_all_its_steps_and_back_again(installation: Installation) -> None:
    driver, it = installation.driver, installation
    await it.start(OLD)
    await become_current(it.versions, OLD)
    granted = await driver.file("nanning")
    sleeper = await it.grant(granted, *REVIEWS)
    busy, quiet = await driver.file("nanning"), await driver.file("yulin")
    await it.decide(busy, *REVIEWS[:1])

    # The new version beside the old: it gets nothing.
    await it.start(NEW)
    assert not (await it.known(NEW)).was_routed_to
    await it.cases(OLD, 3)
    table = await it.done("status")
    assert [line.split("  ")[0] for line in table.splitlines()] == ["version", NEW, OLD]
    assert "gets no cases yet" in table

    # A part of the cases, then none, then all of those that begin.
    assert await it.routed("ramp", "5%") == f"{NEW} gets 5 % of the cases.\n"
    assert (await it.known(NEW)).ramps == 5
    assert await it.done("ramp", "0") == "No version ramps any longer.\n"
    before = await driver.file("nanning")
    await it.is_on(before, OLD)
    assert await it.done("ramp", "100", NEW, "--language", "zh-CN") == f"{NEW}试行，占案件的100%。\n"
    begun = await driver.file("nanning")
    await it.is_on(begun, NEW)

    # Current: whoever acts moves a case, and the others are woken.
    assert await it.done("current", NEW) == f"{NEW} is current.\n"
    await it.decide(busy, *REVIEWS[1:2])
    await it.is_on(busy, NEW)
    await it.is_on(quiet, OLD)
    still = await it.kaifang("drain", NEW)
    assert (still.exit_code, "make another version current first" in still.output) == (1, True)
    drained = await it.done("drain", OLD, "--rate", "1000")
    assert drained.splitlines()[-1] == f"{OLD} is drained: its workers may be stopped."
    await it.cases(NEW, 5)
    assert "drained" in await it.done("status")
    assert [run["WORKFLOW_EXECUTION_SIGNALED"] for run in await it.runs(sleeper)] == [1, 0]
    await it.stop(OLD)
    await it.decide(begun, *REVIEWS[:1])

    # Back: what the new version has written, the old one never reads.
    await it.start(OLD)
    assert await it.routed("current", OLD) == f"{OLD} is current.\n"
    grants = [sleeper, await it.grant(busy, *REVIEWS[2:])]
    assert f"{NEW} is drained" in await it.done("drain", NEW, "--rate", "1000")
    await it.stop(NEW)

    # Every case to its end.
    grants += [await it.grant(begun, *REVIEWS[1:]), await it.grant(before, *REVIEWS)]
    assert await driver.by_applicant(a.Withdraw, quiet) == "accepted"
    for access in grants:
        assert await driver.by_applicant(a.Renounce, access) == "accepted"
    assert await driver.pool.fetchval("select count(*) from cases where closed_at is null") == 0
    await it.nothing_went_wrong()


async def test_cases_from_before_there_were_versions_go_on_at_the_first(installation: Installation) -> None:
    driver, it = installation.driver, installation
    await it.start(None)
    case_id = await driver.file("nanning")
    await it.decide(case_id, *REVIEWS[:1])
    await it.stop(None)

    await it.start(OLD)
    async with beside(be_the_first(it.versions, OLD)):
        await it.decide(case_id, *REVIEWS[1:2])
        await it.is_on(case_id, OLD)
        # A second version is not the first.
        await it.start(NEW)
        await it.known(NEW)
        async with beside(be_the_first(it.versions, NEW)):
            await it.grant(case_id, *REVIEWS[2:])
        assert await it.versions.current() == OLD
    await it.nothing_went_wrong()


async def test_a_worker_that_takes_over_fetches_the_cases_of_one_that_ended(installation: Installation) -> None:
    driver, it = installation.driver, installation
    await it.start(OLD)
    await become_current(it.versions, OLD)
    case_id, other = await driver.file("nanning"), await driver.file("yulin")
    await it.decide(case_id, *REVIEWS[:1])
    await it.cases(OLD, 2)
    await it.stop(OLD)
    late = await driver.decide(case_id, *REVIEWS[1], hand_over=False)
    assert late == "received"

    await it.start(NEW)
    at_once = Versions(driver.temporal, driver.task_queue, gone_after=timedelta())
    draining = Draining(at_once, driver.engine, a_second=1000)
    async with beside(take_over(at_once, draining, NEW)):
        await it.cases(NEW, 2)
    assert await fetch_what_is_left(at_once, draining) == 0
    await driver.engine.hand_over(case_id, driver.patience)
    await it.decide(case_id, *REVIEWS[2:])
    assert (await driver.types(case_id)).count("TaskDecided") == 3
    assert await driver.by_applicant(a.Withdraw, other) == "accepted"
    assert await it.differences() == []


async def test_an_act_that_is_being_written_is_answered_before_its_case_moves(installation: Installation) -> None:
    driver, it = installation.driver, installation
    append = Held(driver.pool, driver.log, driver.clock)
    version = versioned(driver.task_queue, OLD)
    async with worker_of(driver.temporal, driver.task_queue, append, version=version):
        await become_current(it.versions, OLD)
        case_id = await driver.file("nanning")
        append.holds = True
        assert await driver.decide(case_id, *REVIEWS[0], hand_over=False) == "received"
        act = await driver.waiting_act(case_id)
        writing = asyncio.create_task(driver.engine.hand_over(case_id, driver.patience))
        await append.waits.wait()
        await it.start(NEW)
        await become_current(it.versions, NEW)
        # It looks, finds that another version is meant for it, and goes on with what it writes.
        await until(lambda: it.learns_of_another(case_id))
        assert await it.versions.is_on(case_id, OLD)
        append.go_on.set()
        await writing
        await it.is_on(case_id, NEW)
        assert await driver.pool.fetchval("select state from acts where act_id = $1", act.id) == "accepted"
        assert [run["WORKFLOW_EXECUTION_UPDATE_COMPLETED"] for run in await it.runs(case_id)] == [1, 0]
    await it.grant(case_id, *REVIEWS[1:])
    await it.nothing_went_wrong()


async def test_a_case_that_is_woken_in_vain_stays_what_it_was(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    handle, events = driver.temporal.get_workflow_handle(case_id), await driver.events(case_id)
    run_id = (await handle.describe()).run_id
    versions = Versions(driver.temporal, driver.task_queue)
    for _ in range(3):
        await versions.wake(case_id)
    assert await driver.decide(case_id, "formal_review", "pass") == "accepted"
    assert (await handle.describe()).run_id == run_id
    assert (await driver.events(case_id))[: len(events)] == events
    await versions.wake("there is no such case")


async def test_what_the_engine_does_not_take_is_said_in_one_line(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = installation
    assert await it.done("status") == "No worker with a version has come yet.\n"
    assert await it.done("status", "--language", "zh-CN") == "还没有任何带版本的工作进程。\n"
    for command in (("current", "7.7.7"), ("ramp", "5", "7.7.7"), ("drain", "7.7.7")):
        refused = await it.kaifang(*command)
        assert refused.exit_code == 1
        assert refused.output == "error: there is no version 7.7.7 (kaifang upgrade status)\n"
    for percent in ("-1", "101", "many"):
        assert (await it.kaifang("ramp", "--", percent)).exit_code == 2
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    away = await it.kaifang("status")
    assert (away.exit_code, away.output.startswith("error: the engine does not answer")) == (1, True)


async def test_a_version_that_cases_go_to_is_not_emptied(installation: Installation) -> None:
    it = installation
    await it.start(OLD)
    await become_current(it.versions, OLD)
    with pytest.raises(StillRouted):
        await anext(it.draining.rounds(OLD))


def test_a_build_is_what_the_release_says_or_else_follows_from_the_code(database_url: str) -> None:
    assert build_of_code() == build_of_code()
    assert Settings(database_url=database_url, build_id="1.2.3").build_id == "1.2.3"
    with pytest.raises(ValueError, match="build_id"):
        Settings(database_url=database_url, build_id="1 2")
