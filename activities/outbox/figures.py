"""How the outbox stands, for those who run the system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from activities.database import Connection

FIGURES = """
select (select count(*) from messages where handed_out_at is null) as not_handed_out,
  (select count(*) from deliveries where state = 'waiting') as waiting,
  least(
    (select created_at from messages where handed_out_at is null order by number limit 1),
    (select created_at from messages
      where number = (select min(number) from deliveries where state = 'waiting'))) as oldest,
  (select count(*) from channels where ended_at is null and failures > 0) as failing,
  (select coalesce(sum(given_up), 0) from channels) as given_up
"""


@dataclass(frozen=True)
class OutboxFigures:
    """`oldest` is when the oldest message was written that waits, to be handed out or sent; None where none does.
    `failing` are channels, `given_up` deliveries since there are channels."""

    not_handed_out: int
    waiting: int
    oldest: datetime | None
    failing: int
    given_up: int


async def figures(connection: Connection) -> OutboxFigures:
    """The outbox as it stands."""
    row = await connection.fetchrow(FIGURES)
    assert row
    return OutboxFigures(**dict(row))
