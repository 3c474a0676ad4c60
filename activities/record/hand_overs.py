"""The open tasks of an officer are handed over at once, each by an act of its own: to a colleague, or to the bodies."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from activities.database import AWAY, present
from activities.directory.accounts import named
from activities.idempotency import IdempotencyKeyReused, digest, id_from_key
from activities.record.claims import NOT_STAMPED
from activities.statements import insert
from models.acts import Actor, HandOver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from activities.clock import Clock
    from activities.database import Connection, Pool
    from activities.record.inbox import Inbox

LOG = logging.getLogger("kaifang.hand_overs")

IN_HAND = """
select task_id from tasks where ended_at is null and (claimed_by = $1 or (claimed_by is null and lapsed_of = $1))
and ($2::text is null or city = $2)
order by due_at nulls last, task_id
"""


class HandOverKept(NamedTuple):
    """A row of `hand_overs`: the tasks that it is about, whatever the officer takes up afterwards."""

    hand_over_id: str
    officer: str
    to_account: str | None
    asked_by: str
    asked_at: datetime
    request_digest: str
    tasks: list[str]


KEEP = insert("hand_overs", HandOverKept._fields, "on conflict do nothing")
TASKS = """
select task_id, case_id, case_number, tasks.city, tasks.body, stage, rules_digest
from tasks join cases using (case_id) where task_id = any($1) order by array_position($1, task_id)
"""
FAILED = "Unexpected"


class ColleagueUnknown(Exception):
    """Nobody has the login or account id that is to get the tasks."""


@dataclass(frozen=True)
class Colleague:
    """Who gets the tasks, and the body for which it may answer them; None where it may for none."""

    account_id: str
    login: str
    body: str | None


async def colleague_named(pool: Pool, login_or_id: str) -> Colleague:
    """The colleague of that login or account id. Raises ColleagueUnknown."""
    async with pool.acquire() as connection:
        account = await named(connection, login_or_id)
    if account is None:
        raise ColleagueUnknown(login_or_id)
    return Colleague(account.account_id, account.login, account.body if account.answers_tasks else None)


@dataclass(frozen=True)
class Asked:
    """What somebody asks for: all that `officer` has in hand, to a colleague or, without one, to the bodies.

    `body` is the one for which it is asked; None: for whichever body the task lies before, as whoever runs the system
    may.
    """

    hand_over_id: str
    officer: str
    to: Colleague | None
    by: str
    body: str | None


@dataclass(frozen=True)
class Item:
    """What became of one task: `state` is accepted, refused, or received, if earlier acts on its case go first."""

    task_id: str
    case_id: str
    case_number: str
    city: str
    body: str
    stage: str
    rules_digest: str
    act_id: str
    state: str = "received"
    problem: Mapping[str, str] = field(default_factory=dict)


async def hand_over(pool: Pool, inbox: Inbox, clock: Clock, asked: Asked, tasks: Sequence[str]) -> list[Item]:
    """Hands over each task of the officer by itself, or refuses it; one failure stops no other.

    `tasks` are those that `in_hand` found. A repeat of the same hand-over is about the tasks of the first time, goes on
    where that ended, and does nothing twice. Raises IdempotencyKeyReused.
    """
    async with pool.acquire() as connection:
        kept = await _kept(connection, asked, tasks, clock.at(await present(connection)))
        rows = await connection.fetch(TASKS, kept)
    return [await _handed_over(inbox, asked, Item(**row, act_id=_act_id(asked, row["task_id"]))) for row in rows]


async def hand_over_all(pool: Pool, inbox: Inbox, clock: Clock, asked: Asked, city: str) -> list[Item]:
    """As `hand_over`, of all that the officer has in hand in that city."""
    return await hand_over(pool, inbox, clock, asked, await in_hand(pool, asked.officer, city))


async def in_hand(pool: Pool, officer: str, city: str | None = None) -> list[str]:
    """The open tasks that an officer has claimed, or had when it left and nobody has taken up since; the next due
    first, of one city or of all."""
    return [row["task_id"] for row in await pool.fetch(IN_HAND, officer, city)]


async def _kept(connection: Connection, asked: Asked, tasks: Sequence[str], now: datetime) -> list[str]:
    to = asked.to.account_id if asked.to else None
    said = digest({"officer": asked.officer, "to": to, "body": asked.body})
    asked_for = HandOverKept(
        hand_over_id=asked.hand_over_id,
        officer=asked.officer,
        to_account=to,
        asked_by=asked.by,
        asked_at=now,
        request_digest=said,
        tasks=list(tasks),
    )
    await connection.execute(KEEP, *asked_for)
    row = await connection.fetchrow(
        "select request_digest, tasks from hand_overs where hand_over_id = $1", asked.hand_over_id
    )
    assert row
    if row["request_digest"] != said:
        raise IdempotencyKeyReused
    return list(row["tasks"])


def _act_id(asked: Asked, task_id: str) -> str:
    return id_from_key(asked.hand_over_id, "tasks", task_id)


async def _handed_over(inbox: Inbox, asked: Asked, item: Item) -> Item:
    act = HandOver(
        id=item.act_id,
        case_id=item.case_id,
        by=Actor(account=asked.by, body=asked.body or item.body),
        received_at=NOT_STAMPED,
        task_id=item.task_id,
        officer=asked.officer,
        to=asked.to.account_id if asked.to else None,
        to_body=asked.to.body if asked.to else None,
        supervises=True,
    )
    try:
        received = await inbox.receive_act(act)
    except AWAY:
        raise
    except Exception:
        LOG.exception("task %s cannot be handed over", item.task_id)
        return _with(item, "refused", {"code": FAILED})
    return _with(item, received.state, received.problem or {})


def _with(item: Item, state: str, problem: Mapping[str, str]) -> Item:
    return replace(item, state=state, problem=problem)
