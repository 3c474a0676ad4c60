"""The sweeper goes on, whatever is wrong with one case."""

from __future__ import annotations

import uuid

import pytest
from temporalio.worker import Worker

from activities.engine import sweeping
from activities.engine.sweeping import Sweeper
from tests.beside import beside
from tests.driving import Driver
from tests.owning import by_owner

OF_A_NEWER_VERSION = """
insert into acts (act_id, case_id, seq, kind, account, received_at, state, act, request_digest)
values ('act of a newer version', $1, 2, 'unheard_of', 'acc_1', now() - interval '1 hour', 'received',
        '{"kind": "unheard_of"}', '')
"""

NOTICE_WAITS = """
insert into acts (act_id, case_id, seq, kind, account, received_at, state, act, request_digest)
select case_id || '.notice', case_id, 2, 'apply_notice', 'acc_1', now() - interval '1 hour', 'received',
  jsonb_build_object('id', case_id || '.notice', 'case_id', case_id, 'kind', 'apply_notice', 'seen', 1,
    'by', jsonb_build_object('account', 'acc_1'), 'received_at', now(), 'calendar_version', 1), ''
from unnest($1::text[]) as case_id
"""


async def one_case_that_cannot_be_handed_over_and_one_that_can(driver: Driver) -> str:
    """The id of the act that waits in the good case; that of the bad one has waited longer."""
    bad, good = await driver.file("nanning"), await driver.file("nanning")
    act = str(uuid.uuid4())
    await driver.pool.execute(OF_A_NEWER_VERSION, bad)
    await driver.decide(good, "formal_review", "pass", act_id=act, hand_over=False)
    await by_owner(driver.pool, "update acts set received_at = now() - interval '1 minute' where act_id = $1", act)
    return act


async def test_an_act_that_cannot_be_read_holds_up_no_other_case(driver: Driver, worker: Worker) -> None:
    act = await one_case_that_cannot_be_handed_over_and_one_that_can(driver)

    assert await Sweeper(driver.pool, driver.engine).sweep() == 2

    assert await driver.pool.fetchval("select state from acts where act_id = $1", act) == "accepted"


async def test_cases_that_were_tried_in_vain_do_not_crowd_out_those_that_were_not(
    driver: Driver, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = await one_case_that_cannot_be_handed_over_and_one_that_can(driver)
    monkeypatch.setattr(sweeping, "A_ROUND", 1)
    sweeper = Sweeper(driver.pool, driver.engine, every=0)

    await sweeper.sweep()
    await sweeper.sweep()

    assert await driver.pool.fetchval("select state from acts where act_id = $1", act) == "accepted"


async def test_an_act_of_a_person_is_not_behind_the_notices_that_were_published_before_it(
    driver: Driver, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [await driver.file("nanning") for _ in range(3)]
    await driver.pool.execute(NOTICE_WAITS, waiting)
    person = await driver.file("nanning")
    act = str(uuid.uuid4())
    await driver.decide(person, "formal_review", "pass", act_id=act, hand_over=False)
    await by_owner(driver.pool, "update acts set received_at = now() - interval '1 minute' where act_id = $1", act)
    monkeypatch.setattr(sweeping, "A_ROUND", 1)

    await Sweeper(driver.pool, driver.engine).sweep()

    assert await driver.pool.fetchval("select state from acts where act_id = $1", act) == "accepted"
    assert await driver.pool.fetchval("select count(*) from acts where delivered_at is null") == 2


async def test_notices_are_worked_off_round_after_round_without_a_pause(
    driver: Driver, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [await driver.file("nanning") for _ in range(4)]
    await driver.pool.execute(NOTICE_WAITS, waiting)
    monkeypatch.setattr(sweeping, "A_ROUND", 2)
    never_again = 3600

    async with beside(Sweeper(driver.pool, driver.engine, every=never_again).run()):
        for case_id in waiting:
            await driver.until_event(case_id, "ClockMoved")
