"""The sender: what lies in the outbox goes out on the channels of whom it is for; at least once, in order for a case.

A delivery is claimed for LEASE before it is sent, and marked when the receiver has taken it. Whoever is killed in
between leaves a claim that runs out, and the message goes out again under the same number.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from activities.database import AWAY
from activities.directory.personal import place_in_channel
from activities.outbox.message_texts import Language, Message, Said, say, with_its_number
from activities.outbox.outbox import MESSAGE, WITH_ITS_CASE, message_of
from activities.record.pinned_rules import PinnedRules
from activities.sealing.seals import Unreadable
from activities.statements import numbered
from activities.telling.channels import end_channel
from activities.telling.ways import WEBHOOK, WITHIN, NotSent, Outgoing

if TYPE_CHECKING:
    from typing import Any

    from asyncpg import Record

    from activities.database import Pool
    from activities.sealing.seals import Seals
    from activities.telling.ways import Ways

LOG = logging.getLogger("kaifang.sender")

LEASE = timedelta(seconds=3 * WITHIN)
GIVEN_UP_AFTER = timedelta(days=3)
"""Since the message was handed out to its channels."""
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 3600.0
"""Seconds until a delivery is tried again, doubled each time."""
LONGEST_SILENCE = 300.0
"""Seconds for which nothing at all is tried on a channel that fails; it begins with one second and is doubled."""
A_TURN = 50
"""Deliveries on one channel before others have its place."""
A_ROUND = 500
PLACES = {WEBHOOK: (16, 4)}
FEW_PLACES = (4, 2)
"""How many channels of a kind are sent to at once: those that take what is sent, and those that failed last. Each kind
has places of its own, for all mail goes to one server."""
STOPS_WITHIN = 5.0
"""Seconds for what is under way when the sender stops; what takes longer is sent again by the next."""

HAND_OUT = """
with alone as materialized (
  select pg_try_advisory_xact_lock(hashtextextended('kaifang.hand_out', 2)) as it
), batch as (
  select message_id, number, account_id, case_id, created_at from messages
  where handed_out_at is null and (select it from alone) order by number limit $1 for update
), handed_out as (
  insert into deliveries (message_id, channel_id, number, case_id, state, attempts, next_at)
  select message_id, channel_id, number, case_id, 'waiting', 0, clock_timestamp()
  from batch join channels using (account_id)
  where channels.ended_at is null and channels.created_at <= batch.created_at order by number
  on conflict do nothing
)
update messages set handed_out_at = clock_timestamp() from batch where messages.message_id = batch.message_id
"""
"""One at a time, for what is handed out later must not be sent earlier."""
DUE = """
with recursive busy as (
  (select channel_id from deliveries where state = 'waiting' order by channel_id limit 1)
  union all
  select (select d.channel_id from deliveries d where d.state = 'waiting' and d.channel_id > busy.channel_id
    order by d.channel_id limit 1)
  from busy where busy.channel_id is not null
)
select channel_id, kind, failures > 0 as failing
from busy join channels using (channel_id)
cross join lateral (
  select min(next_at) as since from deliveries d where d.channel_id = busy.channel_id and d.state = 'waiting'
) as oldest
where channels.next_at <= clock_timestamp() and since <= clock_timestamp() and channel_id <> all($1) order by since
"""
CLAIM = f"""
with head as (
  select d.message_id from deliveries d
  where d.channel_id = $1 and d.state = 'waiting' and d.next_at <= clock_timestamp()
  and (d.case_id is null or d.number = (
    select min(first.number) from deliveries first
    where first.channel_id = d.channel_id and first.case_id = d.case_id and first.state = 'waiting'))
  order by d.next_at, d.number limit 1 for update of d skip locked
), claimed as (
  update deliveries d set attempts = d.attempts + 1, next_at = clock_timestamp() + $2::interval from head
  where d.message_id = head.message_id and d.channel_id = $1 returning d.message_id, d.attempts
)
select {MESSAGE}, attempts, ch.kind as channel_kind, ch.address, ch.secret, ch.language, ch.ended_at,
  clock_timestamp() as now
