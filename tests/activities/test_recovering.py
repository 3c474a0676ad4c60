"""`kaifang reconcile` and `kaifang restore` as commands, and what they do with many cases."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from temporalio.client import Client
from typer.testing import CliRunner

from activities.engine import restoring
from activities.engine.reconciling import Wanted
from activities.engine.restoring import Restored, restore
from activities.engine.side_by_side import reconcile_side_by_side
from activities.settings import Settings
from cli.main import app
from stack.temporal import NAMESPACE, TemporalServer
from tests.driving import Driver
from tests.owning import by_owner

NOWHERE = "127.0.0.1:1"


@pytest.fixture
def settings(database_url: str, temporal_server: TemporalServer, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of the servers of the tests, by the environment, which other processes have too."""
    monkeypatch.setenv("KAIFANG_DATABASE_URL", database_url)
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_server.address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", NAMESPACE)
    return Settings.load()


async def command(*arguments: str) -> tuple[int, str, str]:
    """How a command ends, and what it says, in a thread with a loop of its own."""
    done = await asyncio.to_thread(CliRunner().invoke, app, arguments)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("name", ["reconcile", "restore"])
async def test_a_command_says_in_one_line_that_the_engine_is_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", NOWHERE)
    code, said, complained = await command(name)
    assert (code, said) == (2, "")
    (line,) = complained.splitlines()
    assert line.startswith("error: Temporal does not answer (")


@pytest.mark.parametrize("name", ["reconcile", "restore"])
async def test_a_command_says_in_one_line_that_postgresql_is_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("KAIFANG_DATABASE_URL", f"postgresql://kaifang@{NOWHERE}/kaifang")
    code, said, complained = await command(name)
    assert (code, said) == (2, "")
    (line,) = complained.splitlines()
    assert line.startswith("error: PostgreSQL does not answer (")


async def test_a_city_alone_is_compared_and_one_that_is_unheard_of_is_refused(
    driver: Driver, settings: Settings
) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    await by_owner(driver.pool, "update tasks set round = 7")
    assert await command("reconcile", "--city", "yulin") == (0, "0 differences\n", "")
    code, said, _ = await command("reconcile", "--city", "nanning")
    assert code == 1
    assert f"{case_id}: tasks: {case_id}.formal_review.1: round\n1 differences\n" in said
    assert (await command("reconcile", "--city", "atlantis"))[0] == 2


async def test_processes_side_by_side_find_what_one_does(
    driver: Driver, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.engine.reconciling.A_BATCH", 2)
    for _ in range(5):
        await driver.file("nanning", hand_over=False)
    await by_owner(driver.pool, "update tasks set round = 7")
    found = [each async for each in reconcile_side_by_side(driver.pool, settings, Wanted(), 1)]
    assert [each.case_id for each in found] == sorted(each.case_id for each in found)
    assert [each.what.split(" ")[0] for each in found] == ["tasks:"] * 5


async def test_cases_are_brought_back_batch_by_batch_and_each_once(
    driver: Driver, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "A_BATCH", 2)
    cases = [await driver.file("nanning", hand_over=False) for _ in range(5)]
    assert await restore(driver.pool, driver.engine) == Restored(5, {})
    runs = [(await temporal.get_workflow_handle(case_id).describe()).run_id for case_id in cases]
    assert await restore(driver.pool, driver.engine) == Restored(5, {})
    assert [(await temporal.get_workflow_handle(case_id).describe()).run_id for case_id in cases] == runs


async def test_a_case_that_fails_holds_up_no_other_of_its_batch(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, *others = [await driver.file("nanning", hand_over=False) for _ in range(3)]
    await by_owner(driver.pool, "update events set event = '{}' where case_id = $1", broken)
    restored = await restore(driver.pool, driver.engine)
    assert (restored.cases, list(restored.failed)) == (2, [broken])
    for case_id in others:
        assert await driver.engine.knows(case_id)


async def test_rules_that_cannot_be_read_hold_up_no_case_of_other_rules(driver: Driver) -> None:
    broken, other = [await driver.file(city, hand_over=False) for city in ("yulin", "nanning")]
    digest = await driver.pool.fetchval("select rules_digest from cases where case_id = $1", broken)
    await by_owner(driver.pool, "update pinned_rules set rules = '{}' where digest = $1", digest)
    restored = await restore(driver.pool, driver.engine)
    assert (restored.cases, list(restored.failed)) == (1, [broken])
    assert await driver.engine.knows(other)


async def test_a_case_that_the_list_does_not_have_yet_is_not_started_again(
    driver: Driver, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    assert await restore(driver.pool, driver.engine) == Restored(1, {})
    run = (await temporal.get_workflow_handle(case_id).describe()).run_id

    async def nothing(*_: Any) -> set[str]:
        return set()

    monkeypatch.setattr(driver.engine, "running_among", nothing)
    assert await restore(driver.pool, driver.engine) == Restored(1, {})
    assert (await temporal.get_workflow_handle(case_id).describe()).run_id == run
