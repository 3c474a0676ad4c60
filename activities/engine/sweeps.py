"""Which case is swept by whom: a lease for each case that a sweeper has in hand, and a pause for each tried in vain.

The table `sweeps` has a row for these cases alone and need not outlive a crash (docs/decisions/0129).
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

    from activities.database import Pool

OVERLOOKED_AFTER = timedelta(seconds=2)
"""The API hands over at once; nobody but a sweeper hands over what is older than this."""
LEASE = timedelta(seconds=15)
"""After which another sweeper may have a case, unless it is renewed: so long a dead worker keeps what it had."""
LONGEST_PAUSE = 60.0
"""Seconds."""
A_FEW = 8
"""Cases tried before that a round takes at least, however many it finds that were not."""

OF_PEOPLE = "kind <> 'apply_notice'"
OF_NOTICES = "kind = 'apply_notice'"
OTHERS_WAIT = f"""
exists (select from acts as other
  where other.case_id = {{case_id}} and other.delivered_at is null and other.{OF_PEOPLE})
"""
CLAIMED = """
with waiting as materialized (
  select case_id, received_at, act_id from acts
  where delivered_at is null and {kind} and received_at < clock_timestamp() - $1::interval
    and (received_at, act_id) > ($2, $3)
    and not exists (select from sweeps where sweeps.case_id = acts.case_id)
    and {of_the_lane}
  order by received_at, act_id limit $4
), claimed as (
  insert into sweeps (case_id, holder, until, pause)
  select distinct case_id, $5, clock_timestamp() + $6::interval, 0 from waiting order by case_id
  on conflict do nothing returning case_id
)
select waiting.case_id, received_at, act_id, claimed.case_id is not null as is_claimed
from waiting left join claimed using (case_id) order by received_at, act_id
"""
TAKEN_UP = """
with due as (
  select case_id from sweeps where until < clock_timestamp() and {of_the_lane}
  order by until limit $1 for update skip locked
)
update sweeps set holder = $2, until = clock_timestamp() + $3::interval from due
where sweeps.case_id = due.case_id returning sweeps.case_id
"""
RENEWED = "update sweeps set until = clock_timestamp() + $3::interval where case_id = any($1) and holder = $2"
DONE = """
delete from sweeps where case_id = $1
  and not exists (select from acts where acts.case_id = $1 and delivered_at is null) returning 1
"""
PAUSED = """
with next as (select least(greatest(pause * 2, $3), $4) as pause from sweeps where case_id = $1 and holder = $2)
update sweeps set holder = null, pause = next.pause, until = clock_timestamp() + make_interval(secs => next.pause)
from next where case_id = $1 and holder = $2
"""


class Lane(NamedTuple):
    """Which cases are handed over beside the others, and how many of them at once."""

    claimed: str
    taken_up: str
    at_once: int


PEOPLE = Lane(
    CLAIMED.format(kind=OF_PEOPLE, of_the_lane="true"),
    TAKEN_UP.format(of_the_lane=OTHERS_WAIT.format(case_id="sweeps.case_id")),
    at_once=8,
)
NOTICES = Lane(
    CLAIMED.format(kind=OF_NOTICES, of_the_lane=f"not {OTHERS_WAIT.format(case_id='acts.case_id')}"),
    TAKEN_UP.format(of_the_lane=f"not {OTHERS_WAIT.format(case_id='sweeps.case_id')}"),
    at_once=4,
)
"""Cases for which only notices wait: thousands, on the day when one is published. Enough at once to keep a worker busy,
so few that an act of a person, which gets in among them, hardly waits."""
LANES = (PEOPLE, NOTICES)


class Place(NamedTuple):
    """Of an act, in the order in which a lane goes through what waits."""

    received_at: datetime
    act_id: str


START = Place(datetime(1, 1, 1, tzinfo=UTC), "")


class Round(NamedTuple):
    """What a sweeper has to do now. `last` is how far it has looked, or the start where it has come to the end."""

    cases: list[str]
    last: Place


class Sweeps:
    """The leases of one sweeper. No two have the same case in hand unless one was cut off for longer than a lease, and
    then the engine knows each act by its id."""

    def __init__(self, pool: Pool, first_pause: float) -> None:
        self._pool = pool
        self._first_pause = first_pause
        self._holder = uuid.uuid4().hex

    async def claim(self, lane: Lane, after: Place, most: int) -> Round:
        """Cases of the lane that nobody has in hand, and which are this sweeper's until their leases end.

        However many cases cannot be handed over, those not tried yet come before them.
        """
        rows = await self._pool.fetch(lane.claimed, OVERLOOKED_AFTER, *after, most, self._holder, LEASE)
        new = dict.fromkeys(row["case_id"] for row in rows if row["is_claimed"])
        again = await self._pool.fetch(lane.taken_up, max(most - len(new), A_FEW), self._holder, LEASE)
        last = Place(rows[-1]["received_at"], rows[-1]["act_id"]) if len(rows) == most else START
        return Round([*new, *(row["case_id"] for row in again)], last)

    async def renew(self, cases: Collection[str]) -> None:
        """The leases of these cases begin anew, as far as they have not ended."""
        await self._pool.execute(RENEWED, list(cases), self._holder, LEASE)

    async def tried(self, case_id: str) -> bool:
        """True when nothing waits any more in the case. Otherwise it has a pause, longer each time."""
        if await self._pool.fetchval(DONE, case_id):
            return True
        await self._pool.execute(PAUSED, case_id, self._holder, self._first_pause, LONGEST_PAUSE)
        return False
