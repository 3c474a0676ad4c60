"""What Temporal knows of a case: enough to find it and to tell the truth, and nothing that people wrote."""

from __future__ import annotations

import base64
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client
from temporalio.worker import Worker

from activities.database import Pool
from models import acts as a
from stack.temporal import NAMESPACE, TemporalServer
from tests.driving import Driver
from tests.sealed_engine import CONVERTER, opened
from worker import build_worker
from workflows import search_attributes as attributes

NANNING = (("formal_review", "pass"), ("provider_review", "agree"), ("approval", "approve"))
BOTH_SIGN = (("provider_signature", "sign"), ("applicant_signature", "sign"))


async def test_the_lists_of_temporal_tell_stage_body_and_due_instant_of_a_case(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning", choices={"urgency": "urgent"})
    await driver.decide(case_id, "formal_review", "pass")
    state = await driver.state(case_id)
    description = await driver.temporal.get_workflow_handle(case_id).describe()
    found = description.typed_search_attributes
    assert found[attributes.CITY] == "nanning"
    assert found[attributes.PROCEDURE] == "access_request"
    assert found[attributes.CASE_NUMBER] == state.case_number
    assert found[attributes.STAGE] == ["provider_review"]
    assert found[attributes.BODY] == ["nanning.transport"]
    assert found[attributes.DUE_AT] == (await driver.task(case_id, "provider_review")).clock.due_at
    assert await description.static_summary() == f"{state.case_number} {state.dataset_id}"
    assert description.raw_info.priority.priority_key == 1
    assert description.raw_info.priority.fairness_key == "nanning"


async def test_a_case_shows_its_open_tasks_in_the_user_interface(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("yulin")
    handle = driver.temporal.get_workflow_handle(case_id)
    metadata = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    details = metadata.current_details
    assert "authority_review" in details
    assert "provider_review" in details


async def test_nothing_that_people_wrote_reaches_the_engine(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    task = await driver.task(case_id, "formal_review")
    act = a.Decide(
        id=f"{case_id}.return",
        case_id=case_id,
        by=driver.officer_of(task, "1"),
        received_at=task.opened_at,
        task_id=task.task_id,
        outcome="return",
        given=frozenset({"reason"}),
    )
    assert await driver.do(act, content={"reason": "张三的身份证号码不完整"}) == "accepted"
    kept = await driver.pool.fetchval("select content ->> 'reason' from acts where act_id = $1", act.id)
    assert kept == "张三的身份证号码不完整"
    history = await opened(await driver.temporal.get_workflow_handle(case_id).fetch_history())
    decoded = "".join(texts_in(history))
    assert "formal_review" in decoded, "the payloads are read"
    assert "张三" not in decoded
    assert "to be read by people only" not in decoded


async def test_a_case_with_a_long_history_continues_as_new_and_loses_nothing(
    short_histories: Client, pool: Pool, task_queue: str
) -> None:
    driver = Driver(pool, short_histories, task_queue)
    async with build_worker(short_histories, pool, task_queue):
        case_id = await driver.file("nanning")
        first_run = (await short_histories.get_workflow_handle(case_id).describe()).run_id
        for stage, outcome in (*NANNING, *BOTH_SIGN):
            assert await driver.decide(case_id, stage, outcome) == "accepted"
        handle = short_histories.get_workflow_handle(case_id)
        assert await handle.result() == "granted"
        assert (await handle.describe()).run_id != first_run
        assert (await driver.types(case_id)).count("TaskDecided") == 5


async def test_a_decision_costs_one_local_activity_and_no_ordinary_one(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    assert await driver.on_task(a.Claim, case_id, "formal_review") == "accepted"
    assert await driver.decide(case_id, "formal_review", "pass") == "accepted"
    history = await driver.temporal.get_workflow_handle(case_id).fetch_history()
    kinds = [event.event_type for event in history.events]
    assert kinds.count(EventType.EVENT_TYPE_MARKER_RECORDED) == 1
    assert kinds.count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED) == 0


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="kaifang-short-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
async def short_histories(home: Path) -> AsyncIterator[Client]:
    """An engine that suggests to continue as new after a handful of events."""
    server = TemporalServer(home, dynamic_config={"limit.historyCount.suggestContinueAsNew": "12"})
    server.start()
    yield await Client.connect(server.address, namespace=NAMESPACE, data_converter=CONVERTER)
    server.stop()


def texts_in(node: object) -> Iterator[str]:
    """Every string in a history, payloads decoded."""
    match node:
        case {"metadata": dict(), "data": str(data)}:
            yield base64.b64decode(data).decode()
        case dict():
            for value in node.values():
                yield from texts_in(value)
        case list():
            for value in node:
                yield from texts_in(value)
        case str():
            yield node
        case _:
            pass
