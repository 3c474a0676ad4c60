"""Which messages somebody has read. It is only a mark: no period depends on it, and no channel sets it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from activities.database import Pool

MOST_COUNTED = 1000
"""A count ends here: nobody has to know by how much more."""
COUNT = """
select count(*) from (select from messages where account_id = $1 and read_at is null limit $2) as unread
"""
MARK = """
update messages set read_at = $3 where account_id = $1 and message_id = any($2::text[]) and read_at is null
"""
MARK_UP_TO = """
update messages set read_at = $3 where account_id = $1 and read_at is null
and number <= (select number from messages where message_id = $2 and account_id = $1)
"""
"""What came later, nobody has seen yet."""


async def count_unread(pool: Pool, account_id: str) -> int:
    """How many messages somebody has not read yet, counted up to MOST_COUNTED."""
    found: int = await pool.fetchval(COUNT, account_id, MOST_COUNTED)
    return found


async def mark_read(pool: Pool, account_id: str, message_ids: Sequence[str], now: datetime) -> None:
    """Marks as read those of these messages that are the account's; a message that was read before keeps its
    instant."""
    await pool.execute(MARK, account_id, list(message_ids), now)


async def mark_read_up_to(pool: Pool, account_id: str, message_id: str, now: datetime) -> None:
    """All of the account's messages up to that one of its own are read."""
    await pool.execute(MARK_UP_TO, account_id, message_id, now)
