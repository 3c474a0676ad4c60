"""Calls that are allowed only once they are counted: under a quota of the day, and those of delegates.

Who counts at the same time waits at the row, so that of two last calls one has room and the other has none.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from models.gate import GrantFacts, Question, Reason, day_of

COUNT = """
insert into gate_calls as counted (case_id, "on", calls)
select case_id, "on", least(calls, quota)
from unnest($1::text[], $2::date[], $3::int[], $4::int[]) as wanted (case_id, "on", calls, quota)
order by case_id, "on"
on conflict (case_id, "on") do update set calls = greatest(counted.calls, least(
  counted.calls + excluded.calls, (select daily_calls from grants where grants.case_id = excluded.case_id)
))
returning new.case_id, new."on", new.calls - coalesce(old.calls, 0) as taken
"""
"""As many calls as the quota has room for."""
COUNT_DELEGATED = """
insert into delegated_calls as counted (delegation_id, calls)
select delegation_id, least(calls, accesses)
from unnest($1::text[], $2::int[], $3::int[]) as wanted (delegation_id, calls, accesses)
order by delegation_id
on conflict (delegation_id) do update set calls = greatest(counted.calls, least(
  counted.calls + excluded.calls,
  (select accesses from delegations where delegations.delegation_id = excluded.delegation_id)
))
returning new.delegation_id, new.calls - coalesce(old.calls, 0) as taken
"""
"""As many accesses as the delegation has left."""
GIVE_BACK = """
update delegated_calls as counted set calls = counted.calls - given.calls
from unnest($1::text[], $2::int[]) as given (delegation_id, calls)
where counted.delegation_id = given.delegation_id
"""

Waiting = tuple[Question, asyncio.Future[Reason]]


@dataclass(frozen=True, slots=True)
class Counting:
    """A call that is allowed if the quota of its grant and its delegation have room for it."""

    waiting: Waiting
    grant: GrantFacts
    now: datetime

    @property
    def place(self) -> tuple[str, date]:
        """The row in which it is counted by day."""
        return self.grant.case_id, day_of(self.now)

    @property
    def delegation_id(self) -> str | None:
        return self.grant.delegation.delegation_id if self.grant.delegation else None


async def count(
    connection: asyncpg.Connection[asyncpg.Record], together: Sequence[Counting]
) -> list[tuple[Counting, Reason]]:
    """The calls, each with whether it had room. What is counted of a delegation and of a quota is counted of both or of
    neither, and stands when this returns."""
    if not any(each.delegation_id for each in together):
        return await _by_quota(connection, together)
    async with connection.transaction():
        return await _by_both(connection, together)


async def _by_both(
    connection: asyncpg.Connection[asyncpg.Record], together: Sequence[Counting]
) -> list[tuple[Counting, Reason]]:
    """In one order, delegations before quotas, so that gates which count at the same time wait for each other in it."""
    left = await _taken_of_delegations(connection, together)
    refused, going_on = [], []
    for each in together:
        if each.delegation_id is not None:
            left[each.delegation_id] -= 1
        if each.delegation_id is not None and left[each.delegation_id] < 0:
            refused.append((each, Reason.DELEGATION_EXHAUSTED))
        else:
            going_on.append(each)
    counted = await _by_quota(connection, going_on)
    given_back = Counter(
        each.delegation_id for each, reason in counted if each.delegation_id and reason is not Reason.GRANTED
    )
    if given_back:
        await connection.execute(GIVE_BACK, list(given_back), list(given_back.values()))
    return [*refused, *counted]


async def _taken_of_delegations(
    connection: asyncpg.Connection[asyncpg.Record], together: Sequence[Counting]
) -> Counter[str]:
    wanted = Counter(each.delegation_id for each in together if each.delegation_id)
    accesses = {each.delegation_id: each.grant.delegation.accesses for each in together if each.grant.delegation}
    named = list(wanted)
    rows = await connection.fetch(COUNT_DELEGATED, named, list(wanted.values()), [accesses[each] for each in named])
    return Counter({row["delegation_id"]: row["taken"] for row in rows})


async def _by_quota(
    connection: asyncpg.Connection[asyncpg.Record], together: Sequence[Counting]
) -> list[tuple[Counting, Reason]]:
    quotas = {each.place: each.grant.daily_calls for each in together if each.grant.daily_calls is not None}
    if not quotas:
        return [(each, Reason.GRANTED) for each in together]
    wanted = Counter(each.place for each in together if each.place in quotas)
    rows = await connection.fetch(
        COUNT,
        [case_id for case_id, _ in wanted],
        [on for _, on in wanted],
        list(wanted.values()),
        [quotas[place] for place in wanted],
    )
    room = Counter({(row["case_id"], row["on"]): row["taken"] for row in rows})
    counted = []
    for each in together:
        has_room = each.place not in quotas or room[each.place] > 0
        room[each.place] -= 1
        counted.append((each, Reason.GRANTED if has_room else Reason.QUOTA_EXHAUSTED))
    return counted
