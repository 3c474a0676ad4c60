"""A task that nobody of its body may decide, for all have a side in the case (回避), goes to another body."""

from __future__ import annotations

import pytest
from temporalio.worker import Worker

from activities.record.entrusting import Entrusting
from models import events as e
from tests.driving import Driver

OPERATOR, AUTHORITY = "nanning.operator", "nanning.authority"
PARTY = "acc_applicant"


async def serves(driver: Driver, body: str, *accounts: str) -> None:
    """These and nobody else decide the tasks of the body."""
    await driver.pool.execute("update accounts set roles = array_remove(roles, 'reviewer') where body = $1", body)
    await driver.pool.execute(
        "insert into accounts (account_id, login, name, body, roles) "
        "select each, each, '{}', $1, array['reviewer', 'applicant'] from unnest($2::text[]) as each "
        "on conflict (account_id) do update set body = excluded.body, roles = excluded.roles",
        body,
        list(accounts),
    )


async def look(driver: Driver) -> int:
    return await Entrusting(driver.pool, driver.inbox).look()


async def entrusted(driver: Driver, case_id: str) -> list[e.TaskEntrusted]:
    return [event for event in await driver.events(case_id) if isinstance(event, e.TaskEntrusted)]


@pytest.fixture
async def stuck(driver: Driver) -> str:
    """A request that lies before a body whose only officer has filed it."""
    case_id = await driver.file("nanning", hand_over=False)
    assert (await driver.state(case_id)).party == PARTY
    await serves(driver, OPERATOR, PARTY)
    await serves(driver, AUTHORITY, "acc_authority")
    return case_id


async def test_the_task_of_a_body_whose_only_officer_is_the_party_goes_to_the_authority(
    driver: Driver, stuck: str
) -> None:
    assert await look(driver) == 1

    assert [event.body for event in await entrusted(driver, stuck)] == [AUTHORITY]
    row = await driver.pool.fetchrow("select body, state, due_at from tasks where case_id = $1", stuck)
    assert row
    assert (row["body"], row["state"]) == (AUTHORITY, "open")
    assert row["due_at"] == (await driver.task(stuck, "formal_review")).clock.due_at


async def test_it_is_entrusted_once_however_often_it_is_looked_at(driver: Driver, stuck: str) -> None:
    assert [await look(driver) for _ in range(3)] == [1, 0, 0]
    assert len(await entrusted(driver, stuck)) == 1


async def test_a_body_with_another_officer_keeps_its_task(driver: Driver, stuck: str) -> None:
    await serves(driver, OPERATOR, PARTY, "acc_another")
    assert await look(driver) == 0
    assert await entrusted(driver, stuck) == []


async def test_who_decides_in_its_place_leads_the_case_on_in_the_engine(
    driver: Driver, stuck: str, worker: Worker
) -> None:
    await look(driver)
    assert (await driver.task(stuck, "formal_review")).body == AUTHORITY
    assert await driver.decide(stuck, "formal_review", "pass") == "accepted"
    assert "provider_review" in {task.stage for task in (await driver.state(stuck)).open_tasks()}


async def test_an_officer_who_is_named_for_the_authority_later_gets_it_then(driver: Driver, stuck: str) -> None:
    await serves(driver, AUTHORITY, PARTY)
    await serves(driver, "nanning.government")
    assert await look(driver) == 0
    await serves(driver, AUTHORITY, "acc_new")
    await serves(driver, OPERATOR, PARTY)
    assert await look(driver) == 1


async def test_who_decides_instead_is_told_and_nobody_as_an_officer_of_his_own_affair(
    driver: Driver, stuck: str
) -> None:
    await driver.pool.execute(
        "update accounts set roles = array['reviewer', 'supervisor'], city = 'nanning' where account_id = $1", PARTY
    )
    await look(driver)
    rows = await driver.pool.fetch("select account_id from messages where kind = 'task_entrusted'")
    told = sorted(row["account_id"] for row in rows)
    assert told.count(PARTY) == 1, "as the party"
    assert "acc_authority" in told


async def test_the_updates_of_a_body_with_one_officer_are_its_own_to_decide(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False, party="acc_transport", procedure="catalogue_update")
    await serves(driver, "nanning.transport", "acc_transport")
    assert await look(driver) == 0
    assert await entrusted(driver, case_id) == []


async def test_an_objection_goes_elsewhere_where_the_only_officer_has_access_to_the_data(driver: Driver) -> None:
    await serves(driver, "nanning.transport", PARTY)
    await serves(driver, AUTHORITY, "acc_authority")
    await driver.file("nanning", hand_over=False)
    objection = await driver.file("nanning", procedure="objection", party="acc_objector", hand_over=False, given=())
    begun = (await driver.state(objection)).tasks.values()
    own = {task.task_id for task in begun if task.body == "nanning.transport"}
    assert own
    assert await look(driver) == 1
    assert {event.task_id for event in await entrusted(driver, objection)} == own
