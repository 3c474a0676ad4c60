"""Handing over (移交): all that an officer has in hand goes to a colleague, or back to the body, item by item."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
from typer.testing import CliRunner

from activities.record.claims import Lapsing
from cli.main import app
from tests.api.calling import Caller, Service, open_task

AUTHORITY = "nanning.authority"
OFFICER, COLLEAGUE = f"reviewer@{AUTHORITY}", f"reviewer2@{AUTHORITY}"
SUPERVISOR = f"supervisor@{AUTHORITY}"
PATH = f"/v1/supervision/officers/{OFFICER}/hand-over"


async def approvals(working: Service, applicant: Caller, number: int) -> list[Any]:
    """Tasks of the authority, claimed by the officer."""
    tasks = []
    for _ in range(number):
        case = await working.decide(await applicant.file("nanning"), "formal_review", "pass")
        case = await working.decide(case, "provider_review", "agree")
        task = open_task(case, "approval")
        await working.as_(OFFICER).do(f"/v1/tasks/{task['task_id']}/claim")
        tasks.append(task)
    return tasks


async def leaves(service: Service, login: str = OFFICER, to: str = "nanning.health") -> None:
    await service.app.state.runtime.pool.execute("update accounts set body = $2 where login = $1", login, to)


async def holders(service: Service, tasks: list[Any]) -> set[str | None]:
    supervisor = service.as_(SUPERVISOR)
    return {(await supervisor.read(f"/v1/tasks/{task['task_id']}"))["claimed_by"] for task in tasks}


async def answered(caller: Caller, body: Any, key: str | None = None, path: str = PATH) -> Any:
    answer = await caller.post(path, body, key)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("gone", [False, True], ids=["still there", "has left"])
async def test_all_that_an_officer_has_in_hand_is_a_colleagues_by_one_call(
    working: Service, applicant: Caller, gone: bool
) -> None:
    tasks = await approvals(working, applicant, 2)
    if gone:
        await leaves(working)

    shown = await answered(working.as_(SUPERVISOR), {"to": COLLEAGUE})

    assert [item["state"] for item in shown["items"]] == ["accepted", "accepted"]
    assert {item["task_id"] for item in shown["items"]} == {task["task_id"] for task in tasks}
    assert (shown["officer"], shown["to"]) == (OFFICER, COLLEAGUE)
    assert await holders(working, tasks) == {COLLEAGUE}


@pytest.mark.parametrize("when", ["still there", "has left", "has lapsed"])
async def test_what_is_released_is_any_officers_of_the_body(working: Service, applicant: Caller, when: str) -> None:
    tasks = await approvals(working, applicant, 1)
    if when != "still there":
        await leaves(working)
    if when == "has lapsed":
        await Lapsing(working.app.state.runtime.pool, working.app.state.runtime.inbox).look()

    shown = await answered(working.as_(SUPERVISOR), {"release": True})

    assert [item["state"] for item in shown["items"]] == ["accepted"]
    assert await holders(working, tasks) == {None}
    decided = await working.as_(COLLEAGUE).post(f"/v1/tasks/{tasks[0]['task_id']}/decision", {"outcome": "approve"})
    assert decided.status_code == 200, decided.text


async def test_a_lapsed_claim_still_says_whose_tasks_are_to_be_handed_over(working: Service, applicant: Caller) -> None:
    tasks = await approvals(working, applicant, 2)
    await leaves(working)
    await Lapsing(working.app.state.runtime.pool, working.app.state.runtime.inbox).look()
    await working.as_(COLLEAGUE).do(f"/v1/tasks/{tasks[0]['task_id']}/claim")
    await working.as_(COLLEAGUE).do(f"/v1/tasks/{tasks[0]['task_id']}/release")

    shown = await answered(working.as_(SUPERVISOR), {"to": COLLEAGUE})

    assert [item["task_id"] for item in shown["items"]] == [tasks[1]["task_id"]], "the other one is nobody's by now"


async def test_one_task_that_is_refused_stops_no_other(working: Service, applicant: Caller) -> None:
    """The officer moved, and has claimed before its new body too, where the supervisor hands nothing over."""
    (elsewhere,) = await approvals(working, applicant, 1)
    await leaves(working, to="nanning.operator")
    mine = open_task(await applicant.file("nanning"), "formal_review")
    await working.as_(OFFICER).do(f"/v1/tasks/{mine['task_id']}/claim")

    items = (await answered(working.as_(SUPERVISOR), {"to": COLLEAGUE}))["items"]

    states = {item["task_id"]: (item["state"], (item["problem"] or {}).get("type")) for item in items}
    assert states == {
        elsewhere["task_id"]: ("accepted", None),
        mine["task_id"]: ("refused", "urn:kaifang:problem:not-your-task"),
    }
    assert (await working.as_(SUPERVISOR).read(f"/v1/tasks/{mine['task_id']}"))["claimed_by"] == OFFICER


async def test_a_task_goes_to_nobody_who_does_not_serve_the_body(working: Service, applicant: Caller) -> None:
    tasks = await approvals(working, applicant, 1)
    for stranger in ("reviewer@nanning.operator", SUPERVISOR, "applicant@demo"):
        (item,) = (await answered(working.as_(SUPERVISOR), {"to": stranger}))["items"]
        assert item["problem"]["type"] == "urn:kaifang:problem:officer-not-of-this-body"
    assert await holders(working, tasks) == {OFFICER}


async def test_a_hand_over_that_is_repeated_with_its_key_is_the_same(working: Service, applicant: Caller) -> None:
    tasks = await approvals(working, applicant, 2)
    supervisor, key = working.as_(SUPERVISOR), str(uuid.uuid4())

    first = await answered(supervisor, {"to": COLLEAGUE}, key)
    await working.as_(COLLEAGUE).do(f"/v1/tasks/{tasks[0]['task_id']}/release")
    await approvals(working, applicant, 1)
    again = await answered(supervisor, {"to": COLLEAGUE}, key)
    other = await supervisor.post(PATH, {"release": True}, key)

    assert again == first
    assert await holders(working, tasks) == {None, COLLEAGUE}, "what was released since is not taken again"
    assert (other.status_code, other.json()["type"]) == (422, "urn:kaifang:problem:idempotency-key-reused")


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, None, "hand_over_where"),
        ({"to": COLLEAGUE, "release": True}, None, "hand_over_where"),
        ({"to": "nobody@nowhere"}, "to", "account_unknown"),
        ({"to": OFFICER}, "to", "hands_over_to_itself"),
    ],
)
async def test_a_hand_over_says_where_to(service: Service, body: Any, field: str | None, code: str) -> None:
    answer = await service.as_(SUPERVISOR).post(PATH, body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == code
    assert field is None or answer.json()["errors"][0]["field"] == field


async def test_nobody_hands_over_for_an_account_that_is_not_there(service: Service) -> None:
    path = "/v1/supervision/officers/nobody@nowhere/hand-over"
    assert (await service.as_(SUPERVISOR).post(path, {"release": True})).status_code == 404


async def test_a_supervisor_of_another_city_finds_nothing_to_hand_over(working: Service, applicant: Caller) -> None:
    tasks = await approvals(working, applicant, 1)
    shown = await answered(working.as_("supervisor@yulin.authority"), {"release": True})
    assert shown["items"] == []
    assert await holders(working, tasks) == {OFFICER}


async def test_whoever_runs_the_system_hands_over_before_any_body(
    working: Service, applicant: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await working.decide(await applicant.file("nanning"), "formal_review", "pass")
    task = open_task(case, "provider_review")
    left, stays = "reviewer@nanning.transport", "reviewer2@nanning.transport"
    await working.as_(left).do(f"/v1/tasks/{task['task_id']}/claim")
    await leaves(working, left)
    monkeypatch.setenv("KAIFANG_DATABASE_URL", working.settings.database_url)

    run = CliRunner()
    result = await in_a_thread(run, ["hand-over", left, "--to", "reviewer@nanning.operator"])
    assert result.exit_code == 1
    assert "OfficerNotOfThisBody" in result.output
    result = await in_a_thread(run, ["hand-over", left, "--to", stays])
    assert result.exit_code == 0, result.output
    assert f"{case['case_number']} provider_review nanning.transport: accepted" in result.output

    assert await holders(working, [task]) == {stays}
    assert (await in_a_thread(run, ["hand-over", left])).exit_code == 2
    assert (await in_a_thread(run, ["hand-over", "nobody@nowhere", "--release"])).exit_code == 2


async def in_a_thread(run: CliRunner, arguments: list[str]) -> Any:
    """The command runs an event loop of its own."""
    return await asyncio.to_thread(run.invoke, app, arguments)
