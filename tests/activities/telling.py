"""Messages, the channels on which they go out, and the sender."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from activities.database import Pool
from activities.outbox.outbox import put_out
from activities.sealing.seals import Seals
from activities.settings import Settings
from activities.telling.channels import Wanted, open_channel
from activities.telling.sending import Sender
from activities.telling.ways import Ways
from models.tellings import Account, Telling

BASE = "https://kaifang.example"
BEFORE = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


def settings(tmp_path: Path, **more: Any) -> Settings:
    return Settings(home=tmp_path, database_url="postgresql://", private_receivers=True, **more)


@asynccontextmanager
async def sender(pool: Pool, tmp_path: Path, seals: Seals | None = None, **more: Any) -> AsyncIterator[Sender]:
    async with Ways(settings(tmp_path, **more)) as opened:
        yield Sender(pool, opened, BASE, seals, every=0.01)


async def account(pool: Pool, login: str = "applicant@demo") -> str:
    found: str = await pool.fetchval("select account_id from accounts where login = $1", login)
    return found


async def channel(pool: Pool, address: str, kind: str = "webhook", owner: str = "applicant@demo") -> tuple[str, str]:
    """A channel that is older than what is told; its id and its secret."""
    channel_id, owner = str(uuid.uuid4()), await account(pool, owner)
    async with pool.acquire() as connection, connection.transaction():
        secret = await open_channel(connection, channel_id, owner, Wanted(kind, address, "en"), BEFORE, seals=None)
    return channel_id, secret or ""


async def tell(pool: Pool, *of: str, case_id: str | None = None, owner: str = "applicant@demo") -> list[str]:
    """The ids of messages, in the order in which they were put out."""
    to = Account(await account(pool, owner))
    tellings = [Telling("case_received", each, to, case_id=case_id, city="nanning") for each in of]
    async with pool.acquire() as connection:
        await put_out(connection, tellings, NOW)
    rows = await pool.fetch("select message_id from messages where account_id = $1 order by number", to.account_id)
    return [row["message_id"] for row in rows]


async def all_is_due(pool: Pool) -> None:
    """Every pause and lease has run out."""
    await pool.execute("update deliveries set next_at = now() - interval '1 second' where state = 'waiting'")
    await pool.execute("update channels set next_at = now() - interval '1 second'")
