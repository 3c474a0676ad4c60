"""How much evidence somebody may upload, and how much of it is worked on at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activities.evidence.refused import EvidenceTooMuch

if TYPE_CHECKING:
    from activities.database import Pool

LARGEST = 20 * 1024 * 1024
"""Bytes of one file, inclusive."""
AT_ONCE = 3
"""Uploads that are looked into and stored at the same time: each holds a connection meanwhile."""
DRAWN_AT_ONCE = 2
"""Pictures that are drawn at the same time, each by a process of its own."""
MOST_UNSUBMITTED = 20 * LARGEST
"""Bytes that an account may have uploaded and not submitted; what it has submitted no longer counts."""
UNSUBMITTED = "select coalesce(sum(size), 0) from evidence where account = $1 and case_id is null"


async def may_upload(pool: Pool, account: str) -> None:
    """Nothing, where the account has room for another file. Raises EvidenceTooMuch."""
    if await pool.fetchval(UNSUBMITTED, account) > MOST_UNSUBMITTED:
        raise EvidenceTooMuch