from claimed join messages m using (message_id) {WITH_ITS_CASE} join channels ch on ch.channel_id = $1
"""  # noqa: S608 - made of constants
NOTHING_DUE = "update channels set next_at = clock_timestamp() + $2::interval where channel_id = $1"
SENT = """
with sent as (
  update deliveries set state = 'sent', sent_at = clock_timestamp(), last_error = null
  where channel_id = $1 and message_id = $2
)
update channels set failures = 0, next_at = clock_timestamp(), last_sent_at = clock_timestamp() where channel_id = $1
"""


class FailedAttempt(NamedTuple):
    """A delivery that was not taken: when it is tried again, and how long the channel rests, at most and by chance."""

    channel_id: str
    message_id: str
    pause: timedelta
    reason: str
    longest_silence: float
    chance: float


FAILED = numbered(
    """
with failed as (
  update deliveries set next_at = clock_timestamp() + :pause::interval, last_error = :reason
  where channel_id = :channel_id and message_id = :message_id
)
update channels set failures = failures + 1, last_error = :reason, last_failed_at = clock_timestamp(),
  next_at = clock_timestamp()
    + make_interval(secs => least(:longest_silence::float8, 2.0 ^ least(failures, 20)) * :chance::float8)
where channel_id = :channel_id
""",
    FailedAttempt._fields,
)
GIVE_UP = """
with old as (
  update deliveries d set state = 'given_up' from messages m
  where d.channel_id = $1 and d.state = 'waiting' and m.message_id = d.message_id
  and m.handed_out_at <= clock_timestamp() - $2::interval returning d.message_id
)
update channels set given_up = given_up + (select count(*) from old)
where channel_id = $1 and exists (select from old)
"""


def payload(message: Message, said: Said) -> dict[str, Any]:
    """A message as a webhook has it."""
    return {
        "type": message.kind,
        "timestamp": message.created_at.isoformat(),
        "data": {
            "message_id": message.message_id,
            "case_id": message.case_id,
            "case_number": message.case_number,
            "task_id": message.task_id,
            "city": message.city,
            "facts": dict(message.facts),
            "subject": said.subject,
            "text": said.text,
            "law": said.law,
            "due": said.due,
            "link": said.link,
        },
    }


class Sender:
    """Beside the worker. Several may run; a channel that fails is tried ever more rarely and holds up no other."""

    def __init__(
        self, pool: Pool, ways: Ways, pages_url: str, seals: Seals | None = None, *, every: float = 1.0
    ) -> None:
        self._pool = pool
        self._seals = seals
        self._ways = ways
        self._pages_url = pages_url
        self._every = every
        self._pinned = PinnedRules()
        self._under_way: dict[str, asyncio.Task[int]] = {}
        self._taken: Counter[tuple[str, bool]] = Counter()

    async def run(self) -> None:
        """Sends until it is cancelled, and then lets what is under way come to its end; an absent PostgreSQL is waited
        for."""
        try:
            while True:
                try:
                    await self.hand_out()
                    await self._begin()
                except AWAY as away:
                    LOG.info("PostgreSQL is away: %r", away)
                    await asyncio.sleep(self._every)
                except Exception:
                    LOG.exception("the outbox cannot be read")
                    await asyncio.sleep(self._every)
                else:
                    # A place that becomes free is taken at once.
                    pause = asyncio.create_task(asyncio.sleep(self._every))
                    await asyncio.wait({pause, *self._under_way.values()}, return_when=asyncio.FIRST_COMPLETED)
                    pause.cancel()
        finally:
            if self._under_way:
                await asyncio.wait(self._under_way.values(), timeout=STOPS_WITHIN)
            for task in self._under_way.values():
                task.cancel()

    async def send(self) -> int:
        """Hands out and sends once what can be sent now; returns the number of messages that receivers have taken."""
        await self.hand_out()
        await self._begin()
        return sum(await asyncio.gather(*self._under_way.values()))

    async def hand_out(self) -> int:
        """Makes a delivery for each open channel of the recipient of a message; returns how many messages were new."""
        status: str = await self._pool.execute(HAND_OUT, A_ROUND)
        return int(status.rpartition(" ")[2])

    async def _begin(self) -> None:
        """Every channel that has something to send is sent to, as far as there are places."""
        for row in await self._pool.fetch(DUE, list(self._under_way)):
            place = (row["kind"], row["failing"])
            if self._taken[place] < PLACES.get(row["kind"], FEW_PLACES)[row["failing"]]:
                self._taken[place] += 1
                task = asyncio.create_task(self._send_on(row["channel_id"]))
                self._under_way[row["channel_id"]] = task
                task.add_done_callback(partial(self._ended, row["channel_id"], place))

    def _ended(self, channel_id: str, place: tuple[str, bool], _task: asyncio.Task[int]) -> None:
        del self._under_way[channel_id]
        self._taken[place] -= 1

    async def _send_on(self, channel_id: str) -> int:
        """Sends on one channel, one after the other, until nothing is due, something fails, or others have a turn."""
        sent = 0
        try:
            while sent < A_TURN and (claimed := await self._claim(channel_id)):
                if not await self._deliver(channel_id, claimed):
                    return sent
                sent += 1
            if not sent:
                # What is due stands behind something that is not.
                await self._pool.execute(NOTHING_DUE, channel_id, timedelta(seconds=FIRST_PAUSE))
        except AWAY as away:
            LOG.info("PostgreSQL is away: %r", away)
        return sent

    async def _claim(self, channel_id: str) -> Record | None:
        """A delivery that nobody else sends for the time of the lease; None where none is due."""
        async with self._pool.acquire() as connection:
            row = await connection.fetchrow(CLAIM, channel_id, LEASE)
            if row is None or row["ended_at"] is None:
                return row
            await end_channel(connection, channel_id, row["ended_at"])
            return None

    async def _deliver(self, channel_id: str, claimed: Record) -> bool:
        """Whether the receiver has it; the outcome is on record."""
        if failure := await self._send(channel_id, claimed):
            await self._failed(channel_id, claimed, failure)
            return False
        await self._pool.execute(SENT, channel_id, claimed["message_id"])
        return True

    async def _send(self, channel_id: str, claimed: Record) -> NotSent | None:
        """Sends a delivery; returns why it was not sent, whatever is wrong: one message or channel holds up no
        other."""
        try:
            outgoing = await self._outgoing(channel_id, claimed)
        except AWAY:
            raise
        except Unreadable as unreadable:
            LOG.error("the address of channel %s cannot be read: %s", channel_id, unreadable)
            return NotSent("the address cannot be read")
        except Exception:
            LOG.exception("message %s cannot be put into words", claimed["message_id"])
            return NotSent("cannot be put into words")
        try:
            await self._ways.send(outgoing)
        except NotSent as failure:
            return failure
        except Exception as failure:  # noqa: BLE001  # as above
            # Its text may hold the address.
            LOG.error("channel %s: %s", channel_id, type(failure).__name__)
            return NotSent(type(failure).__name__)
        return None

    async def _outgoing(self, channel_id: str, claimed: Record) -> Outgoing:
        """What goes out, in the language of the channel. Raises Unreadable."""
        async with self._pool.acquire() as connection:
            message = await message_of(claimed, partial(self._pinned.of, connection), self._seals)
        kind = claimed["channel_kind"]
        language: Language = "en" if claimed["language"] == "en" else "zh"
        said = say(message, language, self._pages_url)
        if kind != WEBHOOK:
            # A webhook carries the number in a header.
            said = with_its_number(said, message.message_id, language)
        return Outgoing(
            message_id=message.message_id,
            kind=kind,
            address=self._opened(channel_id, "address", claimed["address"]) or "",
            secret=self._opened(channel_id, "secret", claimed["secret"]),
            subject=said.subject,
            text=said.text,
            data=payload(message, said),
            at=claimed["now"],
        )

    def _opened(self, channel_id: str, column: str, kept: str | None) -> str | None:
        return self._seals.exact_text(place_in_channel(channel_id, column), kept) if self._seals and kept else kept

    async def _failed(self, channel_id: str, claimed: Record, failure: NotSent) -> None:
        attempts = claimed["attempts"]
        LOG.info("channel %s, attempt %d: %s", channel_id, attempts, failure.reason)
        async with self._pool.acquire() as connection, connection.transaction():
            if failure.gone:
                await end_channel(connection, channel_id, claimed["now"], because=failure.reason)
                return
            attempt = FailedAttempt(
                channel_id=channel_id,
                message_id=claimed["message_id"],
                pause=timedelta(seconds=jittered(min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE))),
                reason=failure.reason,
                longest_silence=LONGEST_SILENCE,
                chance=jittered(1.0),
            )
            await connection.execute(FAILED, *attempt)
            await connection.execute(GIVE_UP, channel_id, GIVEN_UP_AFTER)


def jittered(seconds: float) -> float:
    """About this long, so that deliveries that failed together are not tried again together."""
    return seconds * random.uniform(0.75, 1.25)  # noqa: S311  # nobody gains by guessing it
