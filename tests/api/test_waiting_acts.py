"""An act that waits for long is seen: by supervisors with its reason, in the metrics, and by whoever settles it."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.worker import (
    ExecuteWorkflowInput,
    HandleUpdateInput,
    Interceptor,
    Worker,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)
from typer.testing import CliRunner

from activities.clock import DatabaseClock
from activities.database import Pool
from activities.engine.reconciling import reconcile
from activities.record.append import Append
from activities.record.failing import Why, note
from activities.record.refusing import ActIsSettled, ActUnknown, refuse, settle_refused
from activities.settings import Settings
from api.app import create_app
from cli.main import app
from models.messages import Write
from tests.activities.test_append import proposed
from tests.api.calling import Caller, Service, open_task, serving
from tests.api.supervising import SOON, SUPERVISOR
from tests.driving import Driver
from tests.owning import by_owner
from worker import SANDBOX, build_worker
from workflows.procedures import WORKFLOWS

PATH = "/v1/supervision/waiting-acts"
OPERATOR = "reviewer@nanning.operator"


async def waiting_decision(service: Service, applicant: Caller, pool: Pool) -> tuple[str, str]:
    """A case, and the act on it that was received two minutes ago, with nobody to work it off."""
    case = await applicant.file("nanning")
    task = open_task(case, "formal_review")
    key = str(uuid.uuid4())
    answer = await service.as_(OPERATOR).post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "pass"}, key)
    assert answer.status_code == 202, answer.text
    await by_owner(pool, "update acts set received_at = received_at - interval '2 minutes' where kind = 'decide'")
    return case["case_id"], answer.json()["act_id"]


@pytest.fixture
async def hasty(settings: Settings) -> AsyncIterator[Service]:
    """The service without a worker, which does not wait for one."""
    async with serving(create_app(settings, patience=SOON), settings) as running:
        yield running


async def test_an_act_that_waits_is_listed_with_its_reason_to_those_who_supervise(hasty: Service, pool: Pool) -> None:
    case_id, act_id = await waiting_decision(hasty, hasty.as_("applicant@demo"), pool)

    (item,) = (await hasty.as_(SUPERVISOR).read(PATH))["items"]
    assert (item["act_id"], item["case_id"], item["kind"], item["why"]) == (act_id, case_id, "decide", "no_answer")
    assert (item["body"], item["times"], item["last_tried_at"]) == ("nanning.operator", 0, None)

    for _ in range(3):
        await note(pool, case_id, [act_id], Why.NOT_JUDGED, KeyError("what people wrote"))
    (item,) = (await hasty.as_(SUPERVISOR).read(PATH, city="nanning"))["items"]
    assert (item["why"], item["times"]) == ("not_judged", 3)
    assert "what people wrote" not in json.dumps(item)
    chinese = await hasty.as_(SUPERVISOR).get(PATH, {"Accept-Language": "zh-CN"})
    assert chinese.json()["items"][0]["said"].startswith("办理该操作时系统出错")

    await settle_of(pool, act_id)
    assert (await hasty.as_(SUPERVISOR).read(PATH))["items"] == []


async def settle_of(pool: Pool, act_id: str) -> None:
    async with pool.acquire() as connection:
        await settle_refused(connection, act_id, {"code": "CaseClosed"})


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (SUPERVISOR, True),
        (OPERATOR, True),
        ("admin@kaifang", True),
        ("reviewer@nanning.transport", False),
        ("reviewer@yulin.operator", False),
        ("supervisor@yulin.authority", False),
    ],
)
async def test_nobody_sees_beyond_what_it_supervises(hasty: Service, pool: Pool, who: str, sees: bool) -> None:
    await waiting_decision(hasty, hasty.as_("applicant@demo"), pool)
    assert len((await hasty.as_(who).read(PATH))["items"]) == int(sees)
    assert (await hasty.as_(who).read(PATH, city="nanjing"))["items"] == []


async def test_an_act_that_was_received_just_now_does_not_wait_for_long(hasty: Service, pool: Pool) -> None:
    await waiting_decision(hasty, hasty.as_("applicant@demo"), pool)
    await by_owner(pool, "update acts set received_at = clock_timestamp()")
    assert (await hasty.as_(SUPERVISOR).read(PATH))["items"] == []


async def test_pages_of_waiting_acts_follow_one_another(hasty: Service, pool: Pool) -> None:
    acts = [(await waiting_decision(hasty, hasty.as_("applicant@demo"), pool))[1] for _ in range(3)]
    first = await hasty.as_(SUPERVISOR).read(PATH, limit=2)
    rest = await hasty.as_(SUPERVISOR).read(PATH, limit=2, cursor=first["next"])
    assert [item["act_id"] for item in first["items"] + rest["items"]] == acts
    assert rest["next"] is None
    unusable = await hasty.as_(SUPERVISOR).get(PATH, cursor="x")
    assert (unusable.status_code, unusable.json()["errors"][0]["code"]) == (422, "cursor_unusable")


async def test_what_fails_again_and_again_is_counted_until_it_is_settled(hasty: Service, pool: Pool) -> None:
    case_id, act_id = await waiting_decision(hasty, hasty.as_("applicant@demo"), pool)
    assert 'kaifang_failing_acts{why="not_written"} 0.0' in await hasty.figures()
    await note(pool, case_id, [act_id], Why.NOT_WRITTEN, "OddError")
    assert 'kaifang_failing_acts{why="not_written"} 1.0' in await hasty.figures()
    await refuse(pool, act_id, "tried in vain")
    assert 'kaifang_failing_acts{why="not_written"} 0.0' in await hasty.figures()


def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    monkeypatch.setenv("KAIFANG_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("KAIFANG_TASK_QUEUE", settings.task_queue)
    monkeypatch.setenv("KAIFANG_HOME", str(settings.home))
    return CliRunner().invoke(app, list(arguments))


async def test_an_act_that_no_version_reads_is_named_and_settled_and_the_case_goes_on(
    hasty: Service, settings: Settings, pool: Pool, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, act_id = await waiting_decision(hasty, hasty.as_("applicant@demo"), pool)
    await by_owner(pool, "update acts set act = jsonb_set(act, '{kind}', '\"of_tomorrow\"') where act_id = $1", act_id)
    driver = Driver(pool, temporal, settings.task_queue)
    await driver.engine.hand_over(case_id, driver.patience)
    officer = hasty.as_(OPERATOR)
    assert (await officer.read(f"/v1/acts/{act_id}"))["state"] == "received"
    told = await asyncio.to_thread(run, settings, monkeypatch, "reconcile")
    assert f"failing: act {act_id}: not_read" in told.stdout
    assert f"kaifang refuse {act_id}" in told.stdout

    done = await asyncio.to_thread(
        run, settings, monkeypatch, "refuse", act_id, "--reason", "写于新版本 | a newer version"
    )

    assert done.exit_code == 0, done.output
    shown = await officer.read(f"/v1/acts/{act_id}")
    assert (shown["state"], shown["problem"]["type"]) == ("refused", "urn:kaifang:problem:nobody-can-judge")
    assert "写于新版本 | a newer version" in shown["problem"]["detail"]
    again = await asyncio.to_thread(run, settings, monkeypatch, "refuse", act_id, "--reason", "x")
    assert (again.exit_code, "refused already" in again.stderr) == (1, True)
    async with build_worker(temporal, pool, settings.task_queue):
        assert await driver.decide(case_id, "formal_review", "pass") == "accepted"
    assert [each async for each in reconcile(pool, temporal)] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("no-such-act", "--reason", "x"), "no such act"), (("no-such-act", "--reason", " "), "states its reason")],
)
def test_what_cannot_be_refused_is_said(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    result = run(settings, monkeypatch, "refuse", *arguments)
    assert result.exit_code != 0
    assert said in result.stderr


async def test_an_act_is_settled_once_however_many_judge_and_refuse_it_at_once(driver: Driver) -> None:
    for _ in range(5):
        case_id = await driver.file("nanning", hand_over=False)
        events = await proposed(driver, case_id, "pass")
        act_id = (await driver.waiting_act(case_id)).id
        write = Write(case_id=case_id, after=2, events=tuple(events))
        door = Append(driver.pool, driver.log, DatabaseClock())
        written, refused, again = await asyncio.gather(
            door.append(write),
            refuse(driver.pool, act_id, "nobody can"),
            refuse(driver.pool, act_id, "nobody can"),
            return_exceptions=True,
        )
        state = await driver.pool.fetchval("select state from acts where act_id = $1", act_id)
        is_in_the_log = "TaskDecided" in await driver.types(case_id)
        assert is_in_the_log == (state == "accepted") == (not isinstance(written, BaseException))
        settled = [each for each in (refused, again) if not isinstance(each, BaseException)]
        assert len(settled) == int(state == "refused")
        assert all(isinstance(each, str | ActIsSettled) for each in (refused, again))
    with pytest.raises(ActUnknown):
        await refuse(driver.pool, "no such act", "x")


class Failing(Interceptor):
    """A release in which one kind of act ends in an error where nothing is refused any more: in the handler."""

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002
        return FailingInHandlers


class FailingInHandlers(WorkflowInboundInterceptor):
    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002
        raise RuntimeError("a defect")

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002
        return await self.next.execute_workflow(input)


async def test_a_case_that_an_act_jams_goes_on_when_the_act_is_refused(
    settings: Settings, pool: Pool, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = Driver(pool, temporal, settings.task_queue)
    case_id = await driver.file("nanning")
    act_id = str(uuid.uuid4())
    defective = Worker(
        temporal,
        task_queue=settings.task_queue,
        workflows=WORKFLOWS,
        activities=[Append(pool, driver.log, DatabaseClock()).append],
        workflow_runner=SANDBOX,
        interceptors=[Failing()],
    )
    async with defective:
        handing_over = asyncio.create_task(driver.decide(case_id, "formal_review", "pass", act_id=act_id))
        async with asyncio.timeout(60):
            while True:
                found = [each.what async for each in reconcile(pool, temporal) if "workflow task" in each.what]
                if found:
                    break
                await asyncio.sleep(0.2)
        handing_over.cancel()
        await asyncio.wait([handing_over])
    done = await asyncio.to_thread(run, settings, monkeypatch, "refuse", act_id, "--reason", "a defect")
    assert done.exit_code == 0, done.output
    async with build_worker(temporal, pool, settings.task_queue):
        assert await driver.decide(case_id, "formal_review", "return") == "accepted"
    assert "TaskDecided" in await driver.types(case_id)
