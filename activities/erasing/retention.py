"""Cases whose record need not be kept any longer: what people wrote in them, and their files, are due to be erased."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from activities.erasing.cases import Erased, Eraser, Ordered
from activities.erasing.person import rule_of
from activities.sealing.seals import SEALED
from rules.deadlines import to_shanghai
from rules.keeping import KeepingRule, kept_until

if TYPE_CHECKING:
    import asyncpg

    from activities.clock import Clock
    from activities.database import Pool
    from activities.sealing.ring import Ring

CLOSED = f"""
select case_id, case_number, cases.city, closed_at, cases.key_id,
  exists (select from evidence where evidence.case_id = cases.case_id
    and not exists (select from erasures where what = 'evidence' and id = evidence_id))
  or exists (select from acts where acts.case_id = cases.case_id
    and exists (select from jsonb_each(content) where jsonb_typeof(value) = 'object' and value ? '{SEALED}')
    and not exists (select from erasures where what = 'content' and id = act_id)) as is_left
from cases join accounts on account_id = party
where closed_at is not null and accounts.body is null
and (exists (select from acts where acts.case_id = cases.case_id and content is not null)
  or exists (select from evidence where evidence.case_id = cases.case_id))
order by closed_at, case_id
"""  # noqa: S608 - made of constants
"""Of people; what officers filed in office is the body's. A case whose key is destroyed, and of which a text or a file
is not on record as erased, is one whose erasing was broken off, for what it does is on record only when it is done."""


@dataclass(frozen=True)
class Due:
    """A case and the day since which its record need not be kept, by which rule."""

    case_id: str
    case_number: str
    city: str
    closed_on: date
    since: date
    rule: KeepingRule


def due(rows: Sequence[asyncpg.Record], ring: Ring, today: date) -> Iterator[Due]:
    """The cases among these that are due; without a rule none ever is by itself."""
    for row in rows:
        rule = rule_of(row["city"], row["closed_at"])
        is_erased = row["key_id"] is not None and ring.destroyed_at(row["key_id"]) and not row["is_left"]
        if rule is None or is_erased:
            continue
        closed_on = to_shanghai(row["closed_at"]).date()
        if (since := kept_until(rule, closed_on)) <= today:
            yield Due(row["case_id"], row["case_number"], row["city"], closed_on, since, rule)


async def cases_due(pool: Pool, ring: Ring, clock: Clock) -> list[Due]:
    """Every case that is due now, the earliest first."""
    async with pool.acquire() as connection:
        today = to_shanghai(clock.at(await connection.fetchval("select clock_timestamp()"))).date()
        return list(due(await connection.fetch(CLOSED), ring, today))


async def erase_due(pool: Pool, eraser: Eraser, clock: Clock, cases: Sequence[Due], by: str) -> list[Erased]:
    """What was written in these cases and their files are erased, case by case. Raises EvidenceStoreAway; what was
    erased before stays so."""
    erased = []
    for each in cases:
        async with pool.acquire() as connection, connection.transaction():
            now = clock.at(await connection.fetchval("select clock_timestamp()"))
            basis = f"{each.rule.citation.source} {each.rule.citation.article}"
            erased.append(await eraser.erase(connection, [each.case_id], Ordered(by, now, basis)))
    return erased
