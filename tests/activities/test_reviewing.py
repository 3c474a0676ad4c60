"""Closed and conditional data is evaluated again and again, one case a dataset, as often as the pack says."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.database import present
from activities.filing.reviewing import SCHEDULE, Reviewing, put_schedule
from rules.loading import load_pack
from tests.driving import Driver
from tests.owning import by_server
from workflows.reviews_due import ReviewsDue

A_YEAR = timedelta(days=366)
A_WHILE = timedelta(minutes=4)


@workflow.defn
class TheRound(ReviewsDue):
    """The round as it is, for a worker that is no version of a deployment."""

    @workflow.run
    async def run(self) -> int:
        return await super().run()


@pytest.fixture
def reviewing(driver: Driver) -> Reviewing:
    return Reviewing(driver.pool, driver.inbox, driver.clock)


async def reviews(driver: Driver) -> list[str]:
    """The datasets under review."""
    query = "select dataset_id from cases where procedure = 'openness_review' and closed_at is null order by 1"
    return [row["dataset_id"] for row in await driver.pool.fetch(query)]


@pytest.mark.duty("NN-15c", "YL-10", "NJ-23")
async def test_where_a_city_evaluates_each_dataset_that_is_not_open_gets_one_review(
    driver: Driver, reviewing: Reviewing
) -> None:
    assert await reviewing.file_reviews_due(1000) > 0
    guangzhou = "select dataset_id from datasets where city = 'guangzhou' and openness <> 'unconditional' order by 1"
    expected = [row["dataset_id"] for row in await driver.pool.fetch(guangzhou)]
    assert [each for each in await reviews(driver) if each.startswith("guangzhou")] == expected
    closed = "select dataset_id from datasets where city = any($1) and openness = 'closed' order by 1"
    for city in ("nanjing", "nanning", "yulin"):
        expected = [row["dataset_id"] for row in await driver.pool.fetch(closed, [city])]
        assert expected
        assert [each for each in await reviews(driver) if each.startswith(f"{city}-")] == expected
    assert not [each for each in await reviews(driver) if each.startswith("lianyungang")]


async def test_a_review_that_is_under_way_is_not_filed_again(driver: Driver, reviewing: Reviewing) -> None:
    await reviewing.file_reviews_due(1000)
    before = await reviews(driver)
    driver.clock.shift = A_YEAR
    await reviewing.file_reviews_due(1000)
    assert await reviews(driver) == before


async def test_a_dataset_is_reviewed_again_when_the_interval_has_passed_and_not_before(
    driver: Driver, reviewing: Reviewing
) -> None:
    await reviewing.file_reviews_due(1000)
    reviewed = await reviews(driver)
    await driver.pool.execute("update cases set closed_at = received_at where procedure = 'openness_review'")
    assert await reviewing.file_reviews_due(1000) == 0
    driver.clock.shift = A_YEAR
    assert await reviewing.file_reviews_due(1000) > 0
    again = await reviews(driver)
    assert again == [each for each in reviewed if not each.startswith("guangzhou")], "Guangzhou's law has ended by then"


async def test_a_round_files_no_more_than_it_was_asked_for(driver: Driver, reviewing: Reviewing) -> None:
    assert await reviewing.file_reviews_due(2) == 2
    assert len(await reviews(driver)) == 2


async def test_the_round_ends_and_serves_other_cities_however_much_waits_for_a_body(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviewing = Reviewing(
        driver.pool, driver.inbox, driver.clock, packs=lambda: [load_pack(city) for city in ("nanning", "yulin")]
    )
    async with driver.pool.acquire() as connection:
        driver.clock.shift = datetime(2027, 2, 1, tzinfo=UTC) - await present(connection)
    # Nanning's authority has every review of its city, and a part in what is owed for a year.
    missing = "set session_replication_role = replica; delete from bodies where city = 'nanning' and role = 'authority'"
    await by_server(driver.pool, missing)
    await driver.pool.execute("update datasets set openness = 'closed' where city = 'nanning'")
    batch = 2
    assert await driver.pool.fetchval("select count(*) from datasets where city = 'nanning'") > batch
    monkeypatch.setattr("workflows.reviews_due.A_BATCH", batch)
    queue = f"test-{uuid.uuid4().hex[:12]}"
    # Outside of the sandbox, in which the size of a batch is as it stands in the file.
    async with Worker(
        driver.temporal,
        task_queue=queue,
        workflows=[TheRound],
        activities=[reviewing.file_reviews_due],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        filed = await driver.temporal.execute_workflow(
            TheRound.run, id=queue, task_queue=queue, execution_timeout=A_WHILE
        )
    by_itself = "select count(*) from cases where party = 'system'"
    assert filed == await driver.pool.fetchval(by_itself) > 0
    closed = "select dataset_id from datasets where city = 'yulin' and openness = 'closed' order by 1"
    expected = [row["dataset_id"] for row in await driver.pool.fetch(closed)]
    assert [each for each in await reviews(driver) if each.startswith("yulin")] == expected
    assert not [each for each in await reviews(driver) if each.startswith("nanning")]
    evaluated = await driver.pool.fetch("select city from cases where procedure = 'evaluation' order by 1")
    assert [row["city"] for row in evaluated] == ["yulin"]


async def test_a_schedule_that_is_there_is_left_as_it_is(temporal: Client, task_queue: str) -> None:
    await put_schedule(temporal, task_queue)
    await put_schedule(temporal, task_queue)
    described = await temporal.get_schedule_handle(SCHEDULE).describe()
    assert described.schedule.spec.time_zone_name == "Asia/Shanghai"
