"""A claim does not outlive its officer's service at the body: the log is told, whoever acts or nobody."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Mapping
from typing import Any

import pytest
from temporalio.worker import Worker

from activities.engine.comparing import of_read_model
from activities.record.claims import Lapsing
from activities.record.pinned_rules import PinnedRules
from models import acts as a
from models import events as e
from tests.breaking_the_database import forget, refuse
from tests.driving import AT, Driver
from tests.owning import by_owner

BODY = "nanning.operator"
LEFT, STAYS = f"acc_{BODY}_1", f"acc_{BODY}_2"
WAYS_TO_LEAVE = {
    "another body": "update accounts set body = 'nanning.health' where account_id = $1",
    "no body": "update accounts set body = null where account_id = $1",
    "no officer any more": "update accounts set roles = array['applicant'] where account_id = $1",
    "no account": "delete from accounts where account_id = $1",
}


async def leaves(driver: Driver, officer: str = LEFT, how: str = "another body") -> None:
    await by_owner(driver.pool, WAYS_TO_LEAVE[how], officer)


async def claimed(driver: Driver, **more: Any) -> str:
    case_id = await driver.file("nanning", hand_over=False, **more)
    assert await driver.on_task(a.Claim, case_id, "formal_review") == "accepted"
    return case_id


async def lapses(driver: Driver, case_id: str) -> list[e.ClaimLapsed]:
    return [event for event in await driver.events(case_id) if isinstance(event, e.ClaimLapsed)]


@pytest.mark.parametrize("how", WAYS_TO_LEAVE)
async def test_who_has_left_the_body_holds_no_task_of_it(driver: Driver, how: str) -> None:
    case_id = await claimed(driver)
    await leaves(driver, how=how)

    assert await driver.on_task(a.Claim, case_id, "formal_review", "2") == "accepted"

    assert (await driver.task(case_id, "formal_review")).claimed_by == STAYS
    assert [event.officer for event in await lapses(driver, case_id)] == [LEFT]


async def test_who_serves_the_body_keeps_what_it_has_claimed(driver: Driver) -> None:
    case_id = await claimed(driver)
    assert await driver.on_task(a.Claim, case_id, "formal_review", "2") == "TaskAlreadyClaimed"
    assert await Lapsing(driver.pool, driver.inbox).look() == 0
    assert await lapses(driver, case_id) == []


ACTS: Mapping[str, tuple[type[a.TaskAct], Mapping[str, Any]]] = {
    "decide": (a.Decide, {"outcome": "pass"}),
    "claim": (a.Claim, {}),
    "reassign": (a.Reassign, {"to": STAYS, "to_body": BODY}),
    "ask for a supplement": (a.AskSupplement, {}),
    "ask for an opinion": (a.AskOpinion, {}),
}


@pytest.mark.parametrize("name", ACTS)
async def test_a_colleague_may_do_with_it_whatever_may_be_done_with_an_unclaimed_task(
    driver: Driver, worker: Worker, name: str
) -> None:
    kind, more = ACTS[name]
    case_id = await claimed(driver)
    assert await driver.on_task(kind, case_id, "formal_review", "2", **more) == "TaskAlreadyClaimed"
    await leaves(driver)
    assert await driver.on_task(kind, case_id, "formal_review", "2", **more) == "accepted"


async def test_there_is_no_claim_left_to_release(driver: Driver) -> None:
    case_id = await claimed(driver)
    await leaves(driver)
    assert await driver.on_task(a.Release, case_id, "formal_review", "2") == "TaskNotClaimed"
    assert (await driver.task(case_id, "formal_review")).state == "open"


async def test_a_claim_lapses_before_the_act_that_finds_it_lapsed(driver: Driver, worker: Worker) -> None:
    """Both are received in that order, and so is the log, whoever judges them."""
    case_id = await claimed(driver)
    await leaves(driver)

    assert await driver.decide(case_id, "formal_review", "pass", officer="2") == "accepted"

    types = await driver.types(case_id)
    assert types.index("ClaimLapsed") == types.index("TaskDecided") - 1


async def test_a_claim_that_waits_behind_an_earlier_act_lapses_in_its_turn(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    assert await driver.on_task(a.Claim, case_id, "formal_review") == "accepted"
    task = await driver.task(case_id, "formal_review")
    asking = a.AskSupplement(
        id=str(uuid.uuid4()), case_id=case_id, by=driver.officer_of(task, "1"), received_at=AT, task_id=task.task_id
    )
    assert await driver.do(asking, hand_over=False) == "received"
    await leaves(driver)
    assert await driver.decide(case_id, "formal_review", "pass", officer="2", hand_over=False) == "received"
    assert await driver.decide(case_id, "formal_review", "pass", officer="3", hand_over=False) == "received"
    assert await Lapsing(driver.pool, driver.inbox).look() == 0, "an act that says so waits already"

    await driver.engine.hand_over(case_id, driver.patience)

    kinds = await driver.pool.fetch("select kind, state from acts where case_id = $1 order by seq", case_id)
    assert [(row["kind"], row["state"]) for row in kinds] == [
        ("file", "accepted"),
        ("claim", "accepted"),
        ("ask_supplement", "accepted"),
        ("lapse_claim", "accepted"),
        ("decide", "accepted"),
        ("decide", "refused"),
    ]
    assert len(await lapses(driver, case_id)) == 1


async def test_a_claim_lapses_though_nobody_acts_and_what_follows_agrees_with_the_log(
    driver: Driver,
) -> None:
    case_id = await claimed(driver)
    others = await claimed(driver, case_id="others")
    await driver.pool.execute("update tasks set claimed_by = $1 where case_id = $2", STAYS, others)
    await driver.pool.execute(
        "insert into accounts (account_id, login, name, body, roles) values ($1, $1, '{}', $2, array['reviewer']) "
        "on conflict do nothing",
        STAYS,
        BODY,
    )
    await leaves(driver)

    assert await Lapsing(driver.pool, driver.inbox).look() == 1
    assert await Lapsing(driver.pool, driver.inbox).look() == 0

    (lapsed,) = await lapses(driver, case_id)
    received_at = await driver.pool.fetchval("select received_at from acts where kind = 'lapse_claim'")
    assert (lapsed.officer, lapsed.at) == (LEFT, received_at)
    row = await driver.pool.fetchrow("select state, claimed_by, lapsed_of from tasks where case_id = $1", case_id)
    assert row is not None
    assert tuple(row) == ("open", None, LEFT)
    async with driver.pool.acquire() as connection:
        state = await driver.state(case_id)
        rules = await PinnedRules().of(connection, state.rules_digest)
        assert await of_read_model(connection, rules, state) == []
    assert await lapses(driver, others) == []


THE_FIRST_KEEPS_ITS_CLAIM = "new.case_id = 'first' and new.claimed_by is null"


async def test_a_lapse_that_is_refused_is_not_reported_as_one(driver: Driver, caplog: pytest.LogCaptureFixture) -> None:
    await claimed(driver, case_id="first")
    await leaves(driver)
    await refuse(driver.pool, "tasks", THE_FIRST_KEEPS_ITS_CLAIM, "22001")

    with caplog.at_level(logging.INFO, "kaifang.claims"):
        assert await Lapsing(driver.pool, driver.inbox).look() == 0

    assert await driver.pool.fetchval("select state from acts where kind = 'lapse_claim'") == "refused"
    assert [(each.levelname, each.getMessage()) for each in caplog.records if each.name == "kaifang.claims"] == [
        ("WARNING", "a claim of case first does not lapse: CannotBeStored")
    ]


async def test_claims_that_are_tried_in_vain_keep_no_other_from_its_turn(driver: Driver) -> None:
    """A look takes no more than a set."""
    others = ("second", "third")
    for case_id in ("first", *others):
        await claimed(driver, case_id=case_id)
    await leaves(driver)
    await refuse(driver.pool, "tasks", THE_FIRST_KEEPS_ITS_CLAIM, "22001")
    lapsing = Lapsing(driver.pool, driver.inbox, a_set=1)

    assert [await lapsing.look() for _ in range(3)] == [0, 1, 1]

    for case_id in others:
        assert len(await lapses(driver, case_id)) == 1
    await forget(driver.pool, "tasks")
    await by_owner(driver.pool, "delete from acts where case_id = 'first' and state = 'refused'")
    assert [await lapsing.look() for _ in range(2)] == [0, 1], "after the last comes the first again"


async def test_several_that_look_at_once_make_a_claim_lapse_once(driver: Driver) -> None:
    case_id = await claimed(driver)
    await leaves(driver)
    await asyncio.gather(*(Lapsing(driver.pool, driver.inbox).look() for _ in range(5)))
    assert len(await lapses(driver, case_id)) == 1


async def test_an_act_received_before_its_officer_left_is_judged_by_what_it_was_then(
    driver: Driver, worker: Worker
) -> None:
    case_id = await claimed(driver)
    assert await driver.decide(case_id, "formal_review", "pass", hand_over=False) == "received"
    await leaves(driver)
    await Lapsing(driver.pool, driver.inbox).look()

    await driver.engine.hand_over(case_id, driver.patience)

    task = await driver.task(case_id, "formal_review")
    assert (task.outcome, task.decided_by) == ("pass", LEFT)
    assert await lapses(driver, case_id) == [], "the task was done when it was the turn of the lapse"


async def test_who_is_left_is_told_that_the_task_is_theirs_and_who_left_nothing(
    driver: Driver,
) -> None:
    await driver.pool.execute("delete from posts")
    await claimed(driver)
    before = await driver.pool.fetchval("select coalesce(max(number), 0) from messages")
    await leaves(driver)

    await Lapsing(driver.pool, driver.inbox).look()

    told = await driver.pool.fetch(
        "select messages.kind, login from messages join accounts using (account_id) where number > $1 order by login",
        before,
    )
    assert [tuple(row) for row in told] == [
        ("claim_lapsed", f"reviewer2@{BODY}"),
        ("claim_lapsed", f"reviewer@{BODY}"),
    ]


async def test_who_has_left_hears_no_more_of_a_task_that_it_had_claimed(driver: Driver, worker: Worker) -> None:
    """Even in the moment between its leaving and the lapse of its claim."""
    case_id = await claimed(driver)
    await driver.engine.hand_over(case_id, driver.patience)
    before = await driver.pool.fetchval("select max(number) from messages")
    await leaves(driver)

    assert await driver.by_applicant(a.Withdraw, case_id) == "accepted"

    told = await driver.pool.fetch("select account_id from messages where number > $1", before)
    assert LEFT not in {row["account_id"] for row in told}
