"""How the inbox stands, for those who run the system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from activities.database import Connection

AGES = (60, 600, 3600, 86400)
"""Seconds: acts that have waited longer are counted for each."""
OLDER = ", ".join(
    f"count(*) filter (where received_at < $1::timestamptz - interval '{seconds} seconds')" for seconds in AGES
)
FIGURES = f"""
select count(*) as undelivered, min(received_at) as oldest, array[{OLDER}] as older
from (
  select received_at from acts where delivered_at is null and kind <> 'apply_notice'
  union all select received_at from acts where delivered_at is null and kind = 'apply_notice'
) as waiting
"""  # noqa: S608 - made of constants


@dataclass(frozen=True)
class InboxFigures:
    """Acts that the engine has not worked off. `oldest` is the receipt of the oldest, None where there is none;
    `older_than` names for each of `AGES` how many have waited longer."""

    undelivered: int
    oldest: datetime | None
    older_than: Mapping[int, int]


async def figures(connection: Connection, now: datetime) -> InboxFigures:
    """The inbox as it stands at an instant."""
    row = await connection.fetchrow(FIGURES, now)
    assert row
    return InboxFigures(row["undelivered"], row["oldest"], dict(zip(AGES, row["older"], strict=True)))
