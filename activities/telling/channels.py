"""Channels: the ways by which somebody wants to be told. What is secret in them is shown once and erased at the end."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from activities.database import present
from activities.directory.personal import key_of, opened, place_in_channel
from activities.idempotency import IdempotencyKeyReused
from activities.statements import numbered
from activities.telling.ways import WEBHOOK, part_of_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from activities.clock import Clock
    from activities.database import Connection, Pool
    from activities.sealing.seals import Seals

MOST = 10
"""Open channels of one account."""
SECRET_BYTES = 32


class ChannelKept(NamedTuple):
    """A row of `channels`, as a channel is opened; address and secret sealed."""

    channel_id: str
    account_id: str
    kind: str
    address: str
    secret: str | None
    language: str
    created_at: datetime


INSERT = numbered(
    """
insert into channels (channel_id, account_id, kind, address, secret, language, created_at, next_at, failures, given_up)
values (:channel_id, :account_id, :kind, :address, :secret, :language, :created_at, clock_timestamp(), 0, 0)
on conflict (channel_id) do nothing returning channel_id
""",
    ChannelKept._fields,
)
OPEN = """
select channel_id, kind, address, language, created_at, last_sent_at, last_error, last_failed_at, failures, given_up,
  (select count(*) from deliveries where deliveries.channel_id = channels.channel_id and state = 'waiting') as waiting
from channels where account_id = $1 and ended_at is null order by created_at, channel_id
"""
END = """
with ended as (
  update channels set ended_at = coalesce(ended_at, $2), address = '', secret = null where channel_id = $1
  returning channel_id
)
update deliveries set state = 'given_up', last_error = $3 from ended
where deliveries.channel_id = ended.channel_id and state = 'waiting'
"""
"""The channel's row first, as the sender locks them: neither waits for the other in a circle."""


class EnoughChannels(Exception):
    """The account has as many channels as one may have."""


class ChannelEnded(Exception):
    """The channel that this call opened before has ended since."""


@dataclass(frozen=True)
class Channel:
    """A channel as its owner sees it; `address` is shown in part only. `failures` since something was sent."""

    channel_id: str
    kind: str
    address: str
    language: Literal["zh", "en"]
    created_at: datetime
    last_sent_at: datetime | None
    last_error: str | None
    last_failed_at: datetime | None
    failures: int
    given_up: int
    waiting: int

    @property
    def receiver(self) -> str:
        """As much of the address as may be shown."""
        return part_of_address(self.kind, self.address)


@dataclass(frozen=True)
class Wanted:
    """A channel that somebody wants."""

    kind: str
    address: str
    language: str


class Opened(NamedTuple):
    """A channel that is open, and its secret, where it has one and is new."""

    channel: Channel
    secret: str | None


async def open_own_channel(
    pool: Pool, clock: Clock, channel_id: str, account_id: str, wanted: Wanted, *, seals: Seals | None
) -> Opened:
    """As `open_channel`, from now on, in a transaction of its own. Raises ChannelEnded too."""
    async with pool.acquire() as connection, connection.transaction():
        now = clock.at(await present(connection))
        secret = await open_channel(connection, channel_id, account_id, wanted, now, seals=seals)
        for channel in await open_channels(connection, account_id, seals):
            if channel.channel_id == channel_id:
                return Opened(channel, secret)
    raise ChannelEnded


async def open_channel(
    connection: Connection,
    channel_id: str,
    account_id: str,
    wanted: Wanted,
    now: datetime,
    *,
    seals: Seals | None,
) -> str | None:
    """The channel is open, and messages written from `now` on go out on it; its secret, if it is a webhook and new.

    In the caller's transaction. The same id again changes nothing. Raises EnoughChannels, IdempotencyKeyReused,
    KeyServiceAway.
    """
    # Two calls at once: the second waits here for the first. Messages to the account need not wait.
    await connection.execute("select from accounts where account_id = $1 for no key update", account_id)
    known = await connection.fetchrow(
        "select kind, address, language, ended_at from channels where channel_id = $1", channel_id
    )
    if known:
        # The address of one that has ended is erased, and cannot be compared.
        address = opened(seals, place_in_channel(channel_id, "address"), known["address"])
        if known["ended_at"] is None and Wanted(known["kind"], address or "", known["language"]) != wanted:
            raise IdempotencyKeyReused
        return None
    if len(await connection.fetch(OPEN, account_id)) >= MOST:
        raise EnoughChannels
    secret = new_secret() if wanted.kind == WEBHOOK else None
    key = await key_of(connection, seals, account_id)
    kept = ChannelKept(
        channel_id=channel_id,
        account_id=account_id,
        kind=wanted.kind,
        address=key.text(place_in_channel(channel_id, "address"), wanted.address) or "",
        secret=key.text(place_in_channel(channel_id, "secret"), secret),
        language=wanted.language,
        created_at=now,
    )
    await connection.execute(INSERT, *kept)
    return secret


async def open_channels(connection: Connection, account_id: str, seals: Seals | None) -> Sequence[Channel]:
    """The open channels of an account, in the order in which they were opened. Raises KeyServiceAway."""
    rows = [dict(row) for row in await connection.fetch(OPEN, account_id)]
    for row in rows:
        row["address"] = opened(seals, place_in_channel(row["channel_id"], "address"), row["address"])
    return [Channel(**row) for row in rows]


async def end_own_channel(pool: Pool, clock: Clock, channel_id: str, account_id: str) -> bool:
    """As `end_channel`, from now on, where the channel is the account's; whether it is."""
    async with pool.acquire() as connection, connection.transaction():
        owner = await connection.fetchval("select account_id from channels where channel_id = $1", channel_id)
        if owner != account_id:
            return False
        await end_channel(connection, channel_id, clock.at(await present(connection)))
        return True


async def end_channel(connection: Connection, channel_id: str, now: datetime, because: str = "ended") -> None:
    """Ends the channel: what waits on it is given up, address and secret are erased."""
    await connection.execute(END, channel_id, now, because)


def new_secret() -> str:
    """A secret as Standard Webhooks writes it, with which messages are signed."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
