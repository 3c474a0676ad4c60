"""What the metrics say of the engine: whether it answers, and of how many cases a workflow task keeps failing."""

from __future__ import annotations

import asyncio
import uuid

import asyncpg
import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.database import Pool
from activities.engine.keeping import REMINDERS, REVIEWS, SENDER, SWEEPER, Job, Keeper, Pauses
from activities.settings import Settings
from api.app import create_app
from api.metrics import FAILING
from tests.api.calling import Service, serving
from tests.beside import beside
from tests.owning import owner_url


@workflow.defn
class Defective:
    """Fails each time its task is worked on, as a case of a defective release would."""

    @workflow.run
    async def run(self) -> None:
        raise RuntimeError("a defect")


def figure(text: str, name: str) -> float:
    return float(next(line for line in text.splitlines() if line.startswith(f"{name} ")).split()[1])


async def test_a_workflow_task_that_keeps_failing_is_counted_until_the_case_is_ended(
    service: Service, temporal: Client, task_queue: str
) -> None:
    workflow_id = f"defective-{uuid.uuid4()}"
    mine = f"{FAILING} AND WorkflowId = '{workflow_id}'"
    workers = Worker(
        temporal, task_queue=task_queue, workflows=[Defective], workflow_runner=UnsandboxedWorkflowRunner()
    )
    async with workers:
        handle = await temporal.start_workflow(Defective.run, id=workflow_id, task_queue=task_queue)
        await until_counted(temporal, mine, 1)
        figures = await service.figures()
    assert figure(figures, "kaifang_failing_workflow_tasks") >= 1
    assert figure(figures, "kaifang_engine_up") == 1
    await handle.terminate()
    await until_counted(temporal, mine, 0)


OF_ALL = ("kaifang_open_tasks", "kaifang_undelivered_acts", "kaifang_worker_jobs", "kaifang_refused_calls")
OF_ONE = ("kaifang_request_seconds", "kaifang_gate_answers", "kaifang_gate_log_backlog")


async def test_what_is_of_the_whole_installation_is_asked_of_one_and_not_added_up(
    settings: Settings, service: Service
) -> None:
    """Of two APIs each is asked for its own, and one for all; who asks for neither hears both."""
    async with serving(create_app(settings), settings) as other:
        each = [await api.figures(of="process") for api in (service, other)]
        of_all = await other.figures(of="installation")
        both = await service.figures()
    for text in each:
        assert all(name in text for name in OF_ONE)
        assert not any(name in text for name in OF_ALL)
    assert all(name in of_all for name in OF_ALL)
    assert not any(name in of_all for name in OF_ONE)
    assert all(name in both for name in (*OF_ALL, *OF_ONE))


async def test_attempts_to_rewrite_the_record_are_counted_though_each_is_undone(service: Service, pool: Pool) -> None:
    before = figure(await service.figures(), "kaifang_refused_rewritings")
    connection = await asyncpg.connect(await owner_url(pool))
    for _ in range(2):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="what is on record stays"):
            await connection.execute("update calendar_notices set document = 'another'")
    await connection.close()
    assert figure(await service.figures(), "kaifang_refused_rewritings") == before + 2


async def until_counted(temporal: Client, query: str, expected: int) -> None:
    async with asyncio.timeout(60):
        while True:
            if (await temporal.count_workflows(query)).count == expected:
                return
            await asyncio.sleep(0.1)


async def test_an_engine_that_is_away_is_shown_as_away_beside_all_other_figures(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    async with serving(create_app(settings), settings) as service:
        figures = await service.figures()
    assert figure(figures, "kaifang_engine_up") == 0
    assert figure(figures, "kaifang_database_up") == 1


async def test_figures_count_what_runs_beside_the_workers_and_what_ended_unasked(service: Service, pool: Pool) -> None:
    async def ends() -> None:
        raise ValueError

    async def for_ever() -> None:
        await asyncio.Event().wait()

    keeper = Keeper(pool, [Job(SWEEPER, for_ever), Job(SENDER, ends)], Pauses(first=3600), every=0.05)
    async with beside(keeper.run()), asyncio.timeout(30):
        figures = ""
        while 'kaifang_worker_jobs_ended{job="sender"} 1.0' not in figures:
            figures = await service.figures()
    assert 'kaifang_worker_jobs{job="sweeper"} 1.0' in figures
    for job in (SENDER, REMINDERS, REVIEWS):
        assert f'kaifang_worker_jobs{{job="{job}"}} 0.0' in figures, "nobody runs it, and that shows"
    assert 'kaifang_worker_jobs_ended{job="sweeper"} 0.0' in figures
