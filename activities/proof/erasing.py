"""What the law has erased is gone, with the salt by which its digest could be guessed; that it was is on record."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from activities.database import Connection

ERASE = """
with gone as (
  update acts set content = null, content_salt = null, request_digest = ''
  where act_id = any($1) and content is not null returning act_id
)
insert into erasures (what, id, erased_at, account, basis)
select 'content', act_id, clock_timestamp(), $2, $3 from gone returning id
"""
ERASURES = "select what, id, erased_at, account, basis from erasures order by erased_at, what, id"


class Erasure(NamedTuple):
    """What the law had erased: the text of an act (`content`) or a file (`evidence`), when, by whom and on what
    basis."""

    what: str
    id: str
    erased_at: datetime
    account: str
    basis: str


async def erasures(connection: Connection) -> AsyncIterator[Erasure]:
    """Every erasure that is on record, the earliest first; in a transaction."""
    async for row in connection.cursor(ERASURES, prefetch=100):
        yield Erasure(*row)


async def erase_texts(connection: Connection, act_ids: Sequence[str], *, account: str, basis: str) -> list[str]:
    """The texts of these acts are gone, by whom and on what basis is on record; the chain holds as before. Answers
    which acts had one. Only the owner of the database is let by (docs/decisions/0068): the services cannot."""
    async with connection.transaction():
        await connection.execute("select set_config('kaifang.rewriting', $1, true)", f"erasure, {basis}")
        return [row["id"] for row in await connection.fetch(ERASE, list(act_ids), account, basis)]
