"""A worker says of itself what the engine's library and its own loops count."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
from temporalio.client import Client

from activities.database import Pool
from activities.engine.figures import WorkerFigures
from activities.engine.sweeping import Sweeper
from activities.settings import Settings
from stack.ports import free_port
from stack.temporal import NAMESPACE, TemporalServer
from tests.driving import Driver
from tests.sealed_engine import CONVERTER
from worker import build_worker, runtime_of


async def test_a_worker_serves_figures_of_the_engines_library_and_its_own(
    temporal_server: TemporalServer, pool: Pool, database_url: str, task_queue: str, tmp_path: Path
) -> None:
    address = f"127.0.0.1:{free_port()}"
    runtime = runtime_of(Settings(home=tmp_path, database_url=database_url, worker_metrics=address))
    client = await Client.connect(
        temporal_server.address, namespace=NAMESPACE, data_converter=CONVERTER, runtime=runtime
    )
    figures = WorkerFigures(runtime.metric_meter)
    driver = Driver(pool, client, task_queue)
    async with build_worker(client, pool, task_queue):
        case_id = await driver.file("nanning")
        await driver.decide(case_id, "formal_review", "pass")
        await Sweeper(pool, driver.engine, figures=figures).sweep()
        figures.look({"acts": pool})
        text = await asyncio.to_thread(lambda: httpx.get(f"http://{address}/metrics", trust_env=False).text)
    assert 'kaifang_worker_connections{pool="acts"' in text
    assert "kaifang_worker_swept_cases_total" in text
    assert "temporal_workflow_task_execution_latency_bucket" in text
    assert f'task_queue="{task_queue}"' in text
