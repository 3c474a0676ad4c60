"""Reports on use that have come to be owed: each is a case, filed once for its grant and period.

The id of the case follows from grant and day, so whoever files it, and however often, files the same. The day in
`grants.next_report_on` only says where to look on.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from activities.filing.recurring import SYSTEM
from activities.idempotency import id_from_key
from activities.record.filings import Filing, FilingReceived
from activities.record.receipt_facts import BodyMissing
from models.using import held_to
from rules.deadlines import to_shanghai
from rules.procedure_names import USE_REPORT
from rules.procedure_rules import PROVIDER, ProcedureRules

if TYPE_CHECKING:
    from asyncpg import Record

    from activities.database import Pool
    from activities.record.inbox import Inbox

LOG = logging.getLogger("kaifang.recurring")

OWED = """
select g.case_id, g.party, g.dataset_id, g.next_report_on, g.report_days, c.closed_at, c.provider
from grants g join cases c using (case_id)
where c.city = $1 and g.next_report_on <= $2 and coalesce(c.provider, '') <> all($3)
order by g.next_report_on, g.case_id limit $4
"""
LOOK_ON = "update grants set next_report_on = $3 where case_id = $1 and next_report_on = $2"
BODIES = "select role, body from bodies where city = $1 and role <> 'provider' and county is null"


def case_of_report(grant_case_id: str, owed_on: date) -> str:
    """The id of the report that is owed for a grant on that day: there is one."""
    return id_from_key(SYSTEM, USE_REPORT, f"{grant_case_id}/{owed_on}")


class ReportsOwed:
    """Files the reports on use. Safe to run at any time, by several at once, and as often as one likes."""

    def __init__(self, pool: Pool, inbox: Inbox) -> None:
        self._pool = pool
        self._inbox = inbox

    async def file(self, rules: ProcedureRules, now: datetime, most: int) -> int:
        """Files at most that many reports of a city that are owed by now, the oldest first, also those of periods that
        passed while nobody looked. Returns how many it filed: fewer only where nothing else can be filed, for what
        waits for a body is left for the next round, with all that is owed of its provider."""
        filed, today, waiting = 0, to_shanghai(now).date(), set[str]()
        while filed < most:
            owed = await self._pool.fetch(OWED, rules.city, today, sorted(waiting), most - filed)
            if not owed:
                break
            for grant in owed:
                provider = grant["provider"] or ""
                if await self._ended_within(grant) or provider in waiting:
                    continue
                if await self._file_next(rules, grant):
                    filed += 1
                else:
                    waiting.add(provider)
        return filed

    async def _ended_within(self, grant: Record) -> bool:
        """Whether a grant ended within the period: its report is not owed then, and none after, nor looked for."""
        day: date = grant["next_report_on"]
        if held_to(day, grant["closed_at"]):
            return False
        await self._pool.execute(LOOK_ON, grant["case_id"], day, None)
        return True

    async def _file_next(self, rules: ProcedureRules, grant: Record) -> bool:
        """The next report of a grant; False where no body could act on it."""
        day: date = grant["next_report_on"]
        try:
            await self.file_one(rules, grant, day)
        except BodyMissing as fact:
            LOG.warning("%s waits: %s", rules.procedure, fact)
            return False
        await self._pool.execute(LOOK_ON, grant["case_id"], day, day + timedelta(days=grant["report_days"]))
        return True

    async def file_one(self, rules: ProcedureRules, grant: Record, owed_on: date) -> FilingReceived:
        """The case of the report that is owed for a grant on that day, whoever asked for it first."""
        bodies = await self._pool.fetch(BODIES, rules.city)
        filing = Filing(
            rules=rules,
            party=grant["party"],
            dataset_id=grant["dataset_id"],
            bodies={**{each["role"]: each["body"] for each in bodies}, PROVIDER: grant["provider"]},
            data_items=(),
            choices={},
            given=frozenset(),
            occurred_on=owed_on,
            caused_by=grant["case_id"],
        )
        return await self._inbox.receive_filing(
            case_of_report(grant["case_id"], owed_on), USE_REPORT, {}, lambda _: filing
        )
