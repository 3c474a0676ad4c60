"""Upkeep of what was opened in an emergency: each is a case, filed once for the one before it, until one finds the
emergency over.

The id of the case follows from the opening, or the upkeep, after which it is owed: whoever files it, and however often,
files the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from activities.filing.recurring import SYSTEM, CaseOwed, file_owed
from activities.idempotency import id_from_key
from activities.record.filings import Filing
from rules.pack import EMERGENCY_OVER
from rules.procedure_names import CATALOGUE_UPDATE, EMERGENCY_UPKEEP
from rules.procedure_rules import PROVIDER, ProcedureRules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from activities.database import Pool
    from activities.record.inbox import Inbox

EMERGENCY = "emergency"
"""The trigger of an update that opens data in an emergency."""
PUBLISHED = "published"
OWED = """
select d.dataset_id, d.provider, opening.case_id as opening, coalesce(last.case_id, opening.case_id) as after
from cases opening
join events filed on filed.case_id = opening.case_id and filed.number = 1
join dataset_versions v on v.case_id = opening.case_id
join datasets d on d.dataset_id = v.dataset_id
left join lateral (
  select c.case_id, c.received_at, c.closed_at, c.outcome from cases c
  join events e on e.case_id = c.case_id and e.number = 1
  where c.dataset_id = d.dataset_id and c.procedure = $2 and e.event ->> 'caused_by' = opening.case_id
  order by c.received_at desc limit 1
) last on true
where opening.city = $1 and opening.procedure = $3 and opening.outcome = $4
  and filed.event -> 'choices' ->> 'trigger' = $5 and d.openness = any($6) and d.provider <> all($9)
  and coalesce(last.received_at, opening.closed_at) <= $7
  and (last.case_id is null or (last.closed_at is not null and last.outcome <> $8))
order by opening.closed_at, opening.case_id limit $10
"""
BODIES = "select role, body from bodies where city = $1 and role <> 'provider' and county is null"


async def file_upkeep(pool: Pool, inbox: Inbox, rules: ProcedureRules, now: datetime, most: int) -> int:
    """Files at most that many cases of a city: of each dataset that was opened in an emergency the next, when the days
    of the pack have passed since the opening or the last. Returns how many it filed, as `file_owed`."""
    if rules.every is None or rules.every.days is None:
        return 0
    since = now - timedelta(days=rules.every.days)
    ways = (CATALOGUE_UPDATE, PUBLISHED, EMERGENCY, list(rules.concerns))
    bodies = {row["role"]: row["body"] for row in await pool.fetch(BODIES, rules.city)}

    async def look(waiting: Sequence[str], wanted: int) -> list[CaseOwed]:
        rows = await pool.fetch(OWED, rules.city, EMERGENCY_UPKEEP, *ways, since, EMERGENCY_OVER, list(waiting), wanted)
        return [
            CaseOwed(
                id_from_key(SYSTEM, EMERGENCY_UPKEEP, row["after"]),
                row["provider"],
                upkeep_filing(rules, bodies, dict(row)),
            )
            for row in rows
        ]

    return await file_owed(inbox, look, most)


def upkeep_filing(rules: ProcedureRules, bodies: dict[str, str], owed: Mapping[str, str]) -> Filing:
    """The upkeep of a dataset after an `opening`, before its provider."""
    return Filing(
        rules=rules,
        party=SYSTEM,
        dataset_id=owed["dataset_id"],
        bodies={**bodies, PROVIDER: owed["provider"]},
        data_items=(),
        choices={},
        given=frozenset(),
        caused_by=owed.get("opening"),
    )
